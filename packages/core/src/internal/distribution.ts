/**
 * How values are distributed, in bounded memory: DDSketch (Masson, Rim, Lee, VLDB 2019),
 * whose quantiles are off by at most 1 % of their value.
 */
import { LogCollapsingLowestDenseDDSketch as Sketch } from "@datadog/sketches-js"

/** In the unit of the values; quantiles of nothing are `null`. */
export interface Summary {
  readonly count: number
  readonly sum: number
  readonly min: number | null
  readonly max: number | null
  readonly p50: number | null
  readonly p95: number | null
  readonly p99: number | null
}

const accuracy = 0.01

/** Enough for 17 decades, a nanosecond to three years; less than 20 KB. */
const bins = 2048

const empty = () => new Sketch({ relativeAccuracy: accuracy, binLimit: bins })

const quantile = (sketch: Sketch, q: number): number => Math.min(sketch.max, sketch.getValueAtQuantile(q))

export class Distribution {
  private recent = empty()
  /** What had been recorded when the recent values were last forgotten. */
  private readonly before = empty()

  /** Takes a value, which stands for `weight` of its kind; less than nothing counts as nothing. */
  record(value: number, weight: number): void {
    this.recent.accept(value > 0 ? value : 0, weight)
  }

  /** How many values since the last reset, by weight. */
  get count(): number {
    return this.recent.count
  }

  /** Forgets the recent values in {@link summary}; {@link buckets} only ever rise. */
  reset(): void {
    this.before.merge(this.recent)
    this.recent = empty()
  }

  summary(): Summary {
    const { recent } = this
    const { count, max, min, sum } = recent
    if (count === 0) return { count, sum: 0, min: null, max: null, p50: null, p95: null, p99: null }
    return {
      count,
      sum,
      min,
      max,
      p50: quantile(recent, 0.5),
      p95: quantile(recent, 0.95),
      p99: quantile(recent, 0.99)
    }
  }

  /** How many of all values lie at or below each boundary, to 1 % of the boundary. */
  buckets(boundaries: ReadonlyArray<number>): ReadonlyArray<[boundary: number, count: number]> {
    const counts = boundaries.map((boundary): [number, number] => [boundary, 0])
    for (const { mapping, store, zeroCount } of [this.recent, this.before]) {
      for (const bucket of counts) bucket[1] += zeroCount
      store.bins.forEach((n, i) => {
        if (n === 0) return
        const value = mapping.value(i + store.offset)
        // A value on the boundary lies in a bin whose middle may be above it.
        for (const bucket of counts) if (value <= bucket[0] * (1 + accuracy)) bucket[1] += n
      })
    }
    return counts
  }

  /** Of all values. */
  totals(): { readonly count: number; readonly sum: number; readonly min: number; readonly max: number } {
    const { before, recent } = this
    return {
      count: recent.count + before.count,
      sum: recent.sum + before.sum,
      min: Math.min(recent.min, before.min),
      max: Math.max(recent.max, before.max)
    }
  }
}
