import * as Format from "../../ui/format.ts"
import * as Scale from "./scale.ts"

const percent = (share: number): string => `${(share * 100).toFixed(2)}%`

const Bands = () =>
  Scale.bands.map(({ from, name, to }) => (
    <rect key={name} className="zone" data-zone={name} x={percent(from)} width={percent(to - from)} height="100%" />
  ))

/** Where one match stands on its way. */
export const Track = ({ before, zone }: { readonly before: number; readonly zone: string }) => (
  <svg className="track" aria-hidden="true">
    <Bands />
    <circle className="ball" data-zone={zone} cx={percent(Scale.position(before))} cy="50%" r="6" />
  </svg>
)

/** What the tracks are divided into. */
export const Axis = () => (
  <svg className="axis" role="img" aria-label="Time to kickoff, from a week to two hours after; the nearer, the wider">
    {Scale.ticks.map(({ before, label }) => <text key={label} x={percent(Scale.position(before))} y="13">{label}
    </text>)}
  </svg>
)

export const ZoneLegend = () => (
  <ul className="zones" aria-label="Zones">
    {Scale.bands.map(({ name }) => (
      <li key={name}>
        <i className="swatch" data-zone={name} />
        {Format.plain(name)}
      </li>
    ))}
  </ul>
)
