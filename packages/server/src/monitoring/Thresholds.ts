/** From where on something is wrong: what the alert rules compare with, and dashboards draw. */

export interface Thresholds {
  /** Too many reads meet a market in panic above this share of them, percent. */
  readonly panicPct: number
  /** Reads are slow when one in twenty takes longer, seconds; a bound of the latency histogram's buckets. */
  readonly p95Seconds: number
  /** Too little is served from the cache below this share of the reads, percent. */
  readonly hitRatePct: number
  /** Too many computes fail above this share of them, percent. */
  readonly computeErrorPct: number
  /** Shares of fewer reads than this in a window say nothing. */
  readonly leastReads: number
  /** Shares of fewer computes than this in a window say nothing. */
  readonly leastComputes: number
}

export const thresholds: Thresholds = {
  panicPct: 5,
  p95Seconds: 0.1,
  hitRatePct: 80,
  computeErrorPct: 5,
  leastReads: 100,
  leastComputes: 20
}
