/** Waits in histograms of fixed size, which Node has built in. */
import { createHistogram, type RecordableHistogram } from "node:perf_hooks"
import type { Waits } from "./report.ts"

/** Nanoseconds, three figures, up to a minute and more. */
export const histogram = (): RecordableHistogram => createHistogram({ highest: 100_000_000_000, figures: 3 })

export const record = (into: RecordableHistogram, ms: number): void => into.record(Math.max(1, Math.round(ms * 1e6)))

interface Percentiles {
  readonly count: number
  readonly percentile: (share: number) => number
}

/** Zeros of nothing. */
export const waitsOf = (histogram: Percentiles): Waits => {
  const at = (share: number): number => histogram.count === 0 ? 0 : histogram.percentile(share) / 1e6
  return { count: histogram.count, p50: at(50), p99: at(99), p999: at(99.9), max: at(100) }
}
