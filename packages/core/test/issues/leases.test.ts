/** Caches that share a store: a lease saves work and costs nobody its value. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { claim } from "../contract/Ledger.ts"
import { begin, joined, open, source } from "../SmartCacheSupport.ts"

describe("somebody else's lease", () => {
  it.effect("makes readers wait for that compute and adopt what it stored", () =>
    Effect.gen(function*() {
      const a = yield* open()
      const b = yield* open({ store: a.store })
      const { compute, log } = source(1000)
      const ours = yield* begin(a.cache.get("k", compute))
      const theirs = yield* Effect.forEach(Array.from({ length: 100 }), () => begin(b.cache.get("k", compute)))
      yield* TestClock.adjust(1200)
      assert.strictEqual((yield* joined(ours)).metadata.source, "compute")
      const results = yield* Effect.forEach(theirs, joined)
      assert.deepStrictEqual(results.map((result) => result.value), Array.from({ length: 100 }, () => 1))
      assert.strictEqual(results[0]!.metadata.source, "memory")
      assert.deepStrictEqual([log.begun, a.metric("computes"), b.metric("computes")], [1, 1, 0])
    }))

  it.effect("that nobody gives back leaves a reader the time to compute", () =>
    Effect.gen(function*() {
      const { cache, store } = yield* open()
      const { compute } = source(1000)
      yield* store.lease(claim("k", "of a process that died", 10_000))
      yield* TestClock.adjust(1)
      const reader = yield* begin(cache.get("k", compute))
      yield* TestClock.adjust(6200)
      assert.strictEqual((yield* joined(reader)).value, 1)
      assert.strictEqual((yield* cache.get("k", compute)).metadata.reason, "hit")
    }))

  it.effect("does not hold up readers who would not take its value", () =>
    Effect.gen(function*() {
      const a = yield* open()
      const b = yield* open({ store: a.store })
      const { compute } = source(1000)
      const fast = source(10)
      yield* begin(a.cache.get("k", compute))
      const forced = yield* begin(b.cache.get("k", fast.compute, { refresh: "force" }))
      const late = yield* begin(b.cache.get("l", fast.compute, { deadline: -1 }))
      yield* TestClock.adjust(10)
      assert.strictEqual((yield* joined(forced)).metadata.source, "compute")
      assert.strictEqual((yield* joined(late)).metadata.reason, "deadline_passed")
      // Began later, so it stays when the holder of the lease comes home.
      yield* TestClock.adjust(1000 - 10)
      assert.strictEqual((yield* b.cache.get("k", compute)).metadata.createdAt, 10)
    }))

  it.effect("makes a background refresh skipped, not successful", () =>
    Effect.gen(function*() {
      const { cache, metric, store } = yield* open()
      const { compute, log } = source(10)
      yield* cache.set("k", 0)
      yield* TestClock.adjust(1500)
      yield* store.lease(claim("k", "other", 10_000))
      assert.strictEqual((yield* cache.get("k", compute)).metadata.refresh, "stale")
      assert.deepStrictEqual([log.begun, metric("swr_background_success"), metric("background_skipped")], [0, 0, 1])
    }))
})
