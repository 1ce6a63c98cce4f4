import { assert, describe, it } from "@effect/vitest"
import * as TeamStrengths from "@smart-cache/football/TeamStrengths"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

const day = 86_400_000
const teams = Array.from({ length: 16 }, (_, index) => `Team ${index}`)
const attackOf = (team: number): number => Math.exp(0.5 - team / 15)
const defenceOf = (team: number): number => Math.exp(-0.3 + ((team * 7) % 16) / 25)
const truth = { goals: 1.2, homeAdvantage: 1.3 }

const poisson = (random: Random.Random, mean: number): number => {
  let goals = 0
  for (let product = random.nextDoubleUnsafe(); product > Math.exp(-mean); goals++) {
    product *= random.nextDoubleUnsafe()
  }
  return goals
}

/** Everybody against everybody at home and away, `seasons` times, one match an hour. */
const played = (random: Random.Random, seasons: number): ReadonlyArray<TeamStrengths.MatchResult> =>
  Array.from({ length: seasons }, () => teams.map((home, h) => teams.map((away, a) => ({ home, h, away, a })))).flat(2)
    .filter(({ a, h }) => a !== h)
    .map(({ a, away, h, home }, index) => ({
      league: "League",
      kickoff: index * 3_600_000,
      home,
      away,
      homeGoals: poisson(random, truth.goals * truth.homeAdvantage * attackOf(h) * defenceOf(a)),
      awayGoals: poisson(random, truth.goals * attackOf(a) * defenceOf(h))
    }))

const simulated = (seed: number, seasons: number): ReadonlyArray<TeamStrengths.MatchResult> =>
  Effect.runSync(Random.Random.pipe(Effect.map((random) => played(random, seasons)), Random.withSeed(seed)))

const result = (home: string, away: string, homeGoals: number, awayGoals: number): TeamStrengths.MatchResult => ({
  league: "League",
  kickoff: 0,
  home,
  away,
  homeGoals,
  awayGoals
})

const wins = (name: string): ReadonlyArray<TeamStrengths.MatchResult> => teams.map((other) => result(name, other, 4, 1))

describe("TeamStrengths.fit", () => {
  it("recovers the expected goals that results were simulated from", () => {
    const fitted = TeamStrengths.fit(simulated(1, 40), { before: 1e12, decayPerDay: 0, priorGoals: 0 })
    for (const [h, home] of teams.entries()) {
      for (const [a, away] of teams.entries()) {
        if (h === a) continue
        const rates = TeamStrengths.rates(fitted, home, away)
        const expected = truth.goals * truth.homeAdvantage * attackOf(h) * defenceOf(a)
        assert.closeTo(rates.homeGoals / expected, 1, 0.15)
      }
    }
    assert.closeTo(fitted.leagues.get("League")!.homeAdvantage, truth.homeAdvantage, 0.05)
  })

  it("finds no low-score correlation where goals are independent", () => {
    assert.closeTo(TeamStrengths.fit(simulated(2, 40), { before: 1e12, decayPerDay: 0 }).rho, 0, 0.03)
  })

  it("finds a negative rho where draws are more frequent than chance", () => {
    const results = simulated(3, 10).map((match) =>
      match.homeGoals === 1 && match.awayGoals === 0 ? { ...match, awayGoals: 1 } : match
    )
    assert.isBelow(TeamStrengths.fit(results, { before: 1e12, decayPerDay: 0 }).rho, -0.02)
  })

  it.each([1, 2, 3, 4])(
    "says home is an advantage and beats the league average on unseen results (seed %i)",
    (seed) => {
      const fitted = TeamStrengths.fit(simulated(seed, 4), { before: 1e12 })
      const unseen = simulated(seed + 100, 4)
      assert.isAbove(fitted.leagues.get("League")!.homeAdvantage, 1)
      assert.isAbove(
        TeamStrengths.logLikelihood(fitted, unseen),
        TeamStrengths.logLikelihood(TeamStrengths.leagueAverage(fitted), unseen)
      )
    }
  )

  it("is not moved by a result at or after the date", () => {
    const results = simulated(5, 2)
    const before = 300 * 3_600_000
    const fitted = TeamStrengths.fit(results, { before })
    const altered = results.map((match) => match.kickoff < before ? match : { ...match, homeGoals: 9 })
    assert.deepStrictEqual(TeamStrengths.fit(altered, { before }), fitted)
  })

  it("trusts yesterday more than two years ago", () => {
    const old = Array.from({ length: 40 }, () => result("A", "B", 3, 0))
    const recent = Array.from({ length: 40 }, () => ({ ...result("A", "B", 0, 3), kickoff: 730 * day }))
    const { awayGoals, homeGoals } = TeamStrengths.rates(
      TeamStrengths.fit([...old, ...recent], { before: 731 * day, decayPerDay: 0.01 }),
      "A",
      "B"
    )
    assert.isAbove(awayGoals, homeGoals)
  })

  it("holds a team with one match nearer to the average than one with many", () => {
    const fitted = TeamStrengths.fit([...simulated(7, 2), ...wins("Often"), ...wins("Once").slice(8, 9)], {
      before: 1e12,
      decayPerDay: 0
    })
    assert.isAbove(fitted.teams.get("Once")!.attack, 1)
    assert.isBelow(fitted.teams.get("Once")!.attack, fitted.teams.get("Often")!.attack)
  })

  it("refuses to fit nothing, and options without meaning", () => {
    assert.throws(() => TeamStrengths.fit([result("A", "B", 1, 0)], { before: 0 }), /TeamStrengths.fit: results before/)
    assert.throws(() => TeamStrengths.fit([result("A", "B", 1, 0)], { before: 1, priorGoals: -1 }), /priorGoals.*-1/)
    assert.throws(() => TeamStrengths.fit([result("A", "B", 1, 0)], { before: 1, decayPerDay: NaN }), /decayPerDay/)
  })
})

describe("TeamStrengths.rates", () => {
  const fitted = TeamStrengths.fit(simulated(6, 4), { before: 1e12 })

  it("takes a team without results as average in its opponent's league", () => {
    const level = fitted.leagues.get("League")!
    const { awayGoals } = TeamStrengths.rates(fitted, "Team 0", "Newcomer")
    assert.closeTo(awayGoals, level.goals * fitted.teams.get("Team 0")!.defence, 1e-9)
  })

  it("refuses two teams it has never seen", () => {
    assert.throws(() => TeamStrengths.rates(fitted, "X", "Y"), /got X v Y/)
  })
})
