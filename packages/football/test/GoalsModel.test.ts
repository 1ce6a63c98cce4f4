import { assert, describe, it } from "@effect/vitest"
import { GoalsModel, Markets } from "@smart-cache/football"
import { Arbitrary, Schema } from "effect"
import * as arbitraries from "./arbitraries.ts"

const properties = { arbitrary: { runs: 40, seed: "goals" } }

const near = (actual: number, expected: number, what: string, tolerance = 1e-9) =>
  assert.closeTo(actual, expected, tolerance, what)

/** Reads one probability of one market of a match. */
const reader = (rates: GoalsModel.MatchRates) => {
  const prices = GoalsModel.priceAll(rates)
  return (market: string, selection: string): number => {
    const found = prices[market]?.find((price) => price.selection === selection)
    if (found === undefined) throw new Error(`no ${selection} in ${market}`)
    return found.probability
  }
}

const notExclusive = new Set(["to-score", "to-score-2-goals-or-more", "to-score-a-hat-trick", "shown-a-card"])

describe("every market", () => {
  it.prop("has probabilities, which sum to 1 where selections exclude each other", [arbitraries.rates], ([rates]) => {
    const prices = GoalsModel.priceAll(rates)
    assert.deepStrictEqual(Object.keys(prices), Markets.all.map((market) => market.id))
    for (const [market, selections] of Object.entries(prices)) {
      for (const { probability, selection } of selections) {
        assert.isTrue(probability >= 0 && probability <= 1, `${market} ${selection}: ${probability}`)
      }
      assert.strictEqual(new Set(selections.map((price) => price.selection)).size, selections.length, market)
      const sum = selections.reduce((total, { probability }) => total + probability, 0)
      if (!notExclusive.has(market)) near(sum, market === "double-chance" ? 2 : 1, market)
    }
  }, properties)

  it.prop("has the same price alone, from a joint and among all", [arbitraries.rates], ([rates]) => {
    const all = GoalsModel.priceAll(rates)
    const joint = GoalsModel.joint(rates)
    for (const market of Markets.all.filter((_, i) => i % 9 === 0)) {
      assert.deepStrictEqual(GoalsModel.price(rates, market), all[market.id])
      assert.deepStrictEqual(joint.price(market), all[market.id])
    }
  }, properties)
})

/** Of no goal or one, where the factorial is 1. */
const poisson = (rate: number, goals: 0 | 1) => Math.exp(-rate) * rate ** goals

describe("the score", () => {
  it.prop("has Dixon and Coles' closed form at 0-0, 1-0, 0-1 and 1-1", [arbitraries.rates], ([rates]) => {
    const { awayGoals, homeGoals, rho } = rates
    const scores = GoalsModel.scoreMatrix(rates)
    const tau = [
      [1 - homeGoals * awayGoals * rho, 1 + homeGoals * rho],
      [1 + awayGoals * rho, 1 - rho]
    ]
    for (const home of [0, 1] as const) {
      for (const away of [0, 1] as const) {
        const expected = tau[home]![away]! * poisson(homeGoals, home) * poisson(awayGoals, away)
        near(scores.at(home, away), expected, `${home}-${away}`)
      }
    }
  }, properties)

  it.prop("keeps each side's expected goals", [arbitraries.rates], ([rates]) => {
    const scores = GoalsModel.scoreMatrix(rates)
    let home = 0
    let away = 0
    for (let h = 0; h <= scores.most; h++) {
      for (let a = 0; a <= scores.most; a++) {
        home += h * scores.at(h, a)
        away += a * scores.at(h, a)
      }
    }
    near(home, rates.homeGoals, "home", 1e-3)
    near(away, rates.awayGoals, "away", 1e-3)
  }, properties)

  it.prop("loses nothing when it is split into halves", [arbitraries.rates], ([rates]) => {
    const joint = GoalsModel.joint(rates)
    near(joint.probability(() => true), 1, "everything")
    const ended = (home: number, away: number) => joint.probability((_h, _a, h, a) => h === home && a === away)
    for (const [home, away] of [[0, 0], [1, 0], [2, 3]] as const) {
      near(ended(home, away), joint.fullTime.at(home, away), `${home}-${away}`)
    }
    const broke = joint.probability((h, a) => h === 0 && a === 0)
    near(reader(rates)("half-time-score", "0-0"), broke, "half-time 0-0")
  }, properties)
})

