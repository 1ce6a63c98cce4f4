/**
 * What the cache counts, and the one catalogue that names it (spec §8).
 *
 * A read adds to numbers of a typed array and nothing else; every published value
 * is derived from them when somebody looks. Each thing is counted in one place.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type Reason, reasons, vixLevels } from "./CacheOutcome.ts"
import * as TtlPolicy from "./TtlPolicy.ts"

/** Things counted beside the reads themselves. */
export const events = [
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
  "waited_ms",
  "max_wait_ms"
] as const
export type Event = typeof events[number]

const vixAt = reasons.length
const eventsAt = vixAt + vixLevels.length
const zonesAt = eventsAt + events.length

export type Family = "base" | "vix" | "golden_hour" | "swr" | "tags" | "strategy" | "performance" | "engine"

/** One published metric. */
export interface Metric {
  readonly name: string
  readonly family: Family
  readonly type: "counter" | "gauge"
  readonly unit: "1" | "percent" | "milliseconds"
  readonly help: string
  readonly value: () => number
}

/** Counters of the reads; the array is shared with the hit path. */
class Counters {
  readonly cells: Float64Array
  readonly zones: ReadonlyArray<string>

  constructor(zones: ReadonlyArray<string>) {
    this.zones = zones
    this.cells = new Float64Array(zonesAt + zones.length)
  }

  reason(...names: ReadonlyArray<Reason>): number {
    return names.reduce((sum, name) => sum + this.cells[reasons.indexOf(name)]!, 0)
  }

  event(name: Event): number {
    return this.cells[eventsAt + events.indexOf(name)]!
  }

  vix(level: typeof vixLevels[number]): number {
    return this.cells[vixAt + vixLevels.indexOf(level)]!
  }

  reads(): number {
    return this.reason(...reasons)
  }
}

const percent = (part: number, whole: number): number => whole === 0 ? 0 : part / whole * 100

const staleReasons: ReadonlyArray<Reason> = ["stale", "vix_warning", "compute_failed", "compute_slow"]
const computeReasons: ReadonlyArray<Reason> = [
  "miss",
  "too_stale",
  "invalidated",
  "deadline_passed",
  "store_unavailable"
]
const bypassReasons: ReadonlyArray<Reason> = ["vix_panic", "forced", "disabled"]

type Row = readonly [name: string, help: string, value: () => number, unit?: Metric["unit"], type?: Metric["type"]]

const rows = (family: Family, ...table: ReadonlyArray<Row>): ReadonlyArray<Metric> =>
  table.map(([name, help, value, unit = "1", type = "counter"]) => ({ name, family, type, unit, help, value }))

const readRows = (c: Counters): ReadonlyArray<Metric> => [
  ...rows(
    "base",
    ["cache_hit_fresh", "Reads served from a fresh entry", () => c.reason("hit")],
    ["cache_hit_stale", "Reads served from a stale entry", () => c.reason(...staleReasons)],
    ["cache_miss", "Reads that had to compute because nothing usable was held", () => c.reason(...computeReasons)],
    [
      "cache_errors",
      "Reads that failed, and store steps that failed",
      () => c.event("read_errors") + c.event("store_errors")
    ],
    [
      "hit_rate_pct",
      "Share of reads served from an entry, fresh or stale",
      () => percent(c.reason("hit", ...staleReasons), c.reads()),
      "percent",
      "gauge"
    ]
  ),
  ...rows(
    "vix",
    ["vix_panic_detected", "Reads whose market was in panic", () => c.vix("panic")],
    ["vix_warning_detected", "Reads whose market was nervous", () => c.vix("warning")],
    ["vix_normal", "Reads whose market was calm or not known well enough", () => c.vix("normal") + c.vix("unknown")],
    ["cache_bypass_vix", "Reads that bypassed the cache because of a panic", () => c.reason("vix_panic")],
    ["vix_panic_rate_pct", "Share of reads in a panic", () => percent(c.vix("panic"), c.reads()), "percent", "gauge"]
  ),
  ...rows(
    "golden_hour",
    ...c.zones.map((zone, i): Row => [`golden_hour_${zone}`, `Reads in the zone ${zone}`, () => c.cells[zonesAt + i]!])
  )
]

const workRows = (c: Counters): ReadonlyArray<Metric> => [
  ...rows(
    "swr",
    ["swr_served_stale", "Reads served stale", () => c.reason(...staleReasons)],
    ["swr_served_fresh", "Reads served fresh", () => c.reason("hit")],
    ["swr_too_stale", "Reads that found an entry too stale to serve", () => c.reason("too_stale")],
    [
      "swr_background_success",
      "Background refreshes that stored or adopted a value",
      () => c.event("background_success")
    ],
    ["swr_background_error", "Background refreshes that failed", () => c.event("background_error")]
  ),
  ...rows(
    "tags",
    ["surgical_invalidation", "Invalidations by event, tag, key or prefix", () => c.event("surgical_invalidations")],
    ["full_invalidation", "Invalidations of everything", () => c.event("full_invalidations")],
    ["markets_affected_logical", "Markets that events touched", () => c.event("markets_affected")],
    ["cache_keys_deleted_actual", "Entries that invalidations dropped", () => c.event("entries_dropped")],
    ["markets_preserved", "Markets that events left alone", () => c.event("markets_preserved")],
    [
      "avg_cpu_saved_pct",
      "Share of markets that events left alone, so that they need no recomputation",
      () => percent(c.event("markets_preserved"), c.event("markets_preserved") + c.event("markets_affected")),
      "percent",
      "gauge"
    ]
  ),
  ...rows(
    "strategy",
    ["strategy_bypass", "Reads that bypassed the cache", () => c.reason(...bypassReasons)],
    ["strategy_compute", "Reads that computed", () => c.reason(...computeReasons)],
    ["strategy_serve_stale", "Reads served stale", () => c.reason(...staleReasons)],
    ["strategy_serve_fresh", "Reads served fresh", () => c.reason("hit")]
  )
]

