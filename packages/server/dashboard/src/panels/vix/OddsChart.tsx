import { useMemo, useState } from "react"
import type uPlot from "uplot"
import * as State from "../../data/state.ts"
import type { Trace } from "../../data/types.ts"
import { Chart, type Spec } from "../../ui/Chart.tsx"
import * as Format from "../../ui/format.ts"
import { Legend } from "../../ui/Legend.tsx"
import { Nothing } from "../../ui/Panel.tsx"
import { useAtom } from "../../ui/useAtom.ts"
import { nameOf } from "./names.ts"

const edge = { colour: "--edge", width: 0 }

const spec: Spec = {
  lines: [
    { ...edge, label: "panic above" },
    { ...edge, label: "warning above" },
    { ...edge, label: "warning below" },
    { ...edge, label: "panic below" },
    { label: "mean", colour: "--muted", dash: [6, 4], width: 1.25 },
    { label: "odds", colour: "--accent", width: 2 },
    { label: "panic", colour: "--bypass", points: "only" }
  ],
  bands: [
    { between: [1, 2], colour: "--stale", fill: 0.25 },
    { between: [2, 3], colour: "--fresh", fill: 0.12 },
    { between: [3, 4], colour: "--stale", fill: 0.25 }
  ],
  unit: (value) => value.toFixed(2)
}

/** The odds that lie so many deviations off the mean, point by point. */
const offset = ({ points }: Trace, deviations: number): Array<number | null> =>
  points.map(({ mean, sigma }) => mean === null || sigma === null ? null : mean + deviations * sigma)

const columns = (trace: Trace): uPlot.AlignedData => [
  trace.points.map(({ at }) => at / 1000),
  offset(trace, trace.panic),
  offset(trace, trace.warning),
  offset(trace, -trace.warning),
  offset(trace, -trace.panic),
  trace.points.map(({ mean }) => mean),
  trace.points.map(({ odds }) => odds),
  trace.points.map(({ level, odds }) => level === "panic" ? odds : null)
]

const summaryOf = (name: string, { points }: Trace): string => {
  const last = points.at(-1)
  const panics = points.filter(({ level }) => level === "panic").length
  return `Odds of ${name} over the last half hour: now ${Format.decimal(last?.odds)}, mean ${
    Format.decimal(last?.mean)
  }, ${panics} of ${points.length} samples in panic`
}

const Drawing = ({ name, trace }: { readonly name: string; readonly trace: Trace }) => {
  const [index, setIndex] = useState<number | null>(null)
  const data = useMemo(() => columns(trace), [trace])
  const point = trace.points[index ?? trace.points.length - 1]
  return (
    <>
      <Chart spec={spec} data={data} height={260} onPoint={setIndex} summary={summaryOf(name, trace)} />
      <Legend
        items={[
          { label: "odds", mark: "accent", value: Format.decimal(point?.odds) },
          { label: "mean", mark: "muted", value: Format.decimal(point?.mean) },
          { label: "σ", mark: "none", value: Format.decimal(point?.sigma, 3) },
          { label: "z", mark: "none", value: Format.decimal(point?.z), note: point?.level },
          { label: "warning", mark: "serve_stale", value: `from ${trace.warning} σ` },
          { label: "panic", mark: "bypass", value: `from ${trace.panic} σ` }
        ]}
      />
    </>
  )
}

/** The odds of the chosen market, with what counts as calm. */
export const OddsChart = () => {
  const trace = useAtom(State.trace)
  const shown = useAtom(State.shownMarket)
  const fixtures = useAtom(State.fixtures)
  if (shown === undefined) return null
  const name = nameOf(shown, fixtures)
  return (
    <div className="odds" data-testid="odds" data-market={shown}>
      <h3>{name}</h3>
      {trace?.market_key === shown && trace.points.length > 0
        ? <Drawing name={name} trace={trace} />
        : <Nothing>The odds are being asked for.</Nothing>}
    </div>
  )
}
