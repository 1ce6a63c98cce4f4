/**
 * Every metric of the cache, as data: name, family, type, unit, help, and how its value
 * follows from what is counted (spec §8).
 *
 * The JSON, Effect's metrics and with them Prometheus and OTLP, the dashboard, the
 * Grafana file, the alert rules and the documentation are made from this list alone.
 */
import { type Reason, reasonsOf, type Strategy, type VixLevel } from "./CacheOutcome.ts"

export const families = ["base", "vix", "golden_hour", "swr", "tags", "strategy", "performance", "engine"] as const
export type Family = typeof families[number]

/** Things counted beside the reads themselves. */
export const tallies = [
  "read_errors",
  "computes",
  "compute_errors",
  "coalesced",
  "early_refreshes",
  "background_success",
  "background_error",
  "background_skipped",
  "fills_refused",
  "values_too_large",
  "store_errors",
  "payloads_refused",
  "bus_gaps",
  "lease_waits",
  "surgical_invalidations",
  "full_invalidations",
  "markets_affected",
  "markets_preserved",
  "entries_dropped",
  "waits",
  "waited_ms"
] as const
export type Tally = typeof tallies[number]

/** What the numbers of a cache's reads and steps add up to; zones by position. */
export interface Counts {
  readonly reasons: (...names: ReadonlyArray<Reason>) => number
  readonly levels: (...names: ReadonlyArray<VixLevel>) => number
  readonly zone: (index: number) => number
  readonly tally: (name: Tally) => number
  readonly reads: () => number
  /** Longest and shortest wait of a read, milliseconds. */
  readonly longest: () => number
  readonly shortest: () => number
}

interface Described {
  readonly name: string
  readonly family: Family
  readonly help: string
}

/** Only rises. */
export interface Counter extends Described {
  readonly type: "counter"
  readonly unit: "1"
  readonly value: (counts: Counts) => number
}

/** Rises and falls; follows from counts. */
export interface Gauge extends Described {
  readonly type: "gauge"
  readonly unit: "percent" | "milliseconds"
  readonly value: (counts: Counts) => number
}

/** Rises and falls; whoever knows it is asked when somebody looks. */
export interface AskedGauge extends Described {
  readonly type: "gauge"
  readonly unit: "1" | "bytes"
  readonly value: GaugeName
}

/** How values are distributed, by strategy. */
export interface Histogram extends Described {
  readonly type: "histogram"
  readonly unit: "seconds"
  readonly name: HistogramName
  readonly label: "strategy"
  /** Upper bounds of the buckets of Prometheus, seconds. */
  readonly boundaries: ReadonlyArray<number>
}

export type Definition = Counter | Gauge | AskedGauge | Histogram

const percent = (part: number, whole: number): number => whole === 0 ? 0 : part / whole * 100

const counter = (name: string, help: string, value: Counter["value"]) =>
  ({ type: "counter", unit: "1", name, help, value }) as const
const share = (name: string, help: string, value: Gauge["value"]) =>
  ({ type: "gauge", unit: "percent", name, help, value }) as const
const latency = (name: string, help: string, value: Gauge["value"]) =>
  ({ type: "gauge", unit: "milliseconds", name, help, value }) as const
const asked = <const Name extends string>(name: Name, help: string, unit: AskedGauge["unit"] = "1") =>
  ({ type: "gauge", unit, name, help, value: name }) as const

const strategies = (name: Strategy) => (counts: Counts) => counts.reasons(...reasonsOf[name])
const tally = (name: Tally) => (counts: Counts) => counts.tally(name)

