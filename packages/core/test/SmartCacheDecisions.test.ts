/** Watching and explaining: they see what reads do, and do nothing themselves. */
import { assert, describe, it } from "@effect/vitest"
import type { DecisionEvent } from "@smart-cache/core/CacheResult"
import * as Invalidation from "@smart-cache/core/Invalidation"
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as TagGraph from "@smart-cache/core/TagGraph"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { Engine } from "../src/internal/engine.ts"
import { integer, oneOf } from "./arbitraries.ts"
import { begin, joined, open, source } from "./SmartCacheSupport.ts"

const seen = ({ key, metadata }: DecisionEvent) => `${key} ${metadata.reason}`

describe("the stream of decisions", () => {
  it.effect("sees reads as they are answered, in order, and no failures", () =>
    Effect.gen(function*() {
      const { cache } = yield* open()
      const { compute, fails } = source(10)
      const events: Array<string> = []
      const watcher = yield* begin(Stream.runForEach(cache.decisions, (event) =>
        Effect.sync(() => {
          events.push(seen(event))
        })))
      yield* TestClock.adjust(0)
      const miss = yield* begin(cache.get("a", compute))
      const failing = yield* begin(Effect.flip(cache.get("b", fails("down"))))
      yield* TestClock.adjust(10)
      yield* joined(miss)
      yield* joined(failing)
      yield* cache.get("a", compute)
      yield* TestClock.adjust(1000)
      yield* cache.get("a", compute)
      yield* TestClock.adjust(0)
      assert.deepStrictEqual(events, ["a miss", "a hit", "a stale"])
      yield* Fiber.interrupt(watcher)
    }))

  it.effect("lets a slow watcher lose the oldest only, and slows nobody", () =>
    Effect.gen(function*() {
      const { cache } = yield* open()
      const numbers: Array<number> = []
      yield* begin(Stream.runForEach(cache.decisions, ({ key }) =>
        Effect.andThen(
          Effect.sync(() => {
            numbers.push(Number(key))
          }),
          Effect.sleep(1)
        )))
      yield* TestClock.adjust(0)
      for (let n = 0; n < 3000; n++) yield* cache.get(String(n), Effect.succeed(n))
      yield* TestClock.adjust(3000)
      const gaps = numbers.filter((n, i) => i > 0 && n !== numbers[i - 1]! + 1)
      assert.deepStrictEqual([numbers[0], gaps.length, numbers.at(-1)], [0, 1, 2999])
      assert.isAtLeast(numbers.length, 1024)
    }))

  it.effect("costs nothing once nobody watches", () =>
    Effect.gen(function*() {
      const services = yield* Layer.build(Layer.fresh(SmartCache.layer()))
      const engine = yield* Effect.provideContext(Engine.make, services as Context.Context<SmartCache.Services>)
      assert.strictEqual(engine.desk.decisions.size, 0)
      const watchers = yield* Effect.forEach(
        Array.from({ length: 3 }),
        () => begin(Stream.runDrain(engine.desk.decisions.stream))
      )
      yield* TestClock.adjust(0)
      assert.strictEqual(engine.desk.decisions.size, 3)
      yield* Fiber.interruptAll(watchers)
      yield* engine.get("k", Effect.succeed(1))
      const one = yield* begin(Stream.runCollect(Stream.take(engine.desk.decisions.stream, 1)))
      yield* TestClock.adjust(0)
      yield* engine.get("k", Effect.succeed(1))
      yield* TestClock.adjust(0)
      assert.deepStrictEqual((yield* joined(one)).map(seen), ["k hit"])
      assert.strictEqual(engine.desk.decisions.size, 0)
    }))

  it.effect("ends when the cache closes", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const { cache } = yield* Scope.provide(open(), scope)
      const watcher = yield* begin(Stream.runDrain(cache.decisions))
      yield* TestClock.adjust(0)
      yield* Scope.close(scope, Exit.void)
      yield* TestClock.adjust(0)
      yield* joined(watcher)
    }))
})

