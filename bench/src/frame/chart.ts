/** The result of a race as a picture: a bar a subject, whiskers from the least to the most, a line where the target is. */
import type * as echarts from "echarts"
import { type Picture, svg } from "./chartPage.ts"
import type { Row } from "./figures.ts"
import type { Result } from "./race.ts"
import { quantity, sentence } from "./table.ts"
import type { Verdict } from "./targets.ts"
import type { Measure, Workload } from "./workload.ts"

const colours = { base: "#6b7280", own: "#2563eb", other: "#cbd5e1", whisker: "#374151", target: "#dc2626" }

const width = 600
const barHeight = 26
const left = 220
const right = 70
/** Of a measure's title above its bars and its axis below. */
const above = 34
const below = 34

const isOwn = (subject: string): boolean => subject.startsWith("smart-cache")

const colourOf = (subject: string, base: string): string =>
  isOwn(subject) ? colours.own : subject === base ? colours.base : colours.other

/** A logarithmic axis where bars would otherwise be too short to compare; it has no zero. */
const scaleOf = (rows: ReadonlyArray<Row>): { readonly type: "log" | "value"; readonly min: number } => {
  const least = Math.min(...rows.map(({ min }) => min))
  const most = Math.max(...rows.map(({ max }) => max))
  return least > 0 && most / least > 20
    ? { type: "log", min: 10 ** Math.floor(Math.log10(least)) }
    : { type: "value", min: 0 }
}

const absolute = (rows: ReadonlyArray<Row>, { limit, of }: Verdict): number =>
  of === undefined ? limit : limit * rows.find(({ subject }) => subject === of)!.median

/** Of several targets of one measure the one that asks for most. */
const hardest = (rows: ReadonlyArray<Row>, verdicts: ReadonlyArray<Verdict>, { better, name }: Measure) => {
  const limits = verdicts.filter(({ measure }) => measure === name).map((verdict) => absolute(rows, verdict))
  if (limits.length === 0) return undefined
  return better === "less" ? Math.min(...limits) : Math.max(...limits)
}

/** A line from the least to the most with a bar at both ends. */
const whisker: echarts.CustomSeriesRenderItem = (_, api) => {
  const [from = 0, y = 0] = api.coord([api.value(0), api.value(2)])
  const [to = 0] = api.coord([api.value(1), api.value(2)])
  const style = { stroke: colours.whisker, lineWidth: 1 }
  const line = (x1: number, y1: number, x2: number, y2: number) => ({
    type: "line" as const,
    shape: { x1, y1, x2, y2 },
    style
  })
  return {
    type: "group",
    children: [line(from, y, to, y), line(from, y - 4, from, y + 4), line(to, y - 4, to, y + 4)]
  }
}

interface Panel {
  readonly title: echarts.TitleComponentOption
  readonly grid: echarts.GridComponentOption
  readonly xAxis: echarts.XAXisComponentOption
  readonly yAxis: echarts.YAXisComponentOption
  readonly series: ReadonlyArray<echarts.BarSeriesOption | echarts.CustomSeriesOption>
}

/** What a panel shows. */
interface Shown {
  readonly base: string
  readonly measure: Measure
  readonly rows: ReadonlyArray<Row>
  /** Where the target is, if there is one. */
  readonly limit: number | undefined
}

const valueAxis = ({ measure: { unit }, rows }: Shown): echarts.XAXisComponentOption => ({
  ...scaleOf(rows),
  axisLabel: { formatter: (value: number) => quantity(value, unit), fontSize: 10, hideOverlap: true },
  splitLine: { lineStyle: { color: "#f1f5f9" } }
})

const subjectAxis = ({ rows }: Shown): echarts.YAXisComponentOption => ({
  type: "category",
  inverse: true,
  data: rows.map(({ subject }) => subject),
  axisTick: { show: false },
  axisLabel: { fontSize: 11, color: "#111827", width: left - 12, overflow: "truncate" }
})

const markLine = (limit: number): NonNullable<echarts.BarSeriesOption["markLine"]> => ({
  symbol: "none",
  silent: true,
  lineStyle: { color: colours.target, type: "dashed" },
  label: { formatter: "target", position: "start", color: colours.target, fontSize: 10 },
  data: [{ xAxis: limit }]
})

const bars = ({ base, limit, rows }: Shown): echarts.BarSeriesOption => ({
  type: "bar",
  barWidth: "62%",
  data: rows.map(({ median, subject }) => ({ value: median, itemStyle: { color: colourOf(subject, base) } })),
  ...limit === undefined ? {} : { markLine: markLine(limit) }
})

const whiskers = ({ rows }: Shown): echarts.CustomSeriesOption => ({
  type: "custom",
  renderItem: whisker,
  encode: { x: [0, 1], y: 2 },
  data: rows.map((row, i) => [row.min, row.max, i])
})

/** The median in words, behind its whisker. */
const labels = ({ measure: { unit }, rows }: Shown): echarts.CustomSeriesOption => ({
  type: "custom",
  renderItem: (_, api) => {
    const [x = 0, y = 0] = api.coord([api.value(0), api.value(1)])
    const text = quantity(rows[Number(api.value(1))]!.median, unit)
    const place = { x: x + 8, y, align: "left" as const, verticalAlign: "middle" as const }
    return {
      type: "text",
      z2: 10,
      style: { ...place, text, fontSize: 10, fill: "#111827", stroke: "#fff", lineWidth: 3 }
    }
  },
  encode: { x: 0, y: 1 },
  data: rows.map((row, i) => [row.max, i])
})

const panel = ({ base }: Workload, result: Result, measure: Measure, at: number, top: number): Panel => {
  const rows = result.rows.filter((row) => row.measure === measure.name)
  const shown = { base, measure, rows, limit: hardest(rows, result.targets, measure) }
  const axes = { xAxisIndex: at, yAxisIndex: at }
  return {
    title: {
      text: `${measure.name} (${measure.better} is better)`,
      left: 0,
      top: top + 8,
      textStyle: { fontSize: 12, fontWeight: "normal", color: "#374151" }
    },
    grid: { left, right, top: top + above, height: rows.length * barHeight },
    xAxis: { gridIndex: at, ...valueAxis(shown) },
    yAxis: { gridIndex: at, ...subjectAxis(shown) },
    series: [bars, whiskers, labels].map((draw) => ({ ...draw(shown), ...axes }))
  }
}

/** One panel a measure, below each other. */
export const picture = (workload: Workload, rounds: number, result: Result): Picture => {
  const subjects = new Set(result.rows.map(({ subject }) => subject)).size
  const height = above + subjects * barHeight + below
  const panels = workload.measures.map((measure, i) => panel(workload, result, measure, i, i * height))
  return {
    name: workload.name,
    title: workload.name,
    svg: svg(
      {
        title: panels.map(({ title }) => title),
        grid: panels.map(({ grid }) => grid),
        xAxis: panels.map(({ xAxis }) => xAxis),
        yAxis: panels.map(({ yAxis }) => yAxis),
        series: panels.flatMap(({ series }) => series)
      },
      width,
      panels.length * height
    ),
    lines: [
      `${workload.title}; medians of ${rounds} rounds, whiskers from the least to the most.`,
      ...result.targets.map(sentence(workload.measures))
    ]
  }
}
