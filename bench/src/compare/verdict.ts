/** What pairs of rounds say about a ratio. */
import { median } from "../frame/figures.ts"

export interface Verdict {
  /** New to old, median of the pairs. */
  readonly ratio: number
  /** Between which the true median lies in at least 95 of 100 such runs; unbounded for too few pairs. */
  readonly interval: readonly [number, number]
  readonly says: "faster" | "slower" | "no difference seen"
}

/** P(at most `k` of `n` fair coins show heads). */
const binomial = (k: number, n: number): number => {
  let term = 0.5 ** n
  let sum = 0
  for (let i = 0; i <= k; i++) {
    sum += term
    term *= (n - i) / (i + 1)
  }
  return sum
}

/**
 * The sign test's interval of a median (Conover, Practical Nonparametric Statistics, §3.2): from the `k`-th smallest to the
 * `k`-th largest; it assumes nothing of how the noise is spread.
 */
export const interval = (samples: ReadonlyArray<number>): readonly [number, number] => {
  const sorted = samples.toSorted((a, b) => a - b)
  let k = 0
  while (binomial(k, sorted.length) <= 0.025) k++
  return k === 0 ? [0, Infinity] : [sorted[k - 1]!, sorted[sorted.length - k]!]
}

/** Of ratios of times: less is faster. */
export const judge = (ratios: ReadonlyArray<number>): Verdict => {
  const [low, high] = interval(ratios)
  const says = high < 1 ? "faster" : low > 1 ? "slower" : "no difference seen"
  return { ratio: median(ratios), interval: [low, high], says }
}
