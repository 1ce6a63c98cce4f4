/** Days, kickoffs and news of the live match day. */
import { assert, describe, it } from "@effect/vitest"
import * as CacheError from "@smart-cache/core/CacheError"
import * as DataError from "@smart-cache/lab/DataError"
import type * as DaySource from "@smart-cache/lab/DaySource"
import { Live } from "@smart-cache/lab/live/Live"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { TestClock } from "effect/testing"
import { day, hour, midnight, minute } from "../fixtures.ts"
import { firstKickoff, layer, listener, live, rain, sleepyClock, source, start } from "./support.ts"

/** When the matches on offer kick off, by kickoff. */
const kickoffs = Effect.flatMap(
  Live,
  ({ onOffer, world }) => Effect.map(onOffer, (matches) => matches.map(({ id }) => world.kickoff(id)))
)

const idOf = (letter: string) =>
  Effect.flatMap(
    Live,
    ({ onOffer }) => Effect.map(onOffer, (matches) => matches.find(({ id }) => id.startsWith(`${letter}.`))!.id)
  )

describe("days on the clock", () => {
  it.effect("kick off soon, four times as close together as they were, and tomorrow at their own pace", () =>
    live(Effect.gen(function*() {
      const next = firstKickoff + 105 * minute + 10 * minute
      const tomorrow = Date.parse("2026-03-02T05:00:00Z")
      assert.deepStrictEqual(yield* kickoffs, [
        ...[0, 30, 105].map((after) => firstKickoff + after * minute),
        ...[0, 30, 105].map((after) => next + after * minute),
        ...[0, 2, 7].map((after) => tomorrow + after * hour)
      ])
    })))

  it.effect("follow each other: a match is always near, one is always a day away, and old ones are forgotten", () =>
    live(Effect.gen(function*() {
      const { world } = yield* Live
      let previous = yield* kickoffs
      for (let hours = 0; hours < 14; hours++) {
        yield* TestClock.adjust("1 hour")
        const now = start + (hours + 1) * hour
        const all = yield* kickoffs
        assert.isAbove(all[0]!, now - 2 * minute)
        assert.isBelow(all.find((at) => at >= now)!, now + 2 * hour)
        assert.isAbove(all.at(-1)!, now + 24 * hour)
        assert.isAtMost(world.matches.length, 15)
        // What was on offer and has not kicked off still is.
        assert.includeMembers([...all], previous.filter((at) => at >= now))
        previous = all
      }
    })))

  it.effect("are other days than those before them, and the same with the same seed", () =>
    Effect.gen(function*() {
      const drawn: Array<number> = []
      const counting: DaySource.DaySource = {
        source: "simulated",
        day: Effect.flatMap(Random.Random, (random) =>
          Effect.sync(() => {
            drawn.push(random.nextDoubleUnsafe())
            return day()
          }))
      }
      yield* live(TestClock.adjust("3 hours"), { source: counting })
      const first = drawn.splice(0)
      assert.isAbove(first.length, 3)
      assert.strictEqual(new Set(first).size, first.length)
      yield* live(TestClock.adjust("3 hours"), { source: counting })
      assert.deepStrictEqual(drawn.splice(0), first)
      yield* live(TestClock.adjust("3 hours"), { source: counting, seed: 2 })
      assert.notIncludeMembers(drawn, first)
    }))

  it.effect("begin anew within a minute after the machine slept through them", () =>
    Effect.gen(function*() {
      const { clock, sleep } = yield* sleepyClock
      let made = 0
      const counting: DaySource.DaySource = { source: "simulated", day: Effect.sync(() => (made++, day())) }
      const body = Effect.gen(function*() {
        const slept = 100 * hour
        sleep(slept)
        yield* TestClock.adjust("1 minute")
        const now = start + slept + minute
        const all = yield* kickoffs
        assert.isBelow(all[0]!, now + 15 * minute)
        assert.isAbove(all.at(-1)!, now + 24 * hour)
        // Not one for each that was missed.
        assert.isBelow(made, 10)
      })
      yield* live(body.pipe(Effect.provideService(Clock.Clock, clock)), { source: counting }).pipe(
        Effect.provideService(Clock.Clock, clock)
      )
    }))

  it.effect("are the same days to processes whose first match kicks off at the same time", () =>
    Effect.gen(function*() {
      const ids = Effect.flatMap(Live, ({ onOffer }) => Effect.map(onOffer, (all) => all.map(({ id }) => id)))
      const first = yield* live(ids, { at: Date.parse("2026-03-01T10:55:00.001Z") })
      assert.lengthOf(first, 9)
      assert.deepStrictEqual(yield* live(ids, { at: Date.parse("2026-03-01T11:05:00Z") }), first)
      const later = yield* live(ids, { at: Date.parse("2026-03-01T11:05:00.001Z") })
      // Tomorrow's matches are the same ones for the whole hour.
      assert.lengthOf(new Set([...first, ...later]), 15)
    }))

  it.effect("cannot begin without data", () =>
    Effect.gen(function*() {
      const missing = DataError.make({ _tag: "NoMatches", file: "f", date: "d", first: "a", last: "b" })
      const error = yield* Effect.flip(
        Effect.scoped(Effect.provide(Effect.void, layer({ source: { source: "recorded", day: Effect.fail(missing) } })))
      )
      assert.strictEqual(error, missing)
    }))

  it.effect("go on when the data of a later day are there again", () =>
    Effect.gen(function*() {
      let made = 0
      const missing = DataError.make({ _tag: "NoMatches", file: "f", date: "d", first: "a", last: "b" })
      const flaky: DaySource.DaySource = {
        source: "recorded",
        day: Effect.suspend(() => ++made === 2 ? Effect.fail(missing) : Effect.succeed(day()))
      }
      yield* live(
        Effect.gen(function*() {
          assert.lengthOf(yield* kickoffs, 6)
          yield* TestClock.adjust("1 minute")
          assert.lengthOf(yield* kickoffs, 9)
        }),
        { source: flaky }
      )
    }))
})

