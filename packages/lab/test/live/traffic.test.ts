/** The readers of the live match day, the odds that they see, and what the HTTP service is told. */
import { assert, describe, it } from "@effect/vitest"
import * as VixService from "@smart-cache/core/VixService"
import * as MatchKey from "@smart-cache/football/MatchKey"
import * as DaySource from "@smart-cache/lab/DaySource"
import { Live } from "@smart-cache/lab/live/Live"
import { Calculator } from "@smart-cache/server/Calculator"
import { Fixtures } from "@smart-cache/server/Fixtures"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import { TestClock } from "effect/testing"
import { firstKickoff, live, sleepyClock } from "./support.ts"

const simulated = DaySource.simulated()

const sum = (numbers: Iterable<number>): number => Array.from(numbers).reduce((total, n) => total + n, 0)

/** The odds of a market that were last seen. */
const lastSeen = (market: string) =>
  Effect.map(
    Effect.flatMap(VixService.VixService, (vix) => vix.statistics(market)),
    (seen) => Option.getOrThrow(seen).odds
  )

/** The match that kicks off first, and two of its markets: one that the feed reports and one that it does not. */
const first = Effect.map(Effect.flatMap(Live, ({ onOffer }) => onOffer), (matches) => {
  const match = matches[0]!.id
  const wanted = (market: string) => ({ match, market })
  return { fed: wanted("match-odds"), unfed: wanted("correct-score") }
})

/** What came of two minutes of readers. */
const play = (seed: number) =>
  live(Effect.andThen(TestClock.adjust("2 minutes"), Effect.flatMap(Live, ({ tally }) => tally)), {
    source: simulated,
    rate: 10,
    seed
  })

describe("readers", () => {
  it.effect("come at their rate, and are answered from the cache as a rule", () =>
    live(
      Effect.gen(function*() {
        yield* TestClock.adjust("5 minutes")
        const { failed, skipped, strategies } = yield* (yield* Live).tally
        const answered = sum(Object.values(strategies))
        assert.deepStrictEqual([failed, skipped], [0, 0])
        // Poisson with a mean of 3000: six standard deviations.
        assert.isBelow(Math.abs(answered - 3000), 330)
        assert.isAbove(strategies.serve_fresh, answered / 3)
      }),
      { source: simulated, rate: 10 }
    ))

  it.effect("are the same with the same seed, and others with another", () =>
    Effect.gen(function*() {
      const once = yield* play(1)
      assert.deepStrictEqual(yield* play(1), once)
      assert.notDeepEqual(yield* play(2), once)
    }))

  it.effect("wait in bounded number; the rest is turned away and counted", () =>
    live(
      Effect.gen(function*() {
        const { tally } = yield* Live
        let most = 0
        for (let seconds = 0; seconds < 60; seconds++) {
          yield* TestClock.adjust("1 second")
          most = Math.max(most, (yield* tally).waiting)
        }
        const { failed, skipped, strategies } = yield* tally
        assert.deepStrictEqual([most, failed], [3, 0])
        assert.isAbove(skipped, 100)
        assert.isAbove(sum(Object.values(strategies)), 3)
      }),
      { rate: 10, computeMs: 20_000, maxReaders: 3 }
    ))

  it.effect("do not come all at once after the machine slept", () =>
    Effect.gen(function*() {
      const { clock, sleep } = yield* sleepyClock
      yield* live(
        Effect.gen(function*() {
          const { tally } = yield* Live
          const answered = Effect.map(tally, ({ strategies }) => sum(Object.values(strategies)))
          yield* TestClock.adjust("10 seconds")
          const before = yield* answered
          sleep(60_000)
          yield* TestClock.adjust("10 seconds")
          // Poisson with a mean of 100: ten standard deviations; without the limit 600 more.
          assert.isBelow((yield* answered) - before, 200)
        }).pipe(Effect.provideService(Clock.Clock, clock)),
        { rate: 10 }
      ).pipe(Effect.provideService(Clock.Clock, clock))
    }))
})

