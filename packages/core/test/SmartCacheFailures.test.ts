/** Computes that fail, hang or are slow: who waits, who gets what stood before, what is remembered. */
import { assert, describe, it } from "@effect/vitest"
import * as Invalidation from "@smart-cache/core/Invalidation"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { begin, joined, open, source } from "./SmartCacheSupport.ts"

describe("a failed refresh", () => {
  it.effect("keeps the good value, backs off, and is tried again", () =>
    Effect.gen(function*() {
      const { cache, metric } = yield* open({ config: { staleFactor: 100 } })
      const { fails, log } = source(10)
      yield* cache.set("k", 0)
      yield* TestClock.adjust(1000)
      const starts: Array<number> = []
      for (let at = 0; at < 10_000; at += 10) {
        const before = log.begun
        const { metadata, value } = yield* cache.get("k", fails("down"))
        assert.strictEqual(value, 0)
        if (log.begun > before) starts.push(at)
        else assert.strictEqual(metadata.reason, at % 10 === 0 && log.running > 0 ? "stale" : "compute_failed")
        yield* TestClock.adjust(10)
      }
      // 10 ms of failing compute, then 500, 1000, 2000, 4000, 4000 ms of back-off.
      assert.deepStrictEqual(starts, [0, 510, 1520, 3530, 7540])
      assert.deepStrictEqual([metric("swr_background_error"), metric("swr_background_success")], [5, 0])
    }))

  it.effect("forgets its back-off once a compute succeeds", () =>
    Effect.gen(function*() {
      const { cache } = yield* open()
      const { compute, fails } = source(10)
      yield* cache.set("k", 0)
      yield* TestClock.adjust(1000)
      yield* cache.get("k", fails("down"))
      yield* TestClock.adjust(10)
      assert.strictEqual((yield* cache.explain("k")).state.failures, 1)
      const forced = yield* begin(cache.get("k", compute, { refresh: "force" }))
      yield* TestClock.adjust(10)
      yield* joined(forced)
      const { failures, retryAt } = (yield* cache.explain("k")).state
      assert.deepStrictEqual([failures, retryAt], [0, undefined])
    }))
})

describe("a failing compute", () => {
  it.effect("is stood in for by a value inside the fail-safe window, and by nothing after it", () =>
    Effect.gen(function*() {
      for (const [age, reason] of [[2500, "compute_failed"], [3989, "compute_failed"], [3990, "down"]] as const) {
        const { cache } = yield* open()
        const { fails } = source(10)
        yield* cache.set("k", 0)
        yield* TestClock.adjust(age)
        const read = cache.get("k", fails("down"))
        const reader = yield* begin(Effect.match(read, {
          onFailure: String,
          onSuccess: ({ metadata }) => metadata.reason
        }))
        yield* TestClock.adjust(10)
        assert.strictEqual(yield* joined(reader), reason)
      }
    }))

  it.effect("is never stood in for past a deadline, the entry's or the reader's", () =>
    Effect.gen(function*() {
      for (const [written, read] of [[2505, undefined], [undefined, 2505], [2400, undefined], [undefined, 2400]]) {
        yield* TestClock.setTime(0)
        const { cache } = yield* open()
        const { fails } = source(10)
        yield* cache.set("k", 0, { deadline: written })
        yield* TestClock.adjust(2500)
        const reader = yield* begin(Effect.flip(cache.get("k", fails("down"), { deadline: read })))
        yield* TestClock.adjust(10)
        assert.strictEqual(yield* joined(reader), "down")
      }
    }))

  it.effect("is never stood in for when the reader bypasses", () =>
    Effect.gen(function*() {
      const { cache } = yield* open()
      const { fails } = source(10)
      yield* cache.set("k", 0)
      const reader = yield* begin(Effect.flip(cache.get("k", fails("down"), { refresh: "force" })))
      yield* TestClock.adjust(10)
      assert.strictEqual(yield* joined(reader), "down")
      assert.strictEqual((yield* cache.get("k", fails("down"))).value, 0)
    }))

  it.effect("is never stood in for by what was invalidated while it ran", () =>
    Effect.gen(function*() {
      const { cache } = yield* open()
      const { fails } = source(10)
      yield* cache.set("k", 0)
      yield* TestClock.adjust(2500)
      const reader = yield* begin(Effect.flip(cache.get("k", fails("down"))))
      yield* cache.invalidate(Invalidation.key("k"))
      yield* TestClock.adjust(10)
      assert.strictEqual(yield* joined(reader), "down")
    }))

  it.effect("is remembered for failureTtl, for readers without a value, until an invalidation", () =>
    Effect.gen(function*() {
      const { cache } = yield* open({ config: { failureTtl: 1000 } })
      const { fails, log } = source(10)
      const read = (context = {}) =>
        Effect.gen(function*() {
          const reader = yield* begin(Effect.flip(cache.get("k", fails({ at: log.begun }), context)))
          yield* TestClock.adjust(10)
          return yield* joined(reader)
        })
      const first = yield* read()
      assert.strictEqual(yield* read(), first)
      assert.strictEqual(log.begun, 1)
      yield* read({ refresh: "force" })
      assert.strictEqual(log.begun, 2)
      yield* cache.invalidate(Invalidation.key("k"))
      yield* read()
      assert.strictEqual(log.begun, 3)
      yield* TestClock.adjust(990)
      yield* read()
      assert.strictEqual(log.begun, 3)
      yield* read()
      assert.strictEqual(log.begun, 4)
    }))
})