/** Waiting times by the millisecond clock; a hit is one synchronous step and counts as 0 ms. */
const timeRows = (c: Counters, minWait: () => number): ReadonlyArray<Metric> =>
  rows(
    "performance",
    ["total_requests", "Reads", () => c.reads()],
    [
      "avg_latency_ms",
      "Mean waiting time of a read",
      () => c.reads() === 0 ? 0 : c.event("waited_ms") / c.reads(),
      "milliseconds",
      "gauge"
    ],
    ["max_latency_ms", "Longest waiting time of a read", () => c.event("max_wait_ms"), "milliseconds", "gauge"],
    ["min_latency_ms", "Shortest waiting time of a read", minWait, "milliseconds", "gauge"]
  )

const engineRows = (c: Counters): ReadonlyArray<Metric> =>
  rows(
    "engine",
    ["computes", "Computes begun", () => c.event("computes")],
    ["compute_errors", "Computes that failed, died or timed out", () => c.event("compute_errors")],
    ["coalesced_waiters", "Reads that joined a compute in flight", () => c.event("coalesced")],
    ["xfetch_early_refreshes", "Reads that X-Fetch had ask for a refresh before the expiry", () =>
      c.event("early_refreshes")],
    ["background_skipped", "Refreshes not started: too many at once, or computed elsewhere", () =>
      c.event("background_skipped")],
    ["fills_refused", "Computed values that an invalidation or a later compute beat", () =>
      c.event("fills_refused")],
    ["values_too_large", "Computed values larger than the store may hold", () =>
      c.event("values_too_large")],
    ["store_errors", "Store steps that failed or timed out", () =>
      c.event("store_errors")],
    [
      "payloads_refused",
      "Entries of a shared store that could not be read: corrupt, unsealed, too large or of another version",
      () =>
        c.event("payloads_refused")
    ],
    ["bus_gaps", "Times that news of invalidations were missed, and memory was read again", () =>
      c.event("bus_gaps")],
    ["lease_waits", "Waits for somebody else's lease", () => c.event("lease_waits")]
  )

export interface Shape {
  /** Every published metric, in the order of the catalogue. */
  readonly catalogue: ReadonlyArray<Metric>
  /** All values by name. */
  readonly snapshot: Effect.Effect<Readonly<Record<string, number>>>
  /** Counts one read: the code of its decision, its volatility and its zone (−1: none). */
  readonly read: (code: number, vix: number, zone: number) => void
  /** Counts the waiting time of a read that did not end in one step. */
  readonly waited: (millis: number) => void
  readonly add: (event: Event, n: number) => void
}

/** Makes counters for a cache whose policy has these zones. */
export const make = (zones: ReadonlyArray<string>): Shape => {
  const counters = new Counters(zones)
  const { cells } = counters
  const maxWait = eventsAt + events.indexOf("max_wait_ms")
  let waits = 0
  let shortest = Infinity
  // A read that did not wait is a hit of 0 ms, so the shortest wait matters only while every read waited.
  const minWait = () => waits === 0 || waits < counters.reads() ? 0 : shortest
  const add = (event: Event, n: number) => {
    cells[eventsAt + events.indexOf(event)]! += n
  }
  const catalogue = [
    ...readRows(counters),
    ...workRows(counters),
    ...timeRows(counters, minWait),
    ...engineRows(counters)
  ]
  return {
    catalogue,
    snapshot: Effect.sync(() => Object.fromEntries(catalogue.map((metric) => [metric.name, metric.value()]))),
    read: (code, vix, zone) => {
      cells[code]!++
      cells[vixAt + vix]!++
      if (zone >= 0) cells[zonesAt + zone]!++
    },
    waited: (millis) => {
      waits++
      shortest = Math.min(shortest, millis)
      add("waited_ms", millis)
      cells[maxWait] = Math.max(cells[maxWait]!, millis)
    },
    add
  }
}

/** The counters in use. */
export class CacheMetrics extends Context.Service<CacheMetrics, Shape>()("smart-cache/CacheMetrics") {}

/** Counters with the zones of the policy in use. */
export const layer: Layer.Layer<CacheMetrics, never, TtlPolicy.TtlPolicy> = Layer.effect(
  CacheMetrics,
  Effect.map(TtlPolicy.TtlPolicy, (policy) => make(TtlPolicy.zoneNames(policy)))
)
