/** A curve as a picture: medians with their quartiles on logarithmic axes, and what theory says as a dashed line. */
import type * as echarts from "echarts"
import { type Picture, svg } from "../frame/chartPage.ts"
import type { Row } from "../frame/figures.ts"
import type { Measure } from "../frame/workload.ts"
import type { Curve, Law } from "./curve.ts"

const colours = ["#2563eb", "#9ca3af", "#d97706", "#059669"]

const size = { width: 600, height: 360 }

const unitsOf = ({ measures }: Curve): ReadonlyArray<Measure["unit"]> => [...new Set(measures.map(({ unit }) => unit))]

/** A logarithmic axis has no zero: with one among the sizes they stand side by side. */
const position = ({ sizes }: Curve) => (row: Row): number | string =>
  sizes.includes(0) ? row.subject : Number(row.subject)

/** Through the first size's median, as steep as theory has it. */
const theory = (curve: Curve, { growth, measure }: Law, rows: ReadonlyArray<Row>, rest: echarts.LineSeriesOption) => {
  const own = rows.filter((row) => row.measure === measure)
  const first = own.find((row) => Number(row.subject) > 0)!
  const steep = growth === "linear" ? 1 : 0
  return {
    ...rest,
    type: "line" as const,
    symbol: "none",
    silent: true,
    lineStyle: { type: "dashed" as const, width: 1, opacity: 0.6 },
    data: own.filter((row) => Number(row.subject) > 0).map((row) => [
      position(curve)(row),
      first.median * (Number(row.subject) / Number(first.subject)) ** steep
    ])
  }
}

/** From quartile to quartile. */
const spread = (curve: Curve, own: ReadonlyArray<Row>, rest: object): echarts.CustomSeriesOption => ({
  ...rest,
  type: "custom",
  silent: true,
  encode: { x: 0, y: [1, 2] },
  data: own.map((row) => [position(curve)(row), ...row.quartiles]),
  renderItem: (_, api) => {
    const [x, low] = api.coord([api.value(0), api.value(1)]) as [number, number]
    const [, high] = api.coord([api.value(0), api.value(2)]) as [number, number]
    const colour = (rest as { readonly color: string }).color
    return {
      type: "line",
      shape: { x1: x, y1: low, x2: x, y2: high },
      style: { stroke: colour, lineWidth: 3, opacity: 0.4 }
    }
  }
})

const series = (curve: Curve, rows: ReadonlyArray<Row>): ReadonlyArray<echarts.SeriesOption> =>
  curve.measures.flatMap(({ name, unit }, i) => {
    const own = rows.filter(({ measure }) => measure === name)
    const rest = { color: colours[i]!, yAxisIndex: unitsOf(curve).indexOf(unit) }
    const law = curve.laws.find(({ measure, over }) => measure === name && over === undefined)
    return [
      { ...rest, name, type: "line" as const, data: own.map((row) => [position(curve)(row), row.median]) },
      spread(curve, own, rest),
      ...law === undefined ? [] : [theory(curve, law, rows, rest)]
    ]
  })

/** Whole powers of ten around what is shown, so that flat looks flat. */
const axis = (curve: Curve, unit: Measure["unit"], rows: ReadonlyArray<Row>): echarts.YAXisComponentOption => {
  const names = curve.measures.filter((measure) => measure.unit === unit).map(({ name }) => name)
  const shown = rows.filter(({ measure }) => names.includes(measure)).map(({ median }) => median)
  return {
    type: "log",
    name: unit,
    min: 10 ** Math.floor(Math.log10(Math.min(...shown))),
    max: 10 ** Math.ceil(Math.log10(Math.max(...shown)) + 0.01)
  }
}

export const picture = (curve: Curve, rows: ReadonlyArray<Row>, lines: ReadonlyArray<string>): Picture => ({
  name: curve.name,
  title: `${curve.name}: ${curve.title}`,
  svg: svg(
    {
      legend: { data: curve.measures.map(({ name }) => name), top: 0, itemGap: 24 },
      grid: { left: 60, right: 60, top: 50, bottom: 50 },
      xAxis: {
        type: curve.sizes.includes(0) ? "category" : "log",
        name: curve.x,
        nameLocation: "middle",
        nameGap: 28,
        ...(!curve.sizes.includes(0) && { min: "dataMin", max: "dataMax" })
      } as echarts.XAXisComponentOption,
      yAxis: unitsOf(curve).map((unit) => axis(curve, unit, rows)),
      series: [...series(curve, rows)]
    },
    size.width,
    size.height
  ),
  lines
})