describe("markets on one score", () => {
  it.prop("agree on the result", [arbitraries.rates], ([rates]) => {
    const of = reader(rates)
    const [home, draw, away] = ["home", "draw", "away"].map((each) => of("match-odds", each)) as [
      number,
      number,
      number
    ]
    near(of("double-chance", "home-or-draw"), home + draw, "home or draw")
    near(of("double-chance", "draw-or-away"), draw + away, "draw or away")
    near(of("double-chance", "home-or-away"), home + away, "home or away")
    near(of("draw-no-bet", "home"), home / (home + away), "draw no bet")
    near(of("asian-handicap-home-0", "home"), of("draw-no-bet", "home"), "AH 0")
    near(of("asian-handicap-home-minus-0-5", "home"), home, "AH -0.5")
    near(of("asian-handicap-home-plus-0-5", "away"), away, "AH +0.5")
    near(of("asian-handicap-home-minus-1-5", "home"), of("away-plus-1", "home"), "AH -1.5 and away +1")
    near(of("home-plus-1", "away"), of("asian-handicap-home-plus-1-5", "away"), "home +1 and AH +1.5")
  }, properties)

  it.prop("settle quarter lines half on each neighbour", [arbitraries.rates], ([rates]) => {
    const of = reader(rates)
    const [home, draw] = ["home", "draw"].map((each) => of("match-odds", each)) as [number, number]
    const odds = 1 / of("asian-handicap-home-minus-0-25", "home")
    near(home * odds + draw / 2, 1, "AH -0.25 returns its stake on average")
    const twoGoals = of("over-under-2-5-goals", "under") - of("over-under-1-5-goals", "under")
    const over = 1 / of("goal-line-2-25", "over")
    near(of("over-under-2-5-goals", "over") * over + twoGoals / 2, 1, "goal line 2.25, over")
    const under = 1 / of("goal-line-2-25", "under")
    near(of("over-under-1-5-goals", "under") * under + twoGoals * (1 + under) / 2, 1, "goal line 2.25, under")
  }, properties)

  it.prop("agree on the goals", [arbitraries.rates], ([rates]) => {
    const of = reader(rates)
    const scores = GoalsModel.scoreMatrix(rates)
    let upTo2 = 0
    for (let h = 0; h <= 2; h++) for (let a = 0; a <= 2 - h; a++) upTo2 += scores.at(h, a)
    near(of("over-under-2-5-goals", "under"), upTo2, "under 2.5")
    near(of("over-under-0-5-goals", "under"), of("correct-score", "0-0"), "0-0")
    near(of("time-of-first-goal", "no-goal"), of("correct-score", "0-0"), "no goal")
    near(of("first-goalscorer", "no-goal"), of("correct-score", "0-0"), "no goalscorer")
    near(of("home-over-under-0-5-goals", "under"), of("away-clean-sheet", "yes"), "away clean sheet")
    near(of("home-win-to-nil", "yes") + of("correct-score", "0-0"), of("home-clean-sheet", "yes"), "home to nil")
    const noneScores = of("home-clean-sheet", "yes") + of("away-clean-sheet", "yes") - of("correct-score", "0-0")
    near(of("both-teams-to-score", "no"), noneScores, "not both score")
    const combined = (market: string, selection: string) =>
      ["home", "draw", "away"].reduce((sum, result) => sum + of(market, `${result}/${selection}`), 0)
    near(combined("match-odds-and-over-under-2-5-goals", "over"), of("over-under-2-5-goals", "over"), "over 2.5")
    near(combined("match-odds-and-both-teams-to-score", "yes"), of("both-teams-to-score", "yes"), "both score")
  }, properties)

  it.prop("agree on the halves", [arbitraries.rates], ([rates]) => {
    const of = reader(rates)
    const results = ["home", "draw", "away"]
    for (const result of results) {
      const pairs = (name: (other: string) => string) =>
        results.reduce((sum, other) => sum + of("half-time-full-time", name(other)), 0)
      near(pairs((atBreak) => `${atBreak}/${result}`), of("match-odds", result), `ends ${result}`)
      near(pairs((atEnd) => `${result}/${atEnd}`), of("half-time", result), `${result} at the break`)
    }
    near(of("half-time-score", "0-0"), of("first-half-goals-0-5", "under"), "0-0 at the break")
    const joint = GoalsModel.joint(rates)
    near(
      of("home-win-both-halves", "yes"),
      joint.probability((h, a, home, away) => h > a && home - h > away - a),
      "both won"
    )
    near(
      of("away-to-score-in-both-halves", "yes"),
      joint.probability((_h, a, _home, away) => a > 0 && away > a),
      "both scored"
    )
  }, properties)

  it.prop("share out the first goal and the hat-tricks", [arbitraries.rates], ([rates]) => {
    const of = reader(rates)
    const share = rates.topScorerShare
    const first = of("first-goalscorer", "home-forward") / share
    near(of("first-goalscorer", "home-rest"), first * (1 - share), "the rest of the side")
    near(of("to-score", "home-forward"), 1 - Math.exp(-rates.homeGoals * share), "the forward")
    assert.isAtMost(of("to-score-2-goals-or-more", "home-forward"), of("to-score", "home-forward"))
    assert.isAtMost(of("to-score-a-hat-trick", "away-forward"), of("to-score-2-goals-or-more", "away-forward"))
    assert.isAtLeast(of("hat-trick-scored", "yes") + 1e-12, of("to-score-a-hat-trick", "home-forward"))
    assert.isAtMost(of("scorecast", "home-forward/2-1"), of("correct-score", "2-1") * share)
  }, properties)
})

