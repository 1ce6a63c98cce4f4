/** What the pricers read: the rates of a match, its full-time scores, and its halves once somebody asks. */
import * as Scores from "./scores.ts"

/** Expected counts of one match over 90 minutes. Cards include the red ones. */
export interface MatchRates {
  readonly homeGoals: number
  readonly awayGoals: number
  /** Dependence of low scores (Dixon & Coles 1997); negative makes draws likelier. */
  readonly rho: number
  /** Share of the goals that fall before the break, in (0, 1). */
  readonly firstHalfShare: number
  readonly homeCorners: number
  readonly awayCorners: number
  readonly homeCards: number
  readonly awayCards: number
  /** Red cards of both sides together. */
  readonly redCards: number
  /** Penalties of both sides together. */
  readonly penalties: number
  /** Share of a side's goals that its leading forward scores, in (0, 1). */
  readonly topScorerShare: number
}

export interface Model {
  readonly rates: MatchRates
  readonly fullTime: Scores.Scores
  readonly halves: () => Scores.Halves
}

export const make = (rates: MatchRates): Model => {
  const fullTime = Scores.fullTime(rates.homeGoals, rates.awayGoals, rates.rho)
  let halves: Scores.Halves | undefined
  return { rates, fullTime, halves: () => halves ??= Scores.halves(fullTime, rates.firstHalfShare) }
}
