/** The JSON of the routes that the page reads; times in epoch milliseconds, numbers that are not finite are `null`. */
import type { Reason, Refresh, Source, Strategy, VixLevel } from "@smart-cache/core/CacheOutcome"

export type { Reason, Strategy, VixLevel }

/** Seconds. */
export interface Distribution {
  readonly count: number
  readonly sum: number
  readonly min: number | null
  readonly max: number | null
  readonly p50: number | null
  readonly p95: number | null
  readonly p99: number | null
}
export type ByStrategy = Readonly<Partial<Record<Strategy, Distribution>>>

export type Metrics = Readonly<Record<string, number | ByStrategy | null>>

/** One event of the stream of metrics. */
export interface Sample {
  readonly at: number
  readonly metrics: Metrics
}

export interface Health {
  readonly status: "ok" | "degraded"
  readonly since: number
  readonly uptime_ms: number
  readonly version: string
  readonly store: {
    readonly kind: string
    readonly state: "ok" | "degraded"
    readonly breaker: "closed" | "open"
    readonly since: number
    readonly problem?: string
  }
}

export interface Metadata {
  readonly strategy: Strategy
  readonly reason: Reason
  readonly source: Source
  readonly refresh: Refresh
  readonly at: number
  readonly age: number
  readonly ttl: number
  readonly zone?: string | null
  readonly createdAt: number
  readonly freshUntil: number
  readonly staleUntil: number
  readonly deadline: number | null
  readonly delta: number
  readonly stamp: number
  readonly tags: ReadonlyArray<string>
  readonly vix: VixLevel
  readonly z: number | null
  readonly market?: string | null
}
export interface Decision extends Metadata {
  readonly key: string
}

export interface Invalidation {
  readonly at: number
  readonly event: string | null
  readonly subjects: ReadonlyArray<string>
  readonly affected: ReadonlyArray<string>
  readonly preserved: ReadonlyArray<string>
  readonly dropped: number | null
  readonly saved_pct: number
}

/** What the fired event did. */
export interface Report {
  readonly event: string
  readonly match_keys: ReadonlyArray<string>
  readonly affected: ReadonlyArray<string>
  readonly preserved: ReadonlyArray<string>
  readonly dropped: number | null
  readonly saved_pct: number
}

export interface Fixture {
  readonly match_key: string
  readonly home_team: string
  readonly away_team: string
  readonly kickoff: number
  readonly lineup_confirmed: boolean
  readonly zone: string
  readonly ttl_ms: number
}

export interface Edge {
  readonly from: string
  readonly to: string
  readonly kind: "changes" | "prices"
}
export interface Graph {
  readonly events: ReadonlyArray<{
    readonly name: string
    readonly factors: ReadonlyArray<string>
    readonly affected: ReadonlyArray<string>
  }>
  readonly factors: ReadonlyArray<string>
  readonly markets: ReadonlyArray<string>
  readonly edges: ReadonlyArray<Edge>
}

export interface MarketState {
  readonly market_key: string
  readonly level: VixLevel
  readonly z: number | null
  readonly odds: number | null
  readonly mean: number | null
  readonly sigma: number | null
  readonly samples: number
}
export interface TracePoint {
  readonly at: number
  readonly odds: number
  readonly mean: number | null
  readonly sigma: number | null
  readonly z: number | null
  readonly level: VixLevel
}
export interface Trace {
  readonly market_key: string
  /** Scores from which the market counts as nervous and as in panic. */
  readonly warning: number
  readonly panic: number
  readonly points: ReadonlyArray<TracePoint>
}

export interface Explanation {
  readonly key: string
  readonly now: number
  readonly held?:
    | {
      readonly age: number
      readonly createdAt: number
      readonly freshUntil: number
      readonly staleUntil: number
      readonly usableUntil: number
      readonly delta: number
      readonly stamp: number
      readonly tags: ReadonlyArray<string>
    }
    | null
  readonly invalidated: boolean
  readonly fence: number
  readonly state: {
    readonly flight?: { readonly startedAt: number; readonly waiters: number; readonly background: boolean } | null
    readonly failures: number
    readonly retryAt?: number | null
  }
  readonly decision: { readonly strategy: Strategy; readonly reason: Reason; readonly refresh: Refresh }
  readonly earlyProbability: number
}

/** RFC 9457. */
export interface Problem {
  readonly title?: string
  readonly status?: number
  readonly detail?: string
  readonly errors?: ReadonlyArray<{ readonly path: ReadonlyArray<string | number>; readonly message: string }>
}
