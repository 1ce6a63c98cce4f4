/**
 * A goals model that prices all 99 markets from a handful of expected counts.
 *
 * Goals are the Poisson model with the low-score dependence of M. J. Dixon and
 * S. G. Coles, "Modelling Association Football Scores and Inefficiencies in the
 * Football Betting Market", Applied Statistics 46 (1997). Every goals market is
 * read from one joint distribution of half-time and full-time score, so no two of
 * them contradict each other: given the full-time score, each goal falls before
 * the break with probability `firstHalfShare`. Scores are told apart up to 14
 * goals a side, and what lies beyond is counted as 14 (below 10⁻⁵ at 3 expected
 * goals).
 *
 * Corners and cards are Poisson, goalscorers are drawn by their share of a side's
 * goals; no market on them looks at the score. Probabilities of selections that
 * exclude each other sum to 1, those of double chance to 2. Handicap and goal
 * lines give the inverse of the fair odds, returned stakes accounted for. The
 * selections of `to-score…` and `shown-a-card` do not exclude each other.
 */
import * as Model from "./internal/model.ts"
import type { Prices } from "./internal/prices.ts"
import { priceBet } from "./internal/pricing.ts"
import * as Scores from "./internal/scores.ts"
import * as Markets from "./Markets.ts"

export type { MatchRates } from "./internal/model.ts"
export type { Price, Prices } from "./internal/prices.ts"
export type { Course } from "./internal/scores.ts"
/** A distribution of scores. */
export type ScoreMatrix = Scores.Scores

/** The joint distribution of a match, to be kept while its rates stand. */
export interface Joint {
  readonly rates: Model.MatchRates
  readonly fullTime: ScoreMatrix
  /** Probability of the courses (score at the break, score at the end) for which `when` holds. */
  readonly probability: (when: Scores.Course) => number
  readonly price: (market: Markets.Market) => Prices
  /** The prices of every market, by market id. */
  readonly priceAll: () => Readonly<Record<string, Prices>>
}

/**
 * An average Premier League match, 2022–25: goals, corners, cards, red cards and the first half's share are means of
 * 1,140 matches (openfootball, CC0; football-datasets, PDDL), `rho` the maximum-likelihood value given team strengths
 * over 5,310 matches of five leagues. Penalties and the forward's share are assumptions.
 */
export const averageMatch: Model.MatchRates = {
  homeGoals: 1.65,
  awayGoals: 1.37,
  rho: -0.05,
  firstHalfShare: 0.446,
  homeCorners: 5.73,
  awayCorners: 4.69,
  homeCards: 1.89,
  awayCards: 2.17,
  redCards: 0.12,
  penalties: 0.26,
  topScorerShare: 0.3
}

/** Beyond this many expected goals the scores that are told apart no longer suffice. */
const mostExpected = 8

const check = (rates: Model.MatchRates): void => {
  const between = (name: keyof Model.MatchRates, low: number, high: number) => {
    const value = rates[name]
    if (!(value > low && value < high)) {
      throw new RangeError(`GoalsModel.joint: ${name} must lie between ${low} and ${high}, got ${value}`)
    }
  }
  between("homeGoals", 0, mostExpected)
  between("awayGoals", 0, mostExpected)
  between("firstHalfShare", 0, 1)
  between("topScorerShare", 0, 1)
  for (const name of ["homeCorners", "awayCorners", "homeCards", "awayCards", "penalties"] as const) {
    between(name, 0, Infinity)
  }
  between("redCards", 0, rates.homeCards + rates.awayCards)
  // Outside these bounds a corrected score would have a negative probability.
  const { awayGoals, homeGoals, rho } = rates
  const low = -1 / Math.max(homeGoals, awayGoals)
  const high = Math.min(1, 1 / (homeGoals * awayGoals))
  if (!(rho >= low && rho <= high)) {
    throw new RangeError(`GoalsModel.joint: rho must be in [${low}, ${high}] at these goals, got ${rho}`)
  }
}

/** The joint distribution of a match; throws `RangeError` when the rates make no distribution. */
export const joint = (rates: Model.MatchRates): Joint => {
  check(rates)
  const model = Model.make(rates)
  const price = (market: Markets.Market) => priceBet(model, market.bet)
  return {
    rates,
    fullTime: model.fullTime,
    probability: (when) => Scores.probabilityOfCourse(model.fullTime, rates.firstHalfShare, when),
    price,
    priceAll: () => Object.fromEntries(Markets.all.map((market) => [market.id, price(market)]))
  }
}

/** The full-time scores alone. */
export const scoreMatrix = (rates: Model.MatchRates): ScoreMatrix => joint(rates).fullTime

/** The prices of one market; keep a {@link joint} when there are more to come. */
export const price = (rates: Model.MatchRates, market: Markets.Market): Prices => joint(rates).price(market)

/** The prices of every market, by market id. */
export const priceAll = (rates: Model.MatchRates): Readonly<Record<string, Prices>> => joint(rates).priceAll()
