import { assert, describe, it } from "@effect/vitest"
import { GoalsModel, MatchState } from "@smart-cache/football"
import { Arbitrary, Schema } from "effect"
import * as arbitraries from "./arbitraries.ts"

const properties = { arbitrary: { runs: 100, seed: "state" } }
const base = GoalsModel.averageMatch
const adjusted = (change: Partial<MatchState.MatchState>) =>
  MatchState.adjust(base, { ...MatchState.unknown, ...change })

const between = (minimum: number, maximum: number) => Schema.Finite.check(Schema.isBetween({ minimum, maximum }))
const count = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 3 }))
const absences = Schema.Struct({ regulars: count, keyPlayers: count })
const keeper = Schema.Literals(["first", "reserve"])
const states = Arbitrary.schema(Schema.Struct({
  weather: Schema.Literals(["fair", "rain", "snow", "wind"]),
  lineup: Schema.Union([
    Schema.Struct({ _tag: Schema.tag("Expected") }),
    Schema.Struct({ _tag: Schema.tag("Confirmed"), homeStrength: between(0.7, 1.3), awayStrength: between(0.7, 1.3) })
  ]),
  goalkeepers: Schema.Struct({ home: keeper, away: keeper }),
  absences: Schema.Struct({ home: absences, away: absences }),
  strictness: between(0.7, 1.3),
  homeAdvantage: between(-1, 1)
}))

const goals = (weather: MatchState.Weather) => adjusted({ weather }).homeGoals

const without = (regulars: number, keyPlayers: number) =>
  adjusted({ absences: { home: { regulars, keyPlayers }, away: { regulars: 0, keyPlayers: 0 } } })

describe("adjust", () => {
  it.prop("leaves the rates of a match of which nothing is known", [arbitraries.rates], ([rates]) => {
    assert.deepStrictEqual(MatchState.adjust(rates, MatchState.unknown), rates)
  }, properties)

  it.prop("gives rates that can be priced", [states], ([state]) => {
    const prices = GoalsModel.priceAll(MatchState.adjust(base, state))
    assert.strictEqual(Object.keys(prices).length, 99)
  }, properties)

  it("lowers goals in bad weather, in snow the most", () => {
    assert.isTrue(goals("snow") < goals("rain") && goals("rain") < goals("wind") && goals("wind") < goals("fair"))
  })

  it("lets a reserve goalkeeper concede more and leaves his own side's attack alone", () => {
    const rates = adjusted({ goalkeepers: { home: "reserve", away: "first" } })
    assert.isAbove(rates.awayGoals, base.awayGoals)
    assert.strictEqual(rates.homeGoals, base.homeGoals)
  })

  it("weakens a side by its absences, by a key player the most", () => {
    assert.isBelow(without(1, 0).homeGoals, base.homeGoals)
    assert.isAbove(without(1, 0).awayGoals, base.awayGoals)
    assert.isBelow(without(0, 1).homeGoals, without(1, 0).homeGoals)
  })

  it("changes nothing when the eleven is confirmed as expected, and shifts the balance when it is stronger", () => {
    assert.deepStrictEqual(adjusted({ lineup: { _tag: "Confirmed", homeStrength: 1, awayStrength: 1 } }), base)
    const rates = adjusted({ lineup: { _tag: "Confirmed", homeStrength: 1.1, awayStrength: 1 } })
    assert.isAbove(rates.homeGoals, base.homeGoals)
    assert.isBelow(rates.awayGoals, base.awayGoals)
  })

  it("lets the referee move cards and penalties alone", () => {
    const { awayCards, homeCards, penalties, redCards, ...rest } = adjusted({ strictness: 1.2 })
    assert.isTrue(homeCards > base.homeCards && awayCards > base.awayCards)
    assert.isTrue(redCards > base.redCards && penalties > base.penalties)
    for (const [name, value] of Object.entries(rest)) assert.strictEqual(value, base[name as keyof typeof rest], name)
  })

  it("mirrors the advantage at the visitors' ground", () => {
    const even = { ...base, homeGoals: 1.22, awayGoals: 1 }
    const moved = MatchState.adjust(even, { ...MatchState.unknown, homeAdvantage: -1 })
    assert.closeTo(moved.homeGoals, 1, 1e-12)
    assert.closeTo(moved.awayGoals, 1.22, 1e-12)
    const neutral = MatchState.adjust(even, { ...MatchState.unknown, homeAdvantage: 0 })
    assert.closeTo(neutral.homeGoals, neutral.awayGoals, 1e-12)
  })

  it("refuses a senseless state by name", () => {
    const nobody = { regulars: 0, keyPlayers: 0 }
    assert.throws(() => adjusted({ strictness: 0 }), RangeError, "strictness")
    assert.throws(() => adjusted({ homeAdvantage: 2 }), RangeError, "homeAdvantage")
    assert.throws(() => adjusted({ absences: { home: nobody, away: { ...nobody, regulars: -1 } } }), RangeError, "away")
    const lineup = { _tag: "Confirmed", homeStrength: Number.NaN, awayStrength: 1 } as const
    assert.throws(() => adjusted({ lineup }), RangeError, "homeStrength")
  })
})
