/** The guard's history for those who look on: traces, recent markets, panics told of. */
import { assert, describe, it } from "@effect/vitest"
import * as Detector from "@smart-cache/core/Detector"
import * as VixService from "@smart-cache/core/VixService"
import { Effect, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"

const minute = 60_000
const options: VixService.Options = {
  detector: Detector.zScore({ minSamples: 4, warning: 1.5, panic: 2 }),
  window: 30 * minute,
  maxSamples: 360,
  maxMarkets: 100
}

const play = (vix: VixService.Shape) =>
  Effect.gen(function*() {
    for (const price of [2, 2.02, 1.98, 2, 2.02]) {
      yield* TestClock.adjust(minute)
      yield* vix.observe({ market: "a", odds: price })
    }
    yield* vix.observe({ market: "b", odds: 3 })
    yield* TestClock.adjust(minute)
    yield* vix.observe({ market: "a", odds: 4 })
    yield* TestClock.adjust(minute)
    yield* vix.observe({ market: "a", odds: 2 })
  })

describe("for those who look on", () => {
  it.effect("a trace judges each sample as it was judged when it came", () =>
    Effect.gen(function*() {
      const vix = VixService.make(options)
      yield* play(vix)
      const trace = yield* vix.trace("a")
      assert.deepStrictEqual(trace.map(({ at }) => at), [1, 2, 3, 4, 5, 6, 7].map((n) => n * minute))
      assert.deepStrictEqual(trace.map(({ odds }) => odds), [2, 2.02, 1.98, 2, 2.02, 4, 2])
      assert.deepStrictEqual(
        trace.map(({ level }) => level),
        ["unknown", "unknown", "unknown", "unknown", "normal", "panic", "normal"]
      )
      const shock = trace[5]!
      // Of 2, 2.02, 1.98, 2, 2.02: mean 2.004, σ √(0.00112/4).
      assert.approximately(shock.mean, 2.004, 1e-12)
      assert.approximately(shock.sigma, Math.sqrt(0.00112 / 4), 1e-12)
      assert.approximately(shock.z, (4 - 2.004) / Math.sqrt(0.00112 / 4), 1e-9)
      assert.isNaN(trace[0]!.mean)
      assert.isNaN(trace[1]!.sigma)
      assert.deepStrictEqual(yield* vix.trace("unknown"), [])
      yield* TestClock.adjust(33 * minute)
      assert.deepStrictEqual((yield* vix.trace("a")).map(({ odds }) => odds), [2], "the window has passed")
    }))

  it.effect("a long history is traced from its latest samples", () =>
    Effect.gen(function*() {
      const vix = VixService.make({ ...options, window: 24 * 60 * minute, maxSamples: 2000 })
      for (let i = 0; i < 1000; i++) {
        yield* TestClock.adjust(1000)
        yield* vix.observe({ market: "a", odds: (2000 + i) / 1000 })
      }
      const trace = yield* vix.trace("a")
      assert.deepStrictEqual([trace.length, trace[0]!.odds, trace.at(-1)!.odds], [720, 2.28, 2.999])
    }))

  it.effect("the most recently observed markets come first", () =>
    Effect.gen(function*() {
      const vix = VixService.make(options)
      yield* play(vix)
      yield* vix.observe({ market: "c", odds: 3 })
      assert.deepStrictEqual([vix.recent(10), vix.recent(2), vix.recent(0)], [["c", "a", "b"], ["c", "a"], []])
      assert.deepStrictEqual([VixService.off.recent(5), VixService.off.markets()], [[], 0])
    }))

  it.effect("panics are told when they begin and when they end, while somebody watches", () =>
    Effect.gen(function*() {
      const vix = VixService.make({ ...options, maxMarkets: 3 })
      const told: Array<string> = []
      const watching = Stream.runForEach(vix.panics, ({ market, panic }) =>
        Effect.sync(() => {
          told.push(`${market} ${panic}`)
        }))
      const watcher = yield* Effect.forkChild(watching, { startImmediately: true })
      yield* play(vix)
      yield* TestClock.adjust(0)
      assert.deepStrictEqual(told, ["a begins", "a ends"])
      yield* vix.observe({ market: "a", odds: 9 })
      yield* Effect.forEach(["b", "c", "d"], (market) => vix.observe({ market, odds: 2 }))
      yield* TestClock.adjust(0)
      assert.deepStrictEqual(told.slice(2), ["a begins", "a ends"], "a market that is forgotten has no panic any more")
      yield* Fiber.interrupt(watcher)
      yield* play(vix)
      assert.strictEqual(told.length, 4)
    }))
})