describe("an explanation", () => {
  const states = {
    age: integer(0, 4500),
    written: oneOf<number | undefined>(undefined, 900, 1800, 3000),
    deadline: oneOf<number | undefined>(undefined, 500, 1500, 2500, 10_000),
    confirmed: oneOf<boolean | undefined>(undefined, true, false),
    odds: oneOf(undefined, { m: 2 }, { m: 2.02 }, { m: 9 }, { other: 2 }),
    refresh: oneOf(undefined, undefined, "force" as const),
    happened: oneOf("nothing", "nothing held", "a failure", "an invalidation", "a failure and an invalidation")
  }

  it.effect.prop("says what a read then does, and changes nothing", states, (state) =>
    Effect.gen(function*() {
      const { cache, snapshot, store, swr, vix } = yield* open()
      const { compute, fails } = source(10)
      for (let i = 0; i < 8; i++) yield* vix.observe({ market: "m", odds: 2 + (i % 2) / 100 })
      if (state.happened !== "nothing held") yield* cache.set("k", 0, { deadline: state.written, confirmed: true })
      yield* TestClock.adjust(state.age)
      if (state.happened.includes("failure")) {
        const failing = yield* begin(Effect.flip(cache.get("k", fails("down"), { refresh: "force" })))
        yield* TestClock.adjust(10)
        yield* joined(failing)
      }
      if (state.happened.includes("invalidation")) yield* cache.invalidate(Invalidation.key("k"))
      const { confirmed, deadline, odds, refresh } = state
      const context = { confirmed, deadline, odds, refresh }
      const before = [yield* snapshot, store.held(), yield* vix.statistics("m"), swr.state("k")]
      const explained = yield* cache.explain("k", context)
      assert.deepStrictEqual(yield* cache.explain("k", context), explained)
      assert.deepStrictEqual([yield* snapshot, store.held(), yield* vix.statistics("m"), swr.state("k")], before)
      const reader = yield* begin(cache.get("k", compute, context))
      yield* TestClock.adjust(10)
      const { metadata } = yield* joined(reader)
      assert.deepStrictEqual(
        [metadata.strategy, metadata.reason, metadata.refresh],
        [explained.decision.strategy, explained.decision.reason, explained.decision.refresh]
      )
      assert.deepStrictEqual([metadata.vix, metadata.z], [explained.volatility.level, explained.volatility.z])
      assert.notProperty(explained.held ?? {}, "value")
    }), { arbitrary: { runs: 150, seed: "explain" } })

  it.effect("shows the compute under way, who waits for it, and when a failing key is tried again", () =>
    Effect.gen(function*() {
      const { cache } = yield* open()
      const { fails } = source(100)
      yield* TestClock.adjust(7)
      const readers = yield* Effect.forEach(["a", "b"], () => begin(Effect.flip(cache.get("k", fails("down")))))
      yield* TestClock.adjust(50)
      assert.deepStrictEqual((yield* cache.explain("k")).state, {
        flight: { startedAt: 7, waiters: 2, background: false },
        failures: 0,
        retryAt: undefined
      })
      yield* TestClock.adjust(50)
      yield* Effect.forEach(readers, joined)
      assert.deepStrictEqual((yield* cache.explain("k")).state, { flight: undefined, failures: 1, retryAt: 607 })
    }))
})

describe("the stream of invalidations", () => {
  it.effect("has each acknowledged one with its report, and none that was refused", () =>
    Effect.gen(function*() {
      const { cache } = yield* open({
        graph: TagGraph.make({ events: { rain: ["pitch"] }, markets: { goals: ["pitch"], cards: ["referee"] } })
      })
      const watcher = yield* begin(Stream.runCollect(Stream.take(cache.invalidations, 2)))
      yield* TestClock.adjust(5)
      yield* Effect.flip(cache.invalidate(Invalidation.event("no such event", "match")))
      const rain = yield* cache.invalidate(Invalidation.event("rain", "match"))
      yield* TestClock.adjust(5)
      const all = yield* cache.invalidate(Invalidation.all)
      yield* TestClock.adjust(0)
      assert.deepStrictEqual(Array.from(yield* joined(watcher)), [{ at: 5, report: rain }, { at: 10, report: all }])
      assert.deepStrictEqual([rain.affected, rain.preserved], [["goals"], ["cards"]])
    }))
})
