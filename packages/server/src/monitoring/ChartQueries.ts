/** What charts ask for: counters as rates, gauges as their instances say them. */
import type { Definition } from "@smart-cache/core/CacheCatalogue"
import type { Query } from "./Panels.ts"
import type { Queries } from "./Queries.ts"
import type { Thresholds } from "./Thresholds.ts"

export interface Ground {
  readonly catalogue: ReadonlyArray<Definition>
  readonly queries: Queries
  readonly limits: Thresholds
}

/** The interval that Grafana chooses: at least four scrapes. */
export const window = "$__rate_interval"
/** Counters of the reads that were served from an entry. */
export const hits = ["cache_hit_fresh", "cache_hit_stale"]
export const byInstance = "{{instance}}"

export const rates = ({ queries }: Ground, legends: Readonly<Record<string, string>>): ReadonlyArray<Query> =>
  Object.entries(legends).map(([counter, legend]) => ({ expr: queries.rate(counter, window), legend }))

/** Gauges as the instances say them; several are told apart by their names. */
export const gauges = ({ queries }: Ground, legends: Readonly<Record<string, string>>): ReadonlyArray<Query> =>
  Object.entries(legends).map(([gauge, legend]) => ({
    expr: queries.series(gauge),
    legend: legend === "" ? byInstance : `${legend}, ${byInstance}`
  }))

export const quantiles = ({ queries }: Ground, histogram: string): ReadonlyArray<Query> =>
  [0.5, 0.95, 0.99].map((q) => ({ expr: queries.quantile(q, histogram, window), legend: `P${q * 100}` }))
