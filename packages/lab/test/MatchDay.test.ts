import { assert, describe, it } from "@effect/vitest"
import * as DaySource from "@smart-cache/lab/DaySource"
import * as MatchDay from "@smart-cache/lab/MatchDay"
import * as Effect from "effect/Effect"
import { folder } from "./fixtures.ts"

const reads = 4_000

const play = (seed: number, options: Partial<MatchDay.Options> = {}) =>
  MatchDay.run({ source: DaySource.simulated(), seed, reads, computeMs: 4_200, ...options })

const sum = (numbers: Iterable<number>): number => Array.from(numbers).reduce((total, n) => total + n, 0)

describe("a match day through the cache", () => {
  it.live("makes the same decisions with the same seed and others with another", () =>
    Effect.gen(function*() {
      const first = yield* play(1)
      const second = yield* play(1)
      const other = yield* play(2)
      assert.deepStrictEqual(second, first)
      assert.notStrictEqual(other.decisions_sha256, first.decisions_sha256)
    }))

  it.live("answers every read, once", () =>
    Effect.gen(function*() {
      const result = yield* play(3)
      assert.strictEqual(result.requests, reads)
      assert.strictEqual(sum(Object.values(result.strategies)), reads)
      for (const strategy of ["bypass", "compute", "serve_stale", "serve_fresh"] as const) {
        assert.strictEqual(sum(result.timeline.map((bucket) => bucket[strategy])), result.strategies[strategy])
      }
      assert.strictEqual(sum(result.timeline.map((bucket) => bucket.computes)), result.computes)
      assert.isBelow(result.computes, reads)
    }))

  it.live("waits for a compute as long as it is declared to take, and not at all for a hit", () =>
    Effect.gen(function*() {
      const slow = yield* play(4, { computeMs: 8_000 })
      const fast = yield* play(4, { computeMs: 100 })
      assert.isAtLeast(slow.latency_ms.p99, 6_000)
      assert.isAtMost(fast.latency_ms.max, 250)
      assert.strictEqual(fast.latency_ms.p50 < 126, true)
    }))

  it.live("invalidates what its events affect: 39 markets by rain, 70 by a lineup", () =>
    Effect.gen(function*() {
      const { events, fixtures } = yield* play(5)
      const lineups = events.filter(({ event }) => event === "lineup_confirmed")
      assert.strictEqual(lineups.length, fixtures)
      for (const { affected, event, matches, preserved } of events) {
        assert.strictEqual(affected + preserved, 99 * matches)
        if (event === "weather_rain") assert.strictEqual(affected, 39 * matches)
        if (event === "lineup_confirmed") assert.strictEqual(affected, 70 * matches)
      }
    }))

  it.live("plays a recorded day, a rescheduling included, in which nothing pre-match is served after a kickoff", () =>
    Effect.gen(function*() {
      const source = DaySource.recorded({ directory: folder() })
      const result = yield* play(6, { source, reads: 1_000 })
      assert.strictEqual(result.data.source, "recorded")
      assert.strictEqual(result.data.reschedulings, 1)
      assert.deepStrictEqual(result.kickoffs, [Date.parse("2025-05-10T14:00:00Z")])
      assert.deepStrictEqual(yield* play(6, { source, reads: 1_000 }), result)
    }))

  it.live("fails with what is wrong when the data cannot be used", () =>
    Effect.gen(function*() {
      const source = DaySource.recorded({ directory: folder({ "fixtures.csv": undefined }) })
      const error = yield* Effect.flip(play(7, { source }))
      assert.strictEqual(error._tag, "DataError")
      assert.match(error.message, /fixtures\.csv/)
    }))
})
