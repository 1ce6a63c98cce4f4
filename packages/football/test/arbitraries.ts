/** Random matches for the properties. */
import { Arbitrary, Schema } from "effect"

const between = (minimum: number, maximum: number) => Schema.Finite.check(Schema.isBetween({ minimum, maximum }))

/** Rates of any match that could be played, and some that could not. */
export const rates = Arbitrary.schema(Schema.Struct({
  homeGoals: between(0.1, 4),
  awayGoals: between(0.1, 4),
  rho: between(-0.15, 0.04),
  firstHalfShare: between(0.2, 0.8),
  homeCorners: between(1, 10),
  awayCorners: between(1, 10),
  homeCards: between(0.5, 5),
  awayCards: between(0.5, 5),
  redCards: between(0.01, 0.6),
  penalties: between(0.01, 1),
  topScorerShare: between(0.05, 0.8)
}))

/** The odds of a market of two to eight selections. */
export const odds = Arbitrary.array(Arbitrary.schema(between(1.01, 1000)), { minLength: 2, maxLength: 8 })
