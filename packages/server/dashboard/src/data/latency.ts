/** How long reads took lately, by strategy. */
import * as Buckets from "./buckets.ts"
import { strategies } from "./series.ts"
import type { Strategy } from "./types.ts"

export const quantiles = { p50: 0.5, p95: 0.95, p99: 0.99 } as const
export type Quantile = keyof typeof quantiles
/** Seconds; `null` when nothing was read. */
export type Percentiles = Readonly<Record<Quantile, number | null>>

export interface LatencyPoint {
  readonly at: number
  readonly all: Percentiles
  readonly by: Readonly<Record<Strategy, Percentiles>>
}

/** Readings that a point looks back on: ten seconds at one reading in two seconds. */
const depth = 5
export const maxPoints = 300

const percentiles = (buckets: Buckets.Buckets): Percentiles => ({
  p50: Buckets.quantile(buckets, quantiles.p50),
  p95: Buckets.quantile(buckets, quantiles.p95),
  p99: Buckets.quantile(buckets, quantiles.p99)
})

/** Turns readings into percentiles of what came between them. */
export class LatencyWindow {
  private readings: ReadonlyArray<Buckets.StrategyBuckets> = []

  /** The percentiles since the oldest reading in the window; `undefined` for the first. */
  take(at: number, reading: Buckets.StrategyBuckets): LatencyPoint | undefined {
    const [oldest] = this.readings
    this.readings = [...this.readings, reading].slice(-depth - 1)
    if (oldest === undefined) return undefined
    const of = (strategy: Strategy) => Buckets.between(oldest.get(strategy) ?? [], reading.get(strategy) ?? [])
    return {
      at,
      all: percentiles(Buckets.sum(strategies.map(of).filter((buckets) => buckets.length > 0))),
      by: {
        serve_fresh: percentiles(of("serve_fresh")),
        serve_stale: percentiles(of("serve_stale")),
        compute: percentiles(of("compute")),
        bypass: percentiles(of("bypass"))
      }
    }
  }
}
