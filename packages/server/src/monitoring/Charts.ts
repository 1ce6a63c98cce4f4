/**
 * What the Grafana dashboard shows, family by family.
 *
 * Counters are drawn as rates and shares over Grafana's own interval; what a process only knows since its start, as it
 * says it. A metric that no chart names gets one of its own, so that nothing of the catalogue is ever left out.
 */
import { type Definition, families, type Family } from "@smart-cache/core/CacheCatalogue"
import { gauges, type Ground, quantiles, rates } from "./ChartQueries.ts"
import type { Chart, Unit } from "./Panels.ts"
import { namesIn } from "./Queries.ts"
import * as Reads from "./ReadCharts.ts"
import * as Work from "./WorkCharts.ts"

export interface Section {
  readonly title: string
  readonly charts: ReadonlyArray<Chart>
}

const drawn: Record<Family, readonly [title: string, charts: (ground: Ground) => ReadonlyArray<Chart>]> = {
  base: ["Hits and misses", Reads.base],
  vix: ["Nerves of the market", Reads.vix],
  golden_hour: ["Time to the deadline", Reads.goldenHour],
  swr: ["Stale while revalidate", Reads.swr],
  tags: ["Invalidation", Work.tags],
  strategy: ["Strategies", Reads.strategy],
  performance: ["Latency and freshness", Work.performance],
  engine: ["Computes and store", Work.engine]
}

const units: Record<Definition["unit"], Unit> = {
  "1": "short",
  percent: "percent",
  milliseconds: "ms",
  seconds: "s",
  bytes: "bytes"
}

/** The chart of a metric that nobody drew. */
const plain = (ground: Ground, { name, type, unit }: Definition): Chart => {
  const common = { title: name, kind: "lines", width: 8 } as const
  switch (type) {
    case "counter":
      return { ...common, unit: "ops", queries: rates(ground, { [name]: "" }) }
    case "gauge":
      return { ...common, unit: units[unit], queries: gauges(ground, { [name]: "" }) }
    case "histogram":
      return { ...common, unit: units[unit], queries: quantiles(ground, name) }
  }
}

/** The metrics that a chart shows. */
export const metricsOf = (catalogue: ReadonlyArray<Definition>, { queries }: Chart): ReadonlyArray<Definition> => {
  const names = namesIn(catalogue, queries.map(({ expr }) => expr).join(" "))
  return catalogue.filter(({ name }) => names.has(name))
}

/** All sections: what matters at a glance first, then the families in the order of the catalogue. */
export const sections = (ground: Ground): ReadonlyArray<Section> => {
  const charts = families.map((family) => [family, drawn[family][1](ground)] as const)
  const seen = new Set(charts.flatMap(([, each]) => each.flatMap((chart) => metricsOf(ground.catalogue, chart))))
  const rest = (family: Family) =>
    ground.catalogue.filter((each) => each.family === family && !seen.has(each)).map((each) => plain(ground, each))
  return [
    { title: "Now", charts: Reads.now(ground) },
    ...charts.map(([family, each]) => ({ title: drawn[family][0], charts: [...each, ...rest(family)] }))
  ].filter(({ charts }) => charts.length > 0)
}
