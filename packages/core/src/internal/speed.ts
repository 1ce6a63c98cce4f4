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

const decayed = (sum: number, rate: number, seconds: number, tau: number): number =>
  sum * Math.exp(-seconds / tau) + rate * weight(seconds, tau)

export class Speed {
  /** Returns seen. */
  readonly returns: number
  private readonly seconds: number
  private readonly fastSum: number
  private readonly slowSum: number

  private constructor(returns: number, seconds: number, fastSum: number, slowSum: number) {
    this.returns = returns
    this.seconds = seconds
    this.fastSum = fastSum
    this.slowSum = slowSum
  }

  static readonly none = new Speed(0, 0, 0, 0)

  /** Variance of the log-odds per second over about two minutes, `NaN` before the first return. */
  get fast(): number {
    return this.fastSum / weight(this.seconds, fastTau)
  }

  /** Variance of the log-odds per second over about half an hour, `NaN` before the first return. */
  get slow(): number {
    return this.slowSum / weight(this.seconds, slowTau)
  }

  /** With one more return; a return in no time counts as one in a millisecond. */
  after(seconds: number, from: number, to: number): Speed {
    const elapsed = Math.max(seconds, 0.001)
    const rate = (logOdds(to) - logOdds(from)) ** 2 / elapsed
    return new Speed(
      this.returns + 1,
      this.seconds + elapsed,
      decayed(this.fastSum, rate, elapsed, fastTau),
      decayed(this.slowSum, rate, elapsed, slowTau)
    )
  }
}