const base = [
  counter("cache_hit_fresh", "Reads served from a fresh entry", strategies("serve_fresh")),
  counter("cache_hit_stale", "Reads served from a stale entry", strategies("serve_stale")),
  counter("cache_miss", "Reads that had to compute because nothing usable was held", strategies("compute")),
  counter(
    "cache_errors",
    "Reads that failed, and store steps that failed",
    (counts) => counts.tally("read_errors") + counts.tally("store_errors")
  ),
  share(
    "hit_rate_pct",
    "Share of reads served from an entry, fresh or stale",
    (counts) => percent(counts.reasons(...reasonsOf.serve_fresh, ...reasonsOf.serve_stale), counts.reads())
  )
]

const vix = [
  counter("vix_panic_detected", "Reads whose market was in panic", (counts) => counts.levels("panic")),
  counter("vix_warning_detected", "Reads whose market was nervous", (counts) => counts.levels("warning")),
  counter(
    "vix_normal",
    "Reads whose market was calm or not known well enough",
    (counts) => counts.levels("normal", "unknown")
  ),
  counter(
    "cache_bypass_vix",
    "Reads that bypassed the cache because of a panic",
    (counts) => counts.reasons("vix_panic")
  ),
  share("vix_panic_rate_pct", "Share of reads in a panic", (counts) => percent(counts.levels("panic"), counts.reads()))
]

const goldenHour = (zones: ReadonlyArray<string>) =>
  zones.map((zone, i) => counter(`golden_hour_${zone}`, `Reads in the zone ${zone}`, (counts) => counts.zone(i)))

const swr = [
  counter("swr_served_stale", "Reads served stale", strategies("serve_stale")),
  counter("swr_served_fresh", "Reads served fresh", strategies("serve_fresh")),
  counter(
    "swr_too_stale",
    "Reads that computed because what was held was too stale to serve",
    (counts) => counts.reasons("too_stale")
  ),
  counter("swr_background_success", "Background refreshes that stored or adopted a value", tally("background_success")),
  counter("swr_background_error", "Background refreshes that failed", tally("background_error"))
]

const tags = [
  counter("surgical_invalidation", "Invalidations by event, tag, key or prefix", tally("surgical_invalidations")),
  counter("full_invalidation", "Invalidations of everything", tally("full_invalidations")),
  counter("markets_affected_logical", "Markets that events touched", tally("markets_affected")),
  counter("cache_keys_deleted_actual", "Entries that invalidations dropped", tally("entries_dropped")),
  counter("markets_preserved", "Markets that events left alone", tally("markets_preserved")),
  share(
    "avg_cpu_saved_pct",
    "Share of markets that events left alone, so that they need no recomputation",
    (counts) =>
      percent(counts.tally("markets_preserved"), counts.tally("markets_preserved") + counts.tally("markets_affected"))
  )
]

const strategy = [
  counter("strategy_bypass", "Reads that bypassed the cache", strategies("bypass")),
  counter("strategy_compute", "Reads that computed", strategies("compute")),
  counter("strategy_serve_stale", "Reads served stale", strategies("serve_stale")),
  counter("strategy_serve_fresh", "Reads served fresh", strategies("serve_fresh"))
]

/** A memory hit is one synchronous step and counts as a wait of 0 ms here; the histogram has its nanoseconds. */
const performance = [
  counter("total_requests", "Reads", (counts) => counts.reads()),
  latency(
    "avg_latency_ms",
    "Mean waiting time of a read",
    (counts) => counts.reads() === 0 ? 0 : counts.tally("waited_ms") / counts.reads()
  ),
  latency("max_latency_ms", "Longest waiting time of a read", (counts) => counts.longest()),
  latency("min_latency_ms", "Shortest waiting time of a read", (counts) => counts.shortest())
]

const fromOneMicro = [1, 2.5, 5, 10, 25, 50, 100, 250, 500].map((micros) => micros / 1e6)
const upToHalfAMinute = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000].map((ms) => ms / 1000)
const upToADay = [0, 0.1, 0.5, 1, 5, 15, 30, 60, 120, 300, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400]