describe("news", () => {
  it.effect("changes the world and then the cache, at its moment of the day", () => {
    const { heard, invalidate } = listener()
    return live(
      Effect.gen(function*() {
        const { world } = yield* Live
        const b = yield* idOf("b")
        // An hour after the first kickoff, so a quarter of an hour on the clock.
        yield* TestClock.setTime(firstKickoff + 15 * minute - 1)
        assert.deepStrictEqual([heard.length, world.state(b).weather], [0, "fair"])
        yield* TestClock.setTime(firstKickoff + 15 * minute)
        assert.deepStrictEqual(heard, [{ _tag: "Event", event: "weather_rain", subjects: [b] }])
        assert.strictEqual(world.state(b).weather, "rain")
      }),
      { source: source(rain(midnight + 13 * hour, "b")), invalidate }
    )
  })

  it.effect("from before a day was on offer is known, and news to nobody", () => {
    const { heard, invalidate } = listener()
    return live(
      Effect.gen(function*() {
        const { world } = yield* Live
        assert.strictEqual(world.state(yield* idOf("a")).weather, "rain")
        assert.lengthOf(heard, 0)
      }),
      { source: source(rain(midnight - 30 * hour, "a")), invalidate }
    )
  })

  it.effect("that the store did not take is told again, and happens once", () => {
    const { heard, invalidate } = listener()
    let refused = 0
    const unreachable = CacheError.make({ _tag: "StoreFailed", operation: "invalidate", cause: "gone" })
    return live(
      Effect.gen(function*() {
        const { world } = yield* Live
        const c = yield* idOf("c")
        yield* TestClock.setTime(firstKickoff + 15 * minute)
        const version = world.versionOf(c)
        assert.deepStrictEqual([heard.length, version], [0, 1])
        yield* TestClock.adjust("10 seconds")
        assert.deepStrictEqual([heard.length, refused, world.versionOf(c)], [1, 2, version])
      }),
      {
        source: source(rain(midnight + 13 * hour, "c")),
        invalidate: (own) => (what) =>
          Effect.suspend(() => refused < 2 ? (refused++, Effect.fail(unreachable)) : invalidate!(own)(what))
      }
    )
  })
})
