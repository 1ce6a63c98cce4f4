/** Charts about the reads: what is found, how nervous the markets are, in which zone, how it is answered. */
import { strategies } from "@smart-cache/core/CacheOutcome"
import { gauges, type Ground, hits, rates, window } from "./ChartQueries.ts"
import type { Chart } from "./Panels.ts"

export const now = ({ limits, queries }: Ground): ReadonlyArray<Chart> => [
  {
    title: "Hit rate",
    kind: "stat",
    unit: "percent",
    width: 4,
    queries: [{ expr: queries.share(hits, "total_requests", window), legend: "" }],
    limit: { _tag: "Below", value: limits.hitRatePct }
  },
  {
    title: "Reads in panic",
    kind: "stat",
    unit: "percent",
    width: 4,
    queries: [{ expr: queries.share("vix_panic_detected", "total_requests", window), legend: "" }],
    limit: { _tag: "Above", value: limits.panicPct }
  },
  {
    title: "P95 latency",
    kind: "stat",
    unit: "s",
    width: 4,
    queries: [{ expr: queries.quantile(0.95, "read_latency_seconds", window), legend: "" }],
    limit: { _tag: "Above", value: limits.p95Seconds }
  },
  {
    title: "Reads per second",
    kind: "stat",
    unit: "ops",
    width: 4,
    queries: [{ expr: queries.rate("total_requests", window), legend: "" }]
  },
  {
    title: "Store",
    kind: "stat",
    unit: "short",
    width: 4,
    queries: [{ expr: `max (${queries.series("store_degraded")})`, legend: "" }],
    states: ["ok", "degraded"]
  },
  {
    title: "Breaker",
    kind: "stat",
    unit: "short",
    width: 4,
    queries: [{ expr: `max (${queries.series("breaker_open")})`, legend: "" }],
    states: ["closed", "open"]
  }
]

export const base = (ground: Ground): ReadonlyArray<Chart> => [
  {
    title: "Reads by what was found",
    kind: "stacked",
    unit: "ops",
    width: 12,
    queries: rates(ground, { cache_hit_fresh: "fresh", cache_hit_stale: "stale", cache_miss: "miss" })
  },
  {
    title: "Hit rate",
    kind: "lines",
    unit: "percent",
    width: 8,
    queries: [
      { expr: ground.queries.share(hits, "total_requests", window), legend: "now" },
      ...gauges(ground, { hit_rate_pct: "since the last reset" })
    ],
    limit: { _tag: "Below", value: ground.limits.hitRatePct }
  },
  { title: "Errors", kind: "lines", unit: "ops", width: 4, queries: rates(ground, { cache_errors: "errors" }) }
]

export const vix = (ground: Ground): ReadonlyArray<Chart> => [
  {
    title: "Reads by nerves of the market",
    kind: "stacked",
    unit: "ops",
    width: 12,
    queries: rates(ground, { vix_normal: "calm", vix_warning_detected: "nervous", vix_panic_detected: "panic" })
  },
  {
    title: "Reads in panic",
    kind: "lines",
    unit: "percent",
    width: 8,
    queries: [
      { expr: ground.queries.share("vix_panic_detected", "total_requests", window), legend: "now" },
      ...gauges(ground, { vix_panic_rate_pct: "since the last reset" })
    ],
    limit: { _tag: "Above", value: ground.limits.panicPct }
  },
  { title: "Bypassed", kind: "lines", unit: "ops", width: 4, queries: rates(ground, { cache_bypass_vix: "bypassed" }) }
]

/** The zones are those of the policy in use. */
export const goldenHour = (ground: Ground): ReadonlyArray<Chart> => {
  const zones = ground.catalogue.filter(({ family }) => family === "golden_hour").map(({ name }) => name)
  if (zones.length === 0) return []
  const legends = Object.fromEntries(zones.map((name) => [name, name.replace("golden_hour_", "")]))
  const queries = rates(ground, legends)
  return [
    { title: "Reads by zone", kind: "stacked", unit: "ops", width: 12, queries },
    { title: "Mix of zones", kind: "mix", unit: "ops", width: 12, queries }
  ]
}

export const swr = (ground: Ground): ReadonlyArray<Chart> => [
  {
    title: "Fresh, stale and too stale",
    kind: "stacked",
    unit: "ops",
    width: 12,
    queries: rates(ground, { swr_served_fresh: "fresh", swr_served_stale: "stale", swr_too_stale: "too stale" })
  },
  {
    title: "Background refreshes",
    kind: "lines",
    unit: "ops",
    width: 12,
    queries: rates(ground, {
      swr_background_success: "stored",
      swr_background_error: "failed",
      background_skipped: "not started"
    })
  }
]

export const strategy = (ground: Ground): ReadonlyArray<Chart> => [{
  title: "Mix of strategies",
  kind: "mix",
  unit: "ops",
  width: 24,
  queries: rates(ground, Object.fromEntries(strategies.toReversed().map((name) => [`strategy_${name}`, name])))
}]
