/** Charts about the work behind the reads: invalidations, time, computes, the store. */
import { gauges, type Ground, quantiles, rates, window } from "./ChartQueries.ts"
import type { Chart } from "./Panels.ts"

export const tags = (ground: Ground): ReadonlyArray<Chart> => [
  {
    title: "Invalidations",
    kind: "lines",
    unit: "ops",
    width: 6,
    queries: rates(ground, { surgical_invalidation: "surgical", full_invalidation: "everything" })
  },
  {
    title: "Markets of events",
    kind: "mix",
    unit: "ops",
    width: 6,
    queries: rates(ground, { markets_affected_logical: "affected", markets_preserved: "preserved" })
  },
  {
    title: "Entries dropped",
    kind: "lines",
    unit: "ops",
    width: 6,
    queries: rates(ground, { cache_keys_deleted_actual: "dropped" })
  },
  {
    title: "Recomputation saved since the last reset",
    kind: "lines",
    unit: "percent",
    width: 6,
    queries: gauges(ground, { avg_cpu_saved_pct: "" })
  }
]

export const performance = (ground: Ground): ReadonlyArray<Chart> => {
  const { limits, queries } = ground
  const slow = { _tag: "Above", value: limits.p95Seconds } as const
  return [
    {
      title: "Latency",
      kind: "lines",
      unit: "s",
      width: 8,
      queries: quantiles(ground, "read_latency_seconds"),
      limit: slow
    },
    {
      title: "P95 latency by strategy",
      kind: "lines",
      unit: "s",
      width: 8,
      queries: [{ expr: queries.quantile(0.95, "read_latency_seconds", window, ["strategy"]), legend: "{{strategy}}" }],
      limit: slow
    },
    {
      title: "Latencies",
      kind: "heatmap",
      unit: "s",
      width: 8,
      queries: [{ expr: queries.buckets("read_latency_seconds", window), legend: "{{le}}" }]
    },
    {
      title: "Age of what was served",
      kind: "lines",
      unit: "s",
      width: 12,
      queries: quantiles(ground, "served_age_seconds")
    },
    {
      title: "Ages of what was served",
      kind: "heatmap",
      unit: "s",
      width: 12,
      queries: [{ expr: queries.buckets("served_age_seconds", window), legend: "{{le}}" }]
    },
    { title: "Reads", kind: "lines", unit: "ops", width: 12, queries: rates(ground, { total_requests: "reads" }) },
    {
      title: "Waits since the last reset",
      kind: "lines",
      unit: "ms",
      width: 12,
      queries: gauges(ground, { avg_latency_ms: "mean", max_latency_ms: "longest", min_latency_ms: "shortest" })
    }
  ]
}

const computes = (ground: Ground): ReadonlyArray<Chart> => [
  {
    title: "Computes",
    kind: "lines",
    unit: "ops",
    width: 8,
    queries: rates(ground, { computes: "begun", compute_errors: "failed", coalesced_waiters: "joined by readers" })
  },
  {
    title: "Computes that fail",
    kind: "lines",
    unit: "percent",
    width: 8,
    queries: [{ expr: ground.queries.share("compute_errors", "computes", window), legend: "failed" }],
    limit: { _tag: "Above", value: ground.limits.computeErrorPct }
  },
  {
    title: "Under way",
    kind: "lines",
    unit: "short",
    width: 8,
    queries: gauges(ground, { computes_running: "computes", background_running: "in the background" })
  },
  {
    title: "Refreshes before the expiry",
    kind: "lines",
    unit: "ops",
    width: 8,
    queries: rates(ground, { xfetch_early_refreshes: "X-Fetch" })
  },
  {
    title: "Values not stored",
    kind: "lines",
    unit: "ops",
    width: 8,
    queries: rates(ground, { fills_refused: "beaten by something later", values_too_large: "too large" })
  }
]

const store = (ground: Ground): ReadonlyArray<Chart> => [
  {
    title: "Trouble with the store",
    kind: "lines",
    unit: "ops",
    width: 8,
    queries: rates(ground, {
      store_errors: "failed steps",
      payloads_refused: "unreadable entries",
      bus_gaps: "news missed",
      lease_waits: "waits for a lease"
    })
  },
  {
    title: "Store",
    kind: "states",
    unit: "short",
    width: 12,
    queries: gauges(ground, { store_degraded: "" }),
    states: ["ok", "degraded"]
  },
  {
    title: "Breaker",
    kind: "states",
    unit: "short",
    width: 12,
    queries: gauges(ground, { breaker_open: "" }),
    states: ["closed", "open"]
  },
  { title: "Entries held", kind: "lines", unit: "short", width: 8, queries: gauges(ground, { entries_held: "" }) },
  { title: "Bytes held", kind: "lines", unit: "bytes", width: 8, queries: gauges(ground, { bytes_held: "" }) },
  {
    title: "Remembered and watched",
    kind: "lines",
    unit: "short",
    width: 8,
    queries: gauges(ground, { vix_markets: "markets", decision_watchers: "watchers" })
  }
]

export const engine = (ground: Ground): ReadonlyArray<Chart> => [...computes(ground), ...store(ground)]
