import { assert, describe, it } from "@effect/vitest"
import { Odds } from "@smart-cache/football"
import { Arbitrary, Schema } from "effect"
import * as arbitraries from "./arbitraries.ts"

const properties = { arbitrary: { runs: 200, seed: "odds" } }
const price = Arbitrary.schema(Schema.Finite.check(Schema.isBetween({ minimum: 1.01, maximum: 1000 })))

describe("odds", () => {
  it.prop("come back from probability and log-odds", [price], ([odds]) => {
    assert.closeTo(Odds.fair(Odds.implied(odds)), odds, 1e-9 * odds)
    assert.closeTo(Odds.fromLogit(Odds.logit(odds)), odds, 1e-9 * odds)
    const p = Odds.implied(odds)
    assert.closeTo(Odds.logit(odds), Math.log(p / (1 - p)), 1e-9 * Math.abs(Math.log(p)) + 1e-9)
  }, properties)

  it("are refused at 1 or below and when not finite", () => {
    for (const odds of [1, 0.5, 0, -2, Number.NaN, Infinity]) {
      for (const use of [Odds.implied, Odds.logit, Odds.tickAt]) {
        assert.throws(() => use(odds), RangeError, `got ${odds}`)
      }
      for (const use of [Odds.overround, Odds.proportional, Odds.power]) {
        assert.throws(() => use([2, odds]), RangeError, `got ${odds}`)
      }
    }
    assert.throws(() => Odds.power([2]), RangeError, "got 1")
    for (const probability of [0, 1, Number.NaN]) assert.throws(() => Odds.fair(probability), RangeError)
  })
})

describe("margin removal", () => {
  it.prop("gives probabilities that sum to 1 in the order of the odds", [arbitraries.odds], ([odds]) => {
    for (const remove of [Odds.proportional, Odds.power]) {
      const probabilities = remove(odds)
      assert.closeTo(probabilities.reduce((a, b) => a + b, 0), 1, 1e-12)
      for (const p of probabilities) assert.isTrue(p >= 0 && p < 1, `${p}`)
      const byOdds = probabilities.map((p, i) => [odds[i]!, p] as const).toSorted(([a], [b]) => a - b)
      byOdds.slice(1).forEach(([, p], i) => assert.isAtMost(p, byOdds[i]![1]))
    }
  }, properties)

  it("leaves a fair market as it is", () => {
    const odds = [2, 4, 4]
    assert.closeTo(Odds.overround(odds), 0, 1e-12)
    assert.deepStrictEqual(Odds.proportional(odds), [0.5, 0.25, 0.25])
    Odds.power(odds).forEach((p, i) => assert.closeTo(p, 1 / odds[i]!, 1e-12))
  })

  it("takes more from the outsider by power than in proportion", () => {
    const odds = [1.2, 6, 15]
    assert.isAbove(Odds.overround(odds), 0)
    assert.isBelow(Odds.power(odds)[2]!, Odds.proportional(odds)[2]!)
    assert.isAbove(Odds.power(odds)[0]!, Odds.proportional(odds)[0]!)
  })
})

describe("the ladder", () => {
  it("has no gaps and 350 prices", () => {
    let prices = 1
    Odds.ladder.forEach((rung, i) => {
      if (i > 0) assert.strictEqual(rung.from, Odds.ladder[i - 1]!.to)
      prices += Math.round((rung.to - rung.from) / rung.step)
    })
    assert.strictEqual(prices, 350)
  })

  it("steps to the next longer price at its edges", () => {
    const steps = [[1.01, 0.01], [1.99, 0.01], [2, 0.02], [3, 0.05], [4, 0.1], [6, 0.2], [10, 0.5], [20, 1], [30, 2]]
    const long = [[50, 5], [100, 10], [990, 10], [1000, 10], [1.001, 0.01], [2000, 10]]
    for (const [odds, step] of [...steps, ...long]) assert.strictEqual(Odds.tickAt(odds!), step, `${odds}`)
  })
})