describe("odds", () => {
  it.effect("that somebody reports are what readers see, until the feed reports again", () =>
    live(Effect.gen(function*() {
      const { read, world } = yield* Live
      const vix = yield* VixService.VixService
      const { fed } = yield* first
      const market = MatchKey.tag(fed)
      const own = world.odds(fed.match, fed.market)
      yield* TestClock.adjust("61 seconds")
      yield* vix.observe({ market, odds: own + 0.01 })
      yield* read(fed).pipe(Effect.forkChild, Effect.andThen(TestClock.adjust("1 second")))
      assert.strictEqual(yield* lastSeen(market), own + 0.01)
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual(yield* lastSeen(market), own)
    })))

  it.effect("of a market that the feed leaves out are seen for a while, then what the market thinks", () =>
    live(Effect.gen(function*() {
      const { read, world } = yield* Live
      const vix = yield* VixService.VixService
      const { unfed } = yield* first
      const market = MatchKey.tag(unfed)
      const own = world.odds(unfed.match, unfed.market)
      yield* vix.observe({ market, odds: 77 })
      const seen = Effect.andThen(
        read(unfed).pipe(Effect.forkChild, Effect.andThen(TestClock.adjust("5 seconds"))),
        lastSeen(market)
      )
      assert.deepStrictEqual([yield* seen, yield* seen], [77, own])
    })))

  it.effect("that jump make a panic: readers are given what was computed since", () =>
    live(Effect.gen(function*() {
      const { read, world } = yield* Live
      const vix = yield* VixService.VixService
      const { fed } = yield* first
      yield* TestClock.adjust("1 minute")
      const answer = Effect.gen(function*() {
        const fiber = yield* Effect.forkChild(read(fed))
        yield* TestClock.adjust("1 second")
        return (yield* Fiber.join(fiber)).metadata
      })
      yield* answer
      assert.strictEqual((yield* answer).strategy, "serve_fresh")
      yield* vix.observe({ market: MatchKey.tag(fed), odds: 2 * world.odds(fed.match, fed.market) })
      const { reason, strategy, vix: level } = yield* answer
      assert.deepStrictEqual([strategy, reason, level], ["bypass", "vix_panic", "panic"])
    })))
})

/** Asks for a prediction, and waits for as long as a compute takes. */
const ask = (homeTeam: string, awayTeam: string, market?: string) =>
  Effect.gen(function*() {
    const { calculate } = yield* Calculator
    const fiber = yield* Effect.forkChild(calculate({ homeTeam, awayTeam, market }))
    yield* TestClock.adjust("1 second")
    return yield* Fiber.join(fiber)
  })

describe("answers", () => {
  it.effect("are about the match that is played next, by the names of its teams", () =>
    live(
      Effect.gen(function*() {
        const { prediction } = yield* ask("Valencia CF", "Getafe CF")
        const [match] = yield* (yield* Fixtures).list
        assert.deepStrictEqual([prediction.match, prediction.market], [match!.match, "match-odds"])
        assert.closeTo(sum(prediction.selections.map(({ probability }) => probability)), 1, 1e-9)
        assert.strictEqual((yield* ask("valencia", "GETAFE")).metadata.strategy, "serve_fresh")
        assert.strictEqual((yield* ask("Atlético", "Real Soc", "correct-score")).prediction.market, "correct-score")
        // It has kicked off, and is still there to be seen; the same teams play on the next day.
        yield* TestClock.setTime(firstKickoff)
        assert.strictEqual((yield* (yield* Fixtures).list)[0]!.match, match!.match)
        const later = yield* ask("Valencia CF", "Getafe CF")
        assert.notStrictEqual(later.prediction.match, match!.match)
        assert.notStrictEqual(later.metadata.zone, "match_started")
      }),
      { source: simulated }
    ))

  it.effect("say what was perhaps meant", () =>
    live(
      Effect.gen(function*() {
        const message = (home: string, away: string) =>
          Effect.map(Effect.flip(ask(home, away)), (error) => error.message)
        assert.match(yield* message("Valensia", "Getafe"), /perhaps Valencia CF v Getafe CF/)
        assert.match(yield* message("Getafe CF", "Valencia CF"), /perhaps Valencia CF v Getafe CF/)
        // A name that fits many is no name.
        assert.match(yield* message("a", "e"), /^no match of "a" against "e"/)
        assert.strictEqual(yield* message("Xyz", "Qqq"), "no match of \"Xyz\" against \"Qqq\" is on offer")
        assert.strictEqual((yield* Effect.flip(ask("Valencia CF", "Getafe CF", "moon")))._tag, "UnknownMarket")
      }),
      { source: simulated }
    ))

  it.effect("know the matches on offer, and no others", () =>
    live(Effect.gen(function*() {
      const { knows, list } = yield* Fixtures
      const [match] = yield* list
      assert.deepStrictEqual([yield* knows(match!.match), yield* knows("a")], [true, false])
      yield* TestClock.setTime(firstKickoff + 119_999)
      assert.isTrue(yield* knows(match!.match))
      yield* TestClock.setTime(firstKickoff + 120_000)
      assert.isFalse(yield* knows(match!.match))
    })))
})
