/** How far prices move when expected goals do: the bridge from logits, in which odds are measured, to rates. */
import * as GoalsModel from "@smart-cache/football/GoalsModel"
import * as Markets from "@smart-cache/football/Markets"

export interface Sensitivity {
  /** Change of the home win's logit when `ln homeGoals` rises and `ln awayGoals` falls by one. */
  readonly homeWin: number
  /** Change of over 2.5's logit when both rise by one. */
  readonly goals: number
}

const step = 0.01

/** Central differences at the rates of a match. */
export const of = (rates: GoalsModel.MatchRates): Sensitivity => {
  const slope = (market: string, homeStep: number, awayStep: number): number => {
    const logit = (times: number): number => {
      const moved = {
        ...rates,
        homeGoals: rates.homeGoals * Math.exp(times * homeStep),
        awayGoals: rates.awayGoals * Math.exp(times * awayStep)
      }
      const { probability } = GoalsModel.price(moved, Markets.get(market))[0]!
      return Math.log(probability / (1 - probability))
    }
    return (logit(1) - logit(-1)) / (2 * step)
  }
  return { homeWin: slope("match-odds", step, -step), goals: slope("over-under-2-5-goals", step, step) }
}
