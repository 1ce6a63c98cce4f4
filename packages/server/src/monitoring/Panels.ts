/** Panels of a Grafana dashboard: what a chart shows, and how Grafana writes that down. */

export type Unit = "short" | "ops" | "percent" | "s" | "ms" | "bytes"

/**
 * How a chart draws its queries: lines, lines stacked on each other or to 100 %, one number, states over time, or a
 * histogram's buckets over time.
 */
export type Kind = "lines" | "stacked" | "mix" | "stat" | "states" | "heatmap"

export interface Query {
  readonly expr: string
  readonly legend: string
}

/** A bound, and on which side of it something is wrong. */
export type Limit = { readonly _tag: "Above" | "Below"; readonly value: number }

export interface Chart {
  readonly title: string
  readonly kind: Kind
  readonly unit: Unit
  /** Columns of 24. */
  readonly width: number
  readonly queries: ReadonlyArray<Query>
  readonly limit?: Limit | undefined
  /** What numbers are called, where they are states. */
  readonly states?: ReadonlyArray<string> | undefined
}

export interface Position {
  readonly id: number
  readonly x: number
  readonly y: number
}

/** Asks the data source that is chosen above the dashboard. */
export const datasource = { type: "prometheus", uid: "${datasource}" } as const

const heights: Record<Kind, number> = { lines: 8, stacked: 8, mix: 8, stat: 4, states: 6, heatmap: 8 }
export const heightOf = ({ kind }: Chart): number => heights[kind]

const types: Record<Kind, string> = {
  lines: "timeseries",
  stacked: "timeseries",
  mix: "timeseries",
  stat: "stat",
  states: "state-timeline",
  heatmap: "heatmap"
}

const [good, bad] = ["green", "red"] as const

const steps = (limit: Limit | undefined) => {
  if (limit === undefined) return [{ color: good, value: null }]
  const [below, above] = limit._tag === "Above" ? [good, bad] : [bad, good]
  return [{ color: below, value: null }, { color: above, value: limit.value }]
}

/** States by number, the first of them well. */
const mappings = (states: ReadonlyArray<string>) => [{
  type: "value",
  options: Object.fromEntries(states.map((text, index) => [index, { text, index, color: index === 0 ? good : bad }]))
}]

const stacking = (kind: Kind) => {
  switch (kind) {
    case "stacked":
      return { fillOpacity: 60, stacking: { mode: "normal", group: "A" } }
    case "mix":
      return { fillOpacity: 60, stacking: { mode: "percent", group: "A" } }
    default:
      return { fillOpacity: 0, stacking: { mode: "none", group: "A" } }
  }
}

const line = ({ kind, limit }: Chart) => ({
  drawStyle: "line",
  lineWidth: 1,
  showPoints: "never",
  spanNulls: false,
  ...stacking(kind),
  thresholdsStyle: { mode: limit === undefined ? "off" : "dashed" }
})

const custom = (chart: Chart) => {
  switch (chart.kind) {
    case "stat":
    case "heatmap":
      return {}
    case "states":
      return { custom: { fillOpacity: 70, lineWidth: 0 } }
    default:
      return { custom: line(chart) }
  }
}

const fieldConfig = (chart: Chart) => ({
  defaults: {
    unit: chart.unit,
    // Nothing here is negative, and a rate that hardly moves should look like that.
    ...(chart.kind === "states" ? {} : { min: 0 }),
    color: { mode: chart.kind === "stat" || chart.kind === "states" ? "thresholds" : "palette-classic" },
    thresholds: { mode: "absolute", steps: steps(chart.limit) },
    mappings: chart.states === undefined ? [] : mappings(chart.states),
    ...custom(chart)
  },
  overrides: []
})

const legend = { displayMode: "list", placement: "bottom", showLegend: true, calcs: [] }

const options = ({ kind, unit }: Chart) => {
  switch (kind) {
    case "stat":
      return {
        colorMode: "value",
        graphMode: "area",
        justifyMode: "auto",
        orientation: "auto",
        textMode: "auto",
        wideLayout: true,
        reduceOptions: { calcs: ["lastNotNull"], fields: "", values: false }
      }
    case "states":
      return {
        alignValue: "left",
        mergeValues: true,
        rowHeight: 0.8,
        showValue: "auto",
        legend,
        tooltip: { mode: "single", sort: "none" }
      }
    case "heatmap":
      return {
        calculate: false,
        cellGap: 1,
        color: { mode: "scheme", scheme: "Spectral", steps: 64, reverse: true, exponent: 0.5, fill: "dark-orange" },
        filterValues: { le: 1e-9 },
        legend: { show: true },
        rowsFrame: { layout: "auto" },
        tooltip: { mode: "single", yHistogram: true, showColorScale: true },
        yAxis: { axisPlacement: "left", reverse: false, unit }
      }
    default:
      return { legend, tooltip: { mode: "multi", sort: "desc" } }
  }
}

const target = (kind: Kind) => ({ expr, legend }: Query, index: number) => ({
  refId: String.fromCharCode("A".charCodeAt(0) + index),
  datasource,
  editorMode: "code",
  expr,
  legendFormat: legend,
  range: true,
  format: kind === "heatmap" ? "heatmap" : "time_series"
})

/** A chart at its place, as Grafana has it. */
export const panel = (chart: Chart, description: string, { id, x, y }: Position) => ({
  id,
  type: types[chart.kind],
  title: chart.title,
  description,
  datasource,
  gridPos: { x, y, w: chart.width, h: heightOf(chart) },
  targets: chart.queries.map(target(chart.kind)),
  fieldConfig: fieldConfig(chart),
  options: options(chart)
})
export type Panel = ReturnType<typeof panel>

/** A heading that charts can be folded under. */
export const row = (title: string, { id, y }: Omit<Position, "x">) => ({
  id,
  type: "row" as const,
  title,
  collapsed: false,
  gridPos: { x: 0, y, w: 24, h: 1 },
  panels: []
})
export type Row = ReturnType<typeof row>
