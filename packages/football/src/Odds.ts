/**
 * Decimal odds: probabilities in and out, the bookmaker's margin, log-odds, and
 * the exchange's ladder of prices.
 *
 * Every function takes odds above 1 and throws `RangeError` on anything else.
 */

import type * as Detector from "@smart-cache/core/Detector"

const checked = (where: string, odds: number): number => {
  if (!(odds > 1 && odds < Infinity)) {
    throw new RangeError(`Odds.${where}: odds must be finite and above 1, got ${odds}`)
  }
  return odds
}

/** The probability at which a bet at these odds is fair. */
export const implied = (odds: number): number => 1 / checked("implied", odds)

/** The fair odds of a probability in (0, 1); throws `RangeError` outside it. */
export const fair = (probability: number): number => {
  if (!(probability > 0 && probability < 1)) {
    throw new RangeError(`Odds.fair: probability must lie between 0 and 1, got ${probability}`)
  }
  return checked("fair", 1 / probability)
}

const book = (where: string, odds: ReadonlyArray<number>): ReadonlyArray<number> => {
  if (odds.length < 2) throw new RangeError(`Odds.${where}: a market needs two selections or more, got ${odds.length}`)
  return odds.map((each) => 1 / checked(where, each))
}

const sum = (values: ReadonlyArray<number>): number => values.reduce((total, value) => total + value, 0)

/** By how much the implied probabilities of a whole market exceed 1: 0.05 is a margin of 5 %. */
export const overround = (odds: ReadonlyArray<number>): number => sum(book("overround", odds)) - 1

/** Probabilities of a whole market, the margin taken off each selection in proportion. */
export const proportional = (odds: ReadonlyArray<number>): ReadonlyArray<number> => {
  const probabilities = book("proportional", odds)
  const total = sum(probabilities)
  return probabilities.map((probability) => probability / total)
}

/**
 * Probabilities of a whole market, each implied one raised to the one power that makes them sum to 1.
 *
 * The margin so weighs more on outsiders, as bookmakers load it (favourite–longshot bias), and nothing leaves (0, 1).
 * S. Clarke, S. Kovalchik, M. Ingram, "Adjusting Bookmaker's Odds to Allow for Overround", American Journal of Sports
 * Science 5(6), 2017.
 */
export const power = (odds: ReadonlyArray<number>): ReadonlyArray<number> => {
  const logs = book("power", odds).map(Math.log)
  // Σ pᵏ falls and is convex in k, so Newton's steps from k = 0 approach the solution from below and never pass it.
  let k = 0
  for (;;) {
    const powers = logs.map((log) => Math.exp(k * log))
    const next = k + (sum(powers) - 1) / -sum(logs.map((log, i) => log * powers[i]!))
    if (!(next - k > 1e-14 * next)) return powers.map((each) => each / sum(powers))
    k = next
  }
}

/** Log-odds of the implied probability, `ln(p / (1 − p)) = −ln(odds − 1)`: the scale on which prices move evenly. */
export const logit = (odds: number): number => -Math.log(checked("logit", odds) - 1)

/** The odds of which {@link logit} is this. */
export const fromLogit = (logOdds: number): number => checked("fromLogit", 1 + Math.exp(-logOdds))

/** A stretch of the ladder: prices from `from` up to `to` in steps of `step`. */
export interface Rung {
  readonly from: number
  readonly to: number
  readonly step: number
}

/** Betfair's published price increments. */
export const ladder: ReadonlyArray<Rung> = [
  { from: 1.01, to: 2, step: 0.01 },
  { from: 2, to: 3, step: 0.02 },
  { from: 3, to: 4, step: 0.05 },
  { from: 4, to: 6, step: 0.1 },
  { from: 6, to: 10, step: 0.2 },
  { from: 10, to: 20, step: 0.5 },
  { from: 20, to: 30, step: 1 },
  { from: 30, to: 50, step: 2 },
  { from: 50, to: 100, step: 5 },
  { from: 100, to: 1000, step: 10 }
]

/** The ladder as the volatility guard takes it: one tick below each price, the last band open-ended. */
export const ticks: ReadonlyArray<Detector.TickBand> = ladder.map((rung, i) => ({
  below: i === ladder.length - 1 ? Infinity : rung.to,
  tick: rung.step
}))

/** The step to the next longer price; outside the ladder that of its nearest end. */
export const tickAt = (odds: number): number => {
  checked("tickAt", odds)
  return (ladder.find((rung) => odds < rung.to) ?? ladder.at(-1)!).step
}
