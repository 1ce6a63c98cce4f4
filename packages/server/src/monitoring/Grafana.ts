/**
 * A Grafana dashboard of every metric in a catalogue, as the JSON that Grafana imports or is provisioned with.
 *
 * Plain data, and no builder: the panels are few kinds filled from the catalogue, and Grafana's SDK (11 MB, before its
 * version 1) would be one more dependency of the published package.
 */
import type { Definition } from "@smart-cache/core/CacheCatalogue"
import * as Charts from "./Charts.ts"
import { type Chart, datasource, heightOf, type Panel, panel, type Row, row } from "./Panels.ts"
import * as Queries from "./Queries.ts"
import { type Thresholds, thresholds as defaultThresholds } from "./Thresholds.ts"

export interface Options {
  readonly title?: string | undefined
  /** Name of the dashboard in Grafana's addresses. */
  readonly uid?: string | undefined
  readonly thresholds?: Partial<Thresholds> | undefined
}

/** Of Grafana 12.1 and later; older ones show it as well. */
const schemaVersion = 42

const selector = "job=~\"$job\", instance=~\"$instance\""

const choice = (name: string, label: string, query: string) => ({
  name,
  label,
  type: "query",
  datasource,
  query: { query, refId: name },
  definition: query,
  // Anew with the time range: processes come and go.
  refresh: 2,
  sort: 1,
  multi: true,
  includeAll: true,
  allValue: ".*",
  current: { selected: true, text: ["All"], value: ["$__all"] }
})

const variables = [
  { name: "datasource", label: "Data source", type: "datasource", query: "prometheus", refresh: 1, hide: 0 },
  choice("job", "Job", "label_values(total_requests_total, job)"),
  choice("instance", "Instance", "label_values(total_requests_total{job=~\"$job\"}, instance)")
]

/** Draws over the charts when an alert fires. */
const firing = {
  name: "Alerts",
  datasource,
  enable: true,
  iconColor: "red",
  expr: "ALERTS{alertname=~\"SmartCache.+\", alertstate=\"firing\"}",
  titleFormat: "{{alertname}}",
  textFormat: "{{job}} {{instance}}",
  tagKeys: "severity"
}

/** Lays charts out from left to right, and a new line where one would not fit. */
const place = (catalogue: ReadonlyArray<Definition>, sections: ReadonlyArray<Charts.Section>) => {
  const panels: Array<Panel | Row> = []
  let y = 0
  for (const { charts, title } of sections) {
    panels.push(row(title, { id: panels.length + 1, y: y++ }))
    let [x, height] = [0, 0]
    for (const chart of charts) {
      if (x + chart.width > 24) [x, y, height] = [0, y + height, 0]
      panels.push(panel(chart, describe(catalogue, chart), { id: panels.length + 1, x, y }))
      x += chart.width
      height = Math.max(height, heightOf(chart))
    }
    y += height
  }
  return panels
}

/** The catalogue's own words on what a chart shows. */
const describe = (catalogue: ReadonlyArray<Definition>, chart: Chart): string =>
  Charts.metricsOf(catalogue, chart).map(({ help, name }) => `\`${name}\`: ${help}.`).join("\n\n")

/** The dashboard of these metrics; throws `RangeError` when one that it draws is not among them. */
export const dashboard = (catalogue: ReadonlyArray<Definition>, options: Options = {}) => ({
  uid: options.uid ?? "smart-cache",
  title: options.title ?? "smart-cache",
  tags: ["smart-cache"],
  timezone: "browser",
  editable: true,
  graphTooltip: 1,
  schemaVersion,
  refresh: "30s",
  time: { from: "now-1h", to: "now" },
  templating: { list: variables },
  annotations: { list: [firing] },
  links: [],
  panels: place(
    catalogue,
    Charts.sections({
      catalogue,
      queries: Queries.make(catalogue, selector),
      limits: { ...defaultThresholds, ...options.thresholds }
    })
  )
})
export type Dashboard = ReturnType<typeof dashboard>
