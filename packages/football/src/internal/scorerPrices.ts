/**
 * Markets on goalscorers, by thinning.
 *
 * Each goal of a side falls to its leading forward with probability
 * `topScorerShare`, else to one of his ten team-mates, each as likely as the next;
 * own goals count as theirs. A side's goals are Poisson, also under the low-score
 * correction, so each man's goals are Poisson with his share of the rate.
 */
import * as Counts from "./counts.ts"
import type { Side } from "./menu.ts"
import type { Model } from "./model.ts"
import { price, withOther, yesNo } from "./prices.ts"
import type { Price, Prices } from "./prices.ts"

const teamMates = 10

const rateOf = ({ rates }: Model, side: Side): number => side === "home" ? rates.homeGoals : rates.awayGoals

const forwardOf = (model: Model, side: Side): number => rateOf(model, side) * model.rates.topScorerShare

const mateOf = (model: Model, side: Side): number => rateOf(model, side) * (1 - model.rates.topScorerShare) / teamMates

const sides: ReadonlyArray<Side> = ["home", "away"]

/** Probability that the side scores first and the match ends so: every order of the goals is as likely as the next. */
const scoresFirst = (model: Model, side: Side, home: number, away: number): number =>
  home + away === 0 ? 0 : model.fullTime.at(home, away) * (side === "home" ? home : away) / (home + away)

/** The two forwards, the rest of each side together, and no goal: exactly one of them comes true. */
export const firstScorer = (model: Model): Prices => {
  const share = model.rates.topScorerShare
  const listed = sides.flatMap((side) => {
    let first = 0
    for (let home = 0; home <= model.fullTime.most; home++) {
      for (let away = 0; away <= model.fullTime.most; away++) first += scoresFirst(model, side, home, away)
    }
    return [price(`${side}-forward`, first * share), price(`${side}-rest`, first * (1 - share))]
  })
  return withOther(listed, "no-goal")
}

const atLeast = (times: number, rate: number): number => Counts.above(Counts.poisson(rate, times), times - 0.5)

/** The forward and one given team-mate of each side; any number of them may come true. */
export const toScore = (model: Model, times: 1 | 2 | 3): Prices =>
  sides.flatMap((side): ReadonlyArray<Price> => [
    price(`${side}-forward`, atLeast(times, forwardOf(model, side))),
    price(`${side}-team-mate`, atLeast(times, mateOf(model, side)))
  ])

/** Some player scores three or more. The correction touches no score with a hat-trick, so the men are independent. */
export const hatTrickScored = (model: Model): Prices =>
  yesNo(
    1 - sides.reduce((none, side) =>
      none * (1 - atLeast(3, forwardOf(model, side))) * (1 - atLeast(3, mateOf(model, side))) ** teamMates, 1)
  )

/** A forward scores first and the match ends so, for scores of up to three goals each; everything else. */
export const scorecast = (model: Model): Prices => {
  const upTo3 = [0, 1, 2, 3]
  const listed = sides.flatMap((side) =>
    upTo3.flatMap((home) =>
      upTo3.filter((away) => (side === "home" ? home : away) > 0).map((away) =>
        price(`${side}-forward/${home}-${away}`, scoresFirst(model, side, home, away) * model.rates.topScorerShare)
      )
    )
  )
  return withOther(listed, "any-other")
}