describe("more of something", () => {
  const more = Arbitrary.schema(Schema.Finite.check(Schema.isBetween({ minimum: 1.02, maximum: 1.5 })))

  it.prop(
    "home goals makes a home win likelier and an away win less so",
    [arbitraries.rates, more],
    ([rates, factor]) => {
      const before = reader(rates)
      const after = reader({ ...rates, homeGoals: rates.homeGoals * factor })
      assert.isAbove(after("match-odds", "home"), before("match-odds", "home"))
      assert.isBelow(after("match-odds", "away"), before("match-odds", "away"))
      assert.isAbove(after("over-under-2-5-goals", "over"), before("over-under-2-5-goals", "over"))
    },
    properties
  )

  it.prop("line makes over less likely", [arbitraries.rates], ([rates]) => {
    const of = reader(rates)
    const lines = [0.5, 1, 1.25, 1.5, 1.75, 2, 2.25, 2.5, 2.75, 3, 3.25, 3.5, 3.75, 4, 4.25, 4.5, 4.75, 5.5]
    const overs = lines.map((line) => {
      const slug = String(line).replace(".", "-")
      return line % 1 === 0.5 ? of(`over-under-${slug}-goals`, "over") : of(`goal-line-${slug}`, "over")
    })
    overs.slice(1).forEach((over, i) => assert.isBelow(over, overs[i]!, `${lines[i + 1]}`))
  }, properties)

  it.prop("of a line makes over less likely for corners and cards", [arbitraries.rates], ([rates]) => {
    const of = reader(rates)
    const falls = (name: string, lines: ReadonlyArray<string>) =>
      lines.slice(1).forEach((line, i) =>
        assert.isBelow(of(`${name}-${line}`, "over"), of(`${name}-${lines[i]}`, "over"))
      )
    falls("corners-over-under", ["5-5", "8-5", "10-5", "13-5"])
    falls("cards-over-under", ["1-5", "2-5", "3-5", "4-5", "5-5", "6-5"])
    falls("away-cards-over-under", ["1-5", "2-5"])
  }, properties)
})

describe("an average match", () => {
  it("comes near what 1,140 Premier League matches of 2022–25 showed", () => {
    const of = reader(GoalsModel.averageMatch)
    near(of("corners-match-bet", "draw"), 0.079, "corners level", 0.02)
    near(of("corners-over-under-10-5", "over"), 0.479, "corners", 0.02)
    near(of("cards-over-under-3-5", "over"), 0.574, "cards", 0.02)
    near(of("bookings-odds", "0-30"), 0.399, "booking points", 0.02)
    near(of("half-time", "draw"), 0.381, "level at the break", 0.02)
    near(of("sending-off", "yes"), 0.11, "sending off", 0.02)
  })
})

const refused = (change: Partial<GoalsModel.MatchRates>, name: string) =>
  assert.throws(() => GoalsModel.joint({ ...GoalsModel.averageMatch, ...change }), RangeError, name)

describe("rates that make no distribution", () => {
  it("are refused by name", () => {
    refused({ homeGoals: 0 }, "homeGoals")
    refused({ awayGoals: Number.NaN }, "awayGoals")
    refused({ homeGoals: 9 }, "homeGoals")
    refused({ firstHalfShare: 1 }, "firstHalfShare")
    refused({ topScorerShare: 0 }, "topScorerShare")
    refused({ homeCorners: Infinity }, "homeCorners")
    refused({ redCards: 5 }, "redCards")
    refused({ rho: 0.7 }, "rho")
    refused({ rho: -0.7 }, "rho")
  })
})
