/** Exact percentiles of numbers that fit in memory: a million waiting times are 8 MB and sort in a tenth of a second. */

export interface Percentiles {
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly max: number
}

/** Nearest-rank percentiles: the smallest value that at least this share of the values does not exceed; 0 of nothing. */
export const of = (values: Iterable<number>): Percentiles => {
  const sorted = Float64Array.from(values).toSorted()
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) }
}
