/**
 * How fast the log-odds of a market move: exponentially weighted means of squared
 * returns per second, for samples at irregular times.
 *
 * A return weighs by the share of the memory that its time takes, and the sums are
 * divided by the weights seen so far. Without that the first return would count as
 * half an hour of returns, however short the time it was measured over.
 */

/** Decay times in seconds: two minutes and thirty. */
export const fastTau = 120
const slowTau = 1800

/** Log-odds of the implied probability 1/odds. */
const logOdds = (odds: number): number => -Math.log(odds - 1)

/** Weight of the last `seconds` in a memory of `tau`. */
const weight = (seconds: number, tau: number): number => -Math.expm1(-seconds / tau)

/** A sum after a return at this rate that took a share of its memory. */
const moved = (sum: number, rate: number, share: number): number => sum + share * (rate - sum)

/** Where each sum lies among those of the speed. */
const returns = 0
const seconds = 1
const fast = 2
const slow = 3

/** The sums are so many of their owner's cells, from some place on, and lie beside what else it looks at. */
export const width = 4

/** One more return; one in no time counts as one in a millisecond. */
export const add = (cells: Float64Array, at: number, time: number, from: number, to: number): void => {
  const elapsed = Math.max(time, 0.001)
  const rate = (logOdds(to) - logOdds(from)) ** 2 / elapsed
  cells[at + returns]!++
  cells[at + seconds]! += elapsed
  cells[at + fast] = moved(cells[at + fast]!, rate, weight(elapsed, fastTau))
  cells[at + slow] = moved(cells[at + slow]!, rate, weight(elapsed, slowTau))
}

/** What the sums say. */
export class Speed {
  /** Returns seen. */
  readonly returns: number
  /** Variance of the log-odds per second over about two minutes, `NaN` before the first return. */
  readonly fast: number
  /** Variance of the log-odds per second over about half an hour, `NaN` before the first return. */
  readonly slow: number

  constructor(cells: Float64Array, at: number) {
    this.returns = cells[at + returns]!
    this.fast = cells[at + fast]! / weight(cells[at + seconds]!, fastTau)
    this.slow = cells[at + slow]! / weight(cells[at + seconds]!, slowTau)
  }
}
