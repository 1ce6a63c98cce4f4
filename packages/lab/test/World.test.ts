import { assert, describe, it } from "@effect/vitest"
import * as GoalsModel from "@smart-cache/football/GoalsModel"
import * as Markets from "@smart-cache/football/Markets"
import * as World from "@smart-cache/lab/World"
import type { Impact, News, OddsMoved, WorldAction } from "@smart-cache/lab/WorldAction"
import * as Schema from "effect/Schema"
import { hour, matches, midnight } from "./fixtures.ts"

const moved = (match: string, homeWin: number, goals = 0): OddsMoved => ({
  _tag: "OddsMoved",
  at: midnight,
  match,
  homeWin,
  goals
})

const event = (impact: Impact, of: ReadonlyArray<string> = ["a"]): News => ({
  _tag: "Event",
  at: midnight,
  event: "player_injury",
  matches: of,
  cause: "a test",
  impact
})

const logit = (p: number): number => Math.log(p / (1 - p))

const Step = Schema.Struct({
  match: Schema.Literals(["a", "b", "c"]),
  homeWin: Schema.Finite.check(Schema.isBetween({ minimum: -0.3, maximum: 0.3 })),
  goals: Schema.Finite.check(Schema.isBetween({ minimum: -0.3, maximum: 0.3 }))
})

describe("World.probability", () => {
  it("is that of the goals model at the base rates before anything happened", () => {
    const world = World.make(matches)
    for (const market of Markets.all) {
      const [first] = GoalsModel.price(matches[0]!.rates, market)
      assert.strictEqual(world.probability("a", market.id), first!.probability)
    }
  })

  it.prop("always follows from the current rates", [Schema.Array(Step)], ([steps]) => {
    const world = World.make(matches)
    for (const { goals, homeWin, match } of steps) {
      world.probability(match, "match-odds")
      world.apply(moved(match, homeWin, goals))
      const [first] = GoalsModel.price(world.rates(match), Markets.get("match-odds"))
      assert.strictEqual(world.probability(match, "match-odds"), first!.probability)
    }
  })

  it("moves by the logits that the market moved by", () => {
    const world = World.make(matches)
    const homeWin = logit(world.probability("a", "match-odds"))
    const over = logit(world.probability("a", "over-under-2-5-goals"))
    world.apply(moved("a", 0.05))
    assert.closeTo(logit(world.probability("a", "match-odds")) - homeWin, 0.05, 0.005)
    assert.closeTo(logit(world.probability("a", "over-under-2-5-goals")), over, 0.02)
    world.apply(moved("a", -0.05, 0.08))
    assert.closeTo(logit(world.probability("a", "over-under-2-5-goals")) - over, 0.08, 0.01)
  })

  it("can be priced however far the market runs", () => {
    const world = World.make(matches)
    for (let step = 0; step < 100; step++) world.apply(moved("a", 1, 1))
    for (const market of Markets.all) assert.isFinite(world.odds("a", market.id))
  })
})

describe("World.odds", () => {
  it("pay less than fair, within the ladder, in every market", () => {
    const world = World.make(matches)
    for (const { id } of matches) {
      for (const market of Markets.all) {
        const odds = world.odds(id, market.id)
        assert.isTrue(odds >= 1.01 && odds <= 1000, `${market.id} at ${odds}`)
        if (odds > 1.01 && odds < 1000) {
          assert.closeTo(odds * world.probability(id, market.id), 1 / (1 + World.margin), 1e-9)
        }
      }
    }
  })
})

describe("World.version", () => {
  it.prop("counts every change, and a match's own version only its changes", [Schema.Array(Step)], ([steps]) => {
    const world = World.make(matches)
    for (const { goals, homeWin, match } of steps) world.apply(moved(match, homeWin, goals))
    assert.strictEqual(world.version, steps.length)
    for (const { id } of matches) {
      assert.strictEqual(world.versionOf(id), steps.filter(({ match }) => match === id).length)
    }
  })

  it("counts an event once for each of its matches, and not at all when it changes nothing", () => {
    const world = World.make(matches)
    world.apply(event({ _tag: "Weather", weather: "rain" }, ["a", "c"]))
    assert.deepStrictEqual([world.version, world.versionOf("a"), world.versionOf("b"), world.versionOf("c")], [
      2,
      1,
      0,
      1
    ])
    world.apply(event({ _tag: "Nothing" }))
    world.apply({ _tag: "Kickoff", at: midnight, match: "a" })
    assert.strictEqual(world.version, 2)
  })
})

const rates = (action: WorldAction): GoalsModel.MatchRates => {
  const world = World.make(matches)
  world.apply(action)
  return world.rates("a")
}

describe("World.apply", () => {
  const base = matches[0]!.rates

  it("lets each kind of news change what it should", () => {
    assert.isBelow(rates(event({ _tag: "Weather", weather: "rain" })).homeGoals, base.homeGoals)
    assert.isBelow(rates(event({ _tag: "Absence", side: "home", of: "keyPlayers" })).homeGoals, base.homeGoals)
    assert.isAbove(rates(event({ _tag: "Goalkeeper", side: "away" })).homeGoals, base.homeGoals)
    assert.strictEqual(rates(event({ _tag: "Referee", strictness: 1.1 })).homeCards, base.homeCards * 1.1)
  })

  it("adds absences up and keeps what else is known", () => {
    const world = World.make(matches)
    world.apply(event({ _tag: "Weather", weather: "wind" }))
    for (let men = 0; men < 3; men++) world.apply(event({ _tag: "Absence", side: "away", of: "regulars" }))
    assert.deepStrictEqual(world.state("a").absences.away, { regulars: 3, keyPlayers: 0 })
    assert.strictEqual(world.state("a").weather, "wind")
    assert.strictEqual(world.state("b").weather, "fair")
  })

  it("confirms lineups and moves kickoffs", () => {
    const world = World.make(matches)
    assert.isFalse(world.lineupConfirmed("a"))
    world.apply(event({ _tag: "Lineup", lineup: { _tag: "Confirmed", homeStrength: 1.1, awayStrength: 1 } }))
    assert.isTrue(world.lineupConfirmed("a"))
    world.apply({ _tag: "Rescheduled", at: midnight, match: "a", kickoff: midnight + 20 * hour })
    assert.strictEqual(world.kickoff("a"), midnight + 20 * hour)
    assert.strictEqual(world.kickoff("b"), matches[1]!.kickoff)
  })

  it("refuses a match it does not have", () => {
    assert.throws(() => World.make(matches).apply(moved("x", 0.1)), /World: match must be one of the day's, got "x"/)
  })
})
