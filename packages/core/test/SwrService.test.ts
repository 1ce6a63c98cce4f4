/** Fibers of the cache: owned, bounded, awaited, shared between caches on one store. */
import { assert, describe, it } from "@effect/vitest"
import type * as CacheStore from "@smart-cache/core/CacheStore"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Metric from "effect/Metric"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { begin, joined, memory, open, source } from "./SmartCacheSupport.ts"

const ended = <A>(scope: Scope.Closeable, value: A) => Effect.as(Scope.close(scope, Exit.void), value)

describe("two caches on one store", () => {
  it.effect("need one compute in all for ten thousand readers", () =>
    Effect.gen(function*() {
      const store: CacheStore.Shape = memory()
      const caches = yield* Effect.forEach(Array.from({ length: 2 }), () => open({ store }))
      const { compute, log } = source(4200)
      const readers = yield* Effect.forEach(
        Array.from({ length: 10_000 }),
        (_, i) => begin(caches[i % 2]!.cache.get("k", compute))
      )
      yield* TestClock.adjust(4300)
      const results = yield* Effect.forEach(readers, joined)
      assert.isTrue(results.every((result) => result.value === 1))
      assert.deepStrictEqual([log.begun, caches[0]!.strategies(), caches[1]!.strategies()], [1, 5000, 5000])
    }))

  it.effect("need one background compute for one expiry", () =>
    Effect.gen(function*() {
      const a = yield* open()
      const b = yield* open({ store: a.store })
      const { compute, log } = source(100)
      yield* a.cache.set("k", 0)
      yield* TestClock.adjust(1000)
      for (let i = 0; i < 20; i++) {
        yield* a.cache.get("k", compute)
        yield* b.cache.get("k", compute)
        yield* TestClock.adjust(10)
      }
      assert.deepStrictEqual([log.begun, (yield* b.cache.get("k", compute)).value], [1, 1])
    }))

  it.effect("hand the key on when one of them closes while it computes", () =>
    Effect.gen(function*() {
      const b = yield* open()
      const scope = yield* Scope.make()
      const a = yield* Scope.provide(open({ store: b.store }), scope)
      const { compute, log } = source(1000)
      const first = yield* begin(Effect.flip(a.cache.get("k", compute)))
      const second = yield* begin(b.cache.get("k", compute))
      yield* TestClock.adjust(500)
      yield* ended(scope, undefined)
      assert.strictEqual((yield* joined(first)).reason._tag, "Closed")
      yield* TestClock.adjust(1100)
      assert.strictEqual((yield* joined(second)).value, 2)
      assert.strictEqual(log.most, 1)
    }))

  it.effect("share a failure only within one of them: the other tries for itself", () =>
    Effect.gen(function*() {
      const a = yield* open()
      const b = yield* open({ store: a.store })
      const { compute, fails } = source(100)
      const first = yield* begin(Effect.flip(a.cache.get("k", fails("down"))))
      const second = yield* begin(b.cache.get("k", compute))
      yield* TestClock.adjust(400)
      assert.deepStrictEqual([yield* joined(first), (yield* joined(second)).value], ["down", 2])
    }))

  it.effect("refuse a late fill of a slow one, whose lease has ended", () =>
    Effect.gen(function*() {
      const a = yield* open({ config: { hardTimeout: 20_000 } })
      const b = yield* open({ store: a.store, config: { hardTimeout: 2000 } })
      const slow = source(5000)
      const fast = source(10)
      const first = yield* begin(a.cache.get("k", Effect.map(slow.compute, (n) => -n)))
      const second = yield* begin(b.cache.get("k", fast.compute))
      yield* TestClock.adjust(1200) // half of the second one's patience, then its own compute
      assert.strictEqual((yield* joined(second)).value, 1)
      yield* TestClock.adjust(3800)
      assert.strictEqual((yield* joined(first)).value, -1)
      assert.deepStrictEqual([a.metric("fills_refused"), a.store.peek("k")!.value], [1, 1])
    }))
})

describe("a cache's fibers", () => {
  const active = Effect.map(
    Metric.snapshot,
    (all) => all.find((metric) => metric.id === "child_fibers_active")?.state ?? { value: 0 }
  )

  it.effect("are gone when the cache has closed, even those with slow finalizers", () =>
    Effect.gen(function*() {
      const before = yield* active
      const scope = yield* Scope.make()
      const { cache, running } = yield* Scope.provide(open(), scope)
      const { counted, log } = source()
      const slow = counted(() => Effect.onInterrupt(Effect.never, () => Effect.sleep(300)))
      yield* cache.set("stale", 0)
      yield* TestClock.adjust(1500)
      yield* cache.get("stale", slow)
      const reader = yield* begin(Effect.flip(cache.get("k", slow)))
      const closing = yield* begin(Scope.close(scope, Exit.void))
      yield* TestClock.adjust(100)
      assert.isUndefined(closing.pollUnsafe()) // it waits for them
      yield* TestClock.adjust(500)
      yield* joined(closing)
      assert.strictEqual((yield* joined(reader)).reason._tag, "Closed")
      assert.deepStrictEqual([log.running, running()], [0, { flights: 0, background: 0, computes: 0 }])
      assert.deepStrictEqual(yield* active, before)
    }).pipe(Metric.enableRuntimeMetrics, Effect.provideService(Metric.MetricRegistry, new Map())))

  it.effect("do not pile up over many keys, and neither do their traces", () =>
    Effect.gen(function*() {
      const { cache, running, store } = yield* open({ store: memory() })
      for (let i = 0; i < 20_000; i++) {
        yield* Effect.exit(cache.get(`key${i}`, i % 2 ? Effect.succeed(i) : Effect.fail(i)))
      }
      assert.deepStrictEqual(running(), { flights: 0, background: 0, computes: 0 })
      assert.strictEqual(store.held().entries, 10_000)
    }))
})