describe("softTimeout", () => {
  it.effect("bounds the wait of a reader with a usable value; the compute goes on behind and is stored", () =>
    Effect.gen(function*() {
      const { cache, metric, running } = yield* open()
      const { compute, log } = source(500)
      yield* cache.set("k", 0)
      yield* TestClock.adjust(2500)
      const reader = yield* begin(cache.get("k", compute))
      yield* TestClock.adjust(99)
      assert.isUndefined(reader.pollUnsafe())
      yield* TestClock.adjust(1)
      const { metadata, value } = yield* joined(reader)
      assert.deepStrictEqual([value, metadata.strategy, metadata.reason], [0, "serve_stale", "compute_slow"])
      assert.deepStrictEqual(running(), { flights: 1, background: 1, computes: 1 })
      yield* TestClock.adjust(400)
      assert.deepStrictEqual([log.ended, metric("swr_background_success")], [1, 1])
      assert.strictEqual((yield* cache.get("k", compute)).value, 1)
      assert.deepStrictEqual(running(), { flights: 0, background: 0, computes: 0 })
    }))

  it.effect("does not cut short a reader whose stand-in is invalidated or runs out while it waits", () =>
    Effect.gen(function*() {
      for (const age of [2500, 3950]) {
        const { cache } = yield* open()
        const { compute, log } = source(500)
        yield* cache.set("k", 0)
        yield* TestClock.adjust(age)
        const reader = yield* begin(cache.get("k", compute))
        if (age === 2500) yield* cache.invalidate(Invalidation.all)
        yield* TestClock.adjust(500)
        assert.deepStrictEqual([(yield* joined(reader)).value, log.begun], [1, 1])
      }
    }))

  it.effect("leaves no more computes behind than maxBackground", () =>
    Effect.gen(function*() {
      const { cache, running } = yield* open({ config: { maxBackground: 3 } })
      const { compute, log } = source(500)
      const keys = Array.from({ length: 10 }, (_, i) => `k${i}`)
      for (const key of keys) yield* cache.set(key, 0)
      yield* TestClock.adjust(2500)
      const readers = yield* Effect.forEach(keys, (key) => begin(cache.get(key, compute)))
      yield* TestClock.adjust(100)
      const values = (yield* Effect.forEach(readers, joined)).map((result) => result.value)
      assert.deepStrictEqual(values, keys.map(() => 0))
      assert.deepStrictEqual(running(), { flights: 3, background: 3, computes: 3 })
      assert.deepStrictEqual([log.running, log.interrupted], [3, 7])
    }))
})

describe("hardTimeout", () => {
  it.effect("ends the wait of every reader and the compute that never ends", () =>
    Effect.gen(function*() {
      const { cache, running } = yield* open()
      const { log, never } = source()
      const first = yield* begin(Effect.flip(cache.get("k", never)))
      yield* TestClock.adjust(5000)
      const second = yield* begin(Effect.flip(cache.get("k", never)))
      yield* TestClock.adjust(5000)
      assert.strictEqual((yield* joined(first)).reason._tag, "HardTimeout")
      yield* TestClock.adjust(5000)
      assert.strictEqual((yield* joined(second)).reason._tag, "HardTimeout")
      assert.isAtMost(log.most, 1)
      assert.deepStrictEqual([log.running, running().flights], [0, 0])
    }))

  it.effect("ends a background refresh that never ends", () =>
    Effect.gen(function*() {
      const { cache, metric, running } = yield* open({ config: { staleFactor: 100 } })
      const { log, never } = source()
      yield* cache.set("k", 0)
      yield* TestClock.adjust(1000)
      yield* cache.get("k", never)
      yield* TestClock.adjust(10_000)
      assert.deepStrictEqual([log.begun, log.interrupted, metric("swr_background_error")], [1, 1, 1])
      assert.deepStrictEqual(running(), { flights: 0, background: 0, computes: 0 })
    }))
})

describe("background refreshes", () => {
  it.effect("run at most maxBackground at once, one a key", () =>
    Effect.gen(function*() {
      const { cache, metric, running } = yield* open({ config: { maxBackground: 3 } })
      const { compute, log } = source(100)
      const keys = Array.from({ length: 10 }, (_, i) => `k${i}`)
      for (const key of keys) yield* cache.set(key, 0)
      yield* TestClock.adjust(1500)
      for (const key of [...keys, ...keys]) yield* cache.get(key, compute)
      assert.deepStrictEqual(running(), { flights: 3, background: 3, computes: 3 })
      assert.deepStrictEqual([log.begun, metric("background_skipped")], [3, 14])
      yield* TestClock.adjust(100)
      assert.deepStrictEqual([log.ended, metric("swr_background_success")], [3, 3])
    }))

  it.effect("are not interrupted by readers who come and go", () =>
    Effect.gen(function*() {
      const { cache } = yield* open()
      const { compute, log } = source(1000)
      yield* cache.set("k", 0)
      yield* TestClock.adjust(1999)
      yield* cache.get("k", compute)
      yield* TestClock.adjust(600)
      const reader = yield* begin(cache.get("k", compute))
      yield* TestClock.adjust(10)
      reader.interruptUnsafe()
      yield* TestClock.adjust(400)
      assert.deepStrictEqual([log.begun, log.ended], [1, 1])
    }))
})