const histograms = [
  {
    type: "histogram",
    unit: "seconds",
    label: "strategy",
    name: "read_latency_seconds",
    help: "Time from a read to its answer; of hits, a sample that stands for all",
    boundaries: [...fromOneMicro, ...upToHalfAMinute]
  },
  {
    type: "histogram",
    unit: "seconds",
    label: "strategy",
    name: "served_age_seconds",
    help: "Age of the value that a read was given; of hits, a sample that stands for all",
    boundaries: upToADay
  }
] as const

const engine = [
  counter("computes", "Computes begun", tally("computes")),
  counter("compute_errors", "Computes that failed, died or timed out", tally("compute_errors")),
  counter(
    "coalesced_waiters",
    "Reads that were given the value of a compute that another read had begun",
    tally("coalesced")
  ),
  counter(
    "xfetch_early_refreshes",
    "Reads that X-Fetch had ask for a refresh before the expiry",
    tally("early_refreshes")
  ),
  counter(
    "background_skipped",
    "Refreshes not started: too many at once, or computed elsewhere",
    tally("background_skipped")
  ),
  counter("fills_refused", "Computed values that an invalidation or a later compute beat", tally("fills_refused")),
  counter("values_too_large", "Computed values larger than the store may hold", tally("values_too_large")),
  counter(
    "store_errors",
    "Store steps that failed or timed out, those of invalidations and explicit writes included",
    tally("store_errors")
  ),
  counter(
    "payloads_refused",
    "Entries of a shared store that could not be read: corrupt, unsealed, too large or of another version",
    tally("payloads_refused")
  ),
  counter("bus_gaps", "Times that news of invalidations were missed, and memory was read again", tally("bus_gaps")),
  counter("lease_waits", "Waits for somebody else's lease, each until it is asked for again", tally("lease_waits"))
]

const gauges = [
  asked("computes_running", "Computes under way"),
  asked("background_running", "Background refreshes under way"),
  asked("entries_held", "Entries held in this process"),
  asked("bytes_held", "Bytes of the entries held in this process", "bytes"),
  asked("vix_markets", "Markets whose odds are remembered"),
  asked("decision_watchers", "Open streams of decisions"),
  asked("store_degraded", "1 while the store's steps fail, else 0"),
  asked("breaker_open", "1 while reads leave a failing store alone, else 0")
]

/** Gauges that somebody else is asked for. */
export type GaugeName = typeof gauges[number]["name"]
export type HistogramName = typeof histograms[number]["name"]

type WithoutFamily<D> = D extends Definition ? Omit<D, "family"> : never

const as = (family: Family, definitions: ReadonlyArray<WithoutFamily<Definition>>): ReadonlyArray<Definition> =>
  definitions.map((definition) => ({ ...definition, family }))

/** The catalogue of a cache whose TTL policy has these zones. */
export const catalogue = (zones: ReadonlyArray<string>): ReadonlyArray<Definition> => [
  ...as("base", base),
  ...as("vix", vix),
  ...as("golden_hour", goldenHour(zones)),
  ...as("swr", swr),
  ...as("tags", tags),
  ...as("strategy", strategy),
  ...as("performance", performance),
  ...as("performance", histograms),
  ...as("engine", engine),
  ...as("engine", gauges)
]

/** The name in Prometheus: counters end in `_total` there. */
export const prometheusName = ({ name, type }: Pick<Definition, "name" | "type">): string =>
  type === "counter" ? `${name}_total` : name

/**
 * Names as Prometheus has them, for the `metricNameMapper` of Effect's exporter; names of other metrics stay.
 *
 * @example
 * ```ts
 * PrometheusMetrics.format({ metricNameMapper: CacheCatalogue.mapName(CacheCatalogue.catalogue([])) })
 * ```
 */
export const mapName = (definitions: ReadonlyArray<Definition>): (name: string) => string => {
  const names = new Map(definitions.map((definition) => [definition.name, prometheusName(definition)]))
  return (name) => names.get(name) ?? name
}
