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

export class Speed {
  /** Returns seen. */
  returns = 0
  private seconds = 0
  private fastSum = 0
  private slowSum = 0

  /** Variance of the log-odds per second over about two minutes, `NaN` before the first return. */
  get fast(): number {
    return this.fastSum / weight(this.seconds, fastTau)
  }

  /** Variance of the log-odds per second over about half an hour, `NaN` before the first return. */
  get slow(): number {
    return this.slowSum / weight(this.seconds, slowTau)
  }

  /** One more return; one in no time counts as one in a millisecond. */
  add(seconds: number, from: number, to: number): void {
    const elapsed = Math.max(seconds, 0.001)
    const rate = (logOdds(to) - logOdds(from)) ** 2 / elapsed
    this.returns++
    this.seconds += elapsed
    this.fastSum = moved(this.fastSum, rate, weight(elapsed, fastTau))
    this.slowSum = moved(this.slowSum, rate, weight(elapsed, slowTau))
  }

  /** What it would be with one more return. */
  after(seconds: number, from: number, to: number): Speed {
    const next = Object.assign(new Speed(), this)
    next.add(seconds, from, to)
    return next
  }
}
