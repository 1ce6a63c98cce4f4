/**
 * The day in one picture (SVG, 1200 × 820): how reads were answered, what it cost beside two yardsticks, and what
 * happened meanwhile.
 */
import { hour, show } from "../internal/time.ts"
import * as Result from "./DayResult.ts"
import * as Format from "./format.ts"
import * as Svg from "./svg.ts"
import * as TimeScale from "./timeScale.ts"

const size = { width: 1200, height: 820 }
const left = 150
const right = 1170

const ink = "#1f2933"
const faint = "#7b8794"
const grid = "#e4e7eb"

const colours: Readonly<Record<Result.Strategy, string>> = {
  serve_fresh: "#6fb98f",
  serve_stale: "#f2c14e",
  compute: "#3d6fb4",
  bypass: "#c8453b"
}

const costColours = { smart: "#3d6fb4", hour: "#b8722c", none: "#9aa5b1" }

interface Panel {
  readonly top: number
  readonly bottom: number
}

const mix: Panel = { top: 130, bottom: 330 }
const cost: Panel = { top: 400, bottom: 570 }
const lanes: Panel = { top: 632, bottom: 768 }

interface Scene {
  readonly result: Result.DayResult
  readonly scale: TimeScale.TimeScale
  /** Length of a bucket. */
  readonly step: number
}

/** The picture of a day. A day without a timeline has only its title. */
export const picture = (result: Result.DayResult): string => {
  const { kickoffs, timeline } = result
  const first = timeline[0]?.at ?? 0
  const step = timeline.length > 1 ? timeline[1]!.at - first : hour
  const end = (timeline.at(-1)?.at ?? 0) + step
  const scene = { result, scale: TimeScale.make(first, end, left, right), step }
  const drawn = timeline.length === 0 ? [] : [
    ...timeAxes(scene),
    ...mixPanel(scene),
    ...costPanel(scene),
    ...kickoffMarks(scene, kickoffs),
    ...lanesPanel(scene)
  ]
  return Svg.element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `0 0 ${size.width} ${size.height}`,
      width: size.width,
      height: size.height,
      "font-family": "Helvetica, Arial, sans-serif",
      "font-size": 13,
      fill: ink
    },
    Svg.element("title", {}, "A match day through the cache"),
    Svg.element("rect", { width: size.width, height: size.height, fill: "#ffffff" }),
    ...heading(result),
    ...drawn
  ).markup + "\n"
}

const heading = (result: Result.DayResult): ReadonlyArray<Svg.Node> => [
  Svg.text(30, 42, "A match day through the cache", { "font-size": 24, "font-weight": "bold" }),
  Svg.text(
    30,
    66,
    `${result.fixtures} matches, ${Format.count(result.requests)} reads, ${Format.count(result.computes)} computes, ` +
      `hit rate ${Format.percent(result.hit_rate_pct)}, edge lost ${Format.percent(result.edge_lost_pct)}; odds ` +
      `${result.data.source}, seed ${result.seed}`,
    { fill: faint, "font-size": 14 }
  )
]

const panelTitle = (panel: Panel, title: string): Svg.Node =>
  Svg.text(left, panel.top - 16, title, { "font-weight": "bold", "font-size": 14 })

const timeAxes = ({ scale }: Scene): ReadonlyArray<Svg.Node> => [
  ...scale.ticks.flatMap(({ at, label }) => [
    ...[mix, cost, lanes].map(({ bottom, top }) =>
      Svg.line(scale.x(at), top, scale.x(at), bottom, { stroke: grid, "stroke-width": 1 })
    ),
    Svg.text(scale.x(at), lanes.bottom + 18, label, { "text-anchor": "middle", fill: faint, "font-size": 12 })
  ]),
  ...(scale.split === undefined ? [] : [
    Svg.line(scale.x(scale.split), mix.top - 8, scale.x(scale.split), lanes.bottom, {
      stroke: ink,
      "stroke-width": 1.5
    }),
    Svg.text(scale.x(scale.split) - 8, size.height - 14, "the days before, drawn narrower", {
      "text-anchor": "end",
      fill: faint
    }),
    Svg.text(
      scale.x(scale.split) + 8,
      size.height - 14,
      `the match day, ${show(scale.split).slice(0, 10)}, hours UTC`,
      {
        fill: faint
      }
    )
  ])
]

const kickoffMarks = ({ scale }: Scene, kickoffs: ReadonlyArray<number>): ReadonlyArray<Svg.Node> => {
  const times = [...new Set(kickoffs)].toSorted((a, b) => a - b)
  return times.flatMap((at) => {
    const matches = kickoffs.filter((kickoff) => kickoff === at).length
    const x = scale.x(at)
    return [
      ...[mix, cost, lanes].map(({ bottom, top }) =>
        Svg.line(x, top, x, bottom, { stroke: ink, "stroke-dasharray": "2 4", "stroke-opacity": 0.7 })
      ),
      Svg.path([[x, mix.top - 1], [x - 4, mix.top - 8], [x + 4, mix.top - 8]], { fill: ink }),
      Svg.element("title", {}, `${show(at)}: ${matches} kickoffs`)
    ]
  })
}

const mixPanel = ({ result, scale, step }: Scene): ReadonlyArray<Svg.Node> => {
  const y = (percent: number): number => mix.bottom - (mix.bottom - mix.top) * percent / 100
  const areas = result.timeline.flatMap((bucket) => {
    const reads = readsOf(bucket)
    const x = scale.x(bucket.at)
    const width = scale.x(bucket.at + step) - x
    let below = 0
    return Result.strategies.map((strategy) => {
      const percent = Format.share(bucket[strategy], reads)
      below += percent
      const height = y(below - percent) - y(below)
      return Svg.element("rect", { x, y: y(below), width: width + 0.3, height, fill: colours[strategy] })
    })
  })
  return [
    panelTitle(mix, "How reads were answered, share of each hour's reads"),
    ...legend(mix.top - 27, Result.strategies.map((strategy) => [strategy, colours[strategy]])),
    Svg.group({ "fill-opacity": 0.88 }, areas),
    ...[0, 25, 50, 75, 100].map((percent) => yLabel(y(percent), `${percent} %`))
  ]
}

