/** What a match day through the cache came to: everything that the report and the picture show. */
import type { Event } from "@smart-cache/football/Events"

export type Strategy = "bypass" | "compute" | "serve_stale" | "serve_fresh"

/** In the order in which they are printed and stacked, least work first. */
export const strategies: ReadonlyArray<Strategy> = ["serve_fresh", "serve_stale", "compute", "bypass"]

/** Where the day came from, in words and counts. */
export interface DayData {
  readonly source: "simulated" | "recorded"
  readonly description: string
  readonly injuries: number
  readonly reschedulings: number
  readonly odds_moves: number
}

/** One event of the day: matches concerned, markets affected and preserved over them all, and entries dropped if the store counts them. */
export interface EventOutcome {
  readonly at: number
  readonly event: Event
  readonly matches: number
  readonly affected: number
  readonly preserved: number
  readonly dropped: number | undefined
  readonly saved_pct: number
}

/** Reads by strategy and computes from `at` until the next bucket. */
export interface Bucket extends Readonly<Record<Strategy, number>> {
  readonly at: number
  readonly computes: number
  readonly one_hour_computes: number
}

/** Times in epoch milliseconds, shares in percent, durations in milliseconds. */
export interface DayResult {
  readonly fixtures: number
  /** Every kickoff of the day, as it was in the end. */
  readonly kickoffs: ReadonlyArray<number>
  readonly requests: number
  readonly computes: number
  readonly strategies: Readonly<Record<Strategy, number>>
  readonly hit_rate_pct: number
  readonly latency_ms: { readonly p50: number; readonly p95: number; readonly p99: number; readonly max: number }
  readonly events: ReadonlyArray<EventOutcome>
  readonly panics: { readonly reads: number; readonly markets: number; readonly episodes: number }
  readonly edge_lost_pct: number
  readonly baselines: {
    readonly no_cache: { readonly computes: number }
    readonly one_hour: {
      readonly computes: number
      readonly edge_lost_pct: number
      readonly hit_rate_pct: number
    }
  }
  readonly data: DayData
  readonly seed: number
  readonly compute_ms: number
  readonly store: "memory" | "memory over redis"
  readonly decisions_sha256: string
  readonly timeline: ReadonlyArray<Bucket>
}