const readsOf = (bucket: Result.Bucket): number =>
  Result.strategies.reduce((sum, strategy) => sum + bucket[strategy], 0)

const total = (name: string, computes: number): string => `${name} (${Format.count(computes)})`

const costPanel = ({ result, scale, step }: Scene): ReadonlyArray<Svg.Node> => {
  const perHour = (value: number): number => value * hour / step
  const most = Math.max(10, ...result.timeline.map((bucket) => perHour(Math.max(readsOf(bucket), bucket.computes))))
  const decades = Math.ceil(Math.log10(most))
  // Decades from one to the most; nothing at all lies on the base line.
  const y = (value: number): number =>
    cost.bottom - (cost.bottom - cost.top) * Math.max(0, Math.log10(Math.max(value, 1))) / decades
  const curve = (of: (bucket: Result.Bucket) => number, colour: string, width: number): Svg.Node =>
    Svg.path(
      result.timeline.flatMap((bucket): ReadonlyArray<Svg.Point> => {
        const height = y(perHour(of(bucket)))
        return [[scale.x(bucket.at), height], [scale.x(bucket.at + step), height]]
      }),
      { fill: "none", stroke: colour, "stroke-width": width, "stroke-linejoin": "round" }
    )
  return [
    panelTitle(cost, "Computes per hour, logarithmic"),
    ...legend(cost.top - 27, [
      [total("no cache", result.baselines.no_cache.computes), costColours.none],
      [total("one-hour TTL", result.baselines.one_hour.computes), costColours.hour],
      [total("smart-cache", result.computes), costColours.smart]
    ]),
    ...Array.from({ length: decades + 1 }, (_, power) => yLabel(y(10 ** power), Format.count(10 ** power))),
    curve(readsOf, costColours.none, 1.5),
    curve((bucket) => bucket.one_hour_computes, costColours.hour, 2),
    curve((bucket) => bucket.computes, costColours.smart, 2.5)
  ]
}

const yLabel = (y: number, label: string): Svg.Node =>
  Svg.group({}, [
    Svg.line(left, y, right, y, { stroke: grid, "stroke-opacity": 0.8 }),
    Svg.text(left - 10, y + 4, label, { "text-anchor": "end", fill: faint, "font-size": 12 })
  ])

/** Entries from the right edge leftwards, about as wide as their text. */
const legend = (
  y: number,
  entries: ReadonlyArray<readonly [label: string, colour: string]>
): ReadonlyArray<Svg.Node> => {
  let x = right
  return entries.toReversed().flatMap(([label, colour]) => {
    x -= label.length * 6.8 + 36
    return [
      Svg.element("rect", { x: x + 12, y, width: 12, height: 12, fill: colour }),
      Svg.text(x + 30, y + 11, label)
    ]
  })
}

const laneNames = ["weather", "players", "lineups", "referees", "market", "panic"] as const
type Lane = typeof laneNames[number]

const laneOf: Readonly<Record<Result.EventOutcome["event"], Lane>> = {
  weather_rain: "weather",
  weather_snow: "weather",
  weather_wind: "weather",
  venue_changed: "weather",
  player_injury: "players",
  key_player_suspended: "players",
  gk_change: "players",
  lineup_confirmed: "lineups",
  referee_assigned: "referees",
  odds_steam: "market",
  line_movement: "market"
}

const laneLabels: Readonly<Record<Lane, string>> = {
  weather: "weather, venue",
  players: "player news",
  lineups: "lineups",
  referees: "referees",
  market: "steam, lines",
  panic: "reads in panic"
}

const laneY = (lane: Lane): number =>
  lanes.top + (laneNames.indexOf(lane) + 0.5) * (lanes.bottom - lanes.top) / laneNames.length

const lanesPanel = ({ result, scale, step }: Scene): ReadonlyArray<Svg.Node> => {
  const most = Math.max(1, ...result.timeline.map(({ bypass }) => bypass))
  return [
    panelTitle(lanes, "What happened"),
    Svg.text(right, lanes.top - 16, "▾ and dotted lines: kickoffs", { "text-anchor": "end" }),
    ...laneNames.map((lane) =>
      Svg.group({}, [
        Svg.line(left, laneY(lane), right, laneY(lane), { stroke: grid }),
        Svg.text(left - 10, laneY(lane) + 4, laneLabels[lane], { "text-anchor": "end", "font-size": 12 })
      ])
    ),
    ...result.events.map((each) =>
      Svg.element(
        "circle",
        {
          cx: scale.x(each.at),
          cy: laneY(laneOf[each.event]),
          r: 3 + Math.min(4, each.matches - 1),
          fill: "#4a5568",
          "fill-opacity": 0.65
        },
        Svg.element("title", {}, `${show(each.at)} ${each.event}, ${each.matches} matches`)
      )
    ),
    ...result.timeline.filter(({ bypass }) => bypass > 0).map(({ at, bypass }) =>
      Svg.element(
        "circle",
        { cx: scale.x(at + step / 2), cy: laneY("panic"), r: 2 + 7 * Math.sqrt(bypass / most), fill: colours.bypass },
        Svg.element("title", {}, `${show(at)}: ${Format.count(bypass)} reads in panic`)
      )
    )
  ]
}
