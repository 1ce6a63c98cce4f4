/** Bad input: refused with a typed error that names what and got, and nothing has changed. */
import { assert, describe, it } from "@effect/vitest"
import { SmartCacheError } from "@smart-cache/core/CacheError"
import * as Invalidation from "@smart-cache/core/Invalidation"
import type { ReadContext } from "@smart-cache/core/ReadContext"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { claim } from "./contract/Ledger.ts"
import { begin, joined, open, source } from "./SmartCacheSupport.ts"

const huge = "x".repeat(10_000_000)

interface Bad {
  readonly key?: string
  readonly context?: ReadContext
  readonly reason: string
  readonly says: RegExp
}

const refused: Readonly<Record<string, Bad>> = {
  "an empty key": { key: "", reason: "InvalidKey", says: /key .*is empty/ },
  "a key of ten megabytes": { key: huge, reason: "InvalidKey", says: /10000000 characters.*maxKeyLength/ },
  "a deadline that is no number": {
    context: { deadline: Number.NaN },
    reason: "InvalidContext",
    says: /context\.deadline .*got NaN/
  },
  "a thousand tags": {
    context: { tags: Array.from({ length: 1000 }, (_, i) => `tag${i}`) },
    reason: "InvalidContext",
    says: /context\.tags .*at most 32.*got 1000 tags/
  },
  "odds of 1": { context: { odds: { m: 1 } }, reason: "InvalidOdds", says: /market "m".*got 1/ },
  "odds below 1": { context: { odds: { good: 2, m: -3 } }, reason: "InvalidOdds", says: /market "m".*got -3/ },
  "odds that are no number": {
    context: { odds: { m: Number.NaN } },
    reason: "InvalidOdds",
    says: /market "m".*got NaN/
  },
  "infinite odds": { context: { odds: { m: Infinity } }, reason: "InvalidOdds", says: /market "m".*got Infinity/ }
}

describe("a read or write with", () => {
  for (const [name, { context, key = "k", reason, says }] of Object.entries(refused)) {
    it.effect(`${name} is refused before anything happens`, () =>
      Effect.gen(function*() {
        const { cache, snapshot, store, vix } = yield* open()
        const { compute, log } = source(10)
        yield* cache.set("k", 0)
        const held = store.held()
        const before = yield* snapshot
        for (const bad of [cache.get(key, compute, context), cache.set(key, 1, context), cache.explain(key, context)]) {
          const error = yield* Effect.flip<unknown, SmartCacheError, never>(bad)
          assert.instanceOf(error, SmartCacheError)
          assert.strictEqual(error.reason._tag, reason)
          assert.match(error.message, says)
          assert.isBelow(error.message.length, 300)
        }
        const many = yield* Effect.flip(cache.getMany([key], () => Effect.succeed(new Map()), context))
        assert.strictEqual(many.reason._tag, reason)
        assert.deepStrictEqual(store.held(), held)
        assert.deepStrictEqual([log.begun, vix.markets(), (yield* cache.explain("k")).held!.stamp], [0, 0, 1])
        // Refused reads are errors, not reads.
        assert.deepStrictEqual(yield* snapshot, { ...before, cache_errors: 2 })
      }))
  }

  it.effect("a deadline that has passed computes and stores nothing, and set refuses it", () =>
    Effect.gen(function*() {
      const { cache, store } = yield* open()
      const { compute } = source(10)
      yield* TestClock.adjust(1000)
      const reader = yield* begin(cache.get("k", compute, { deadline: 1000 }))
      yield* TestClock.adjust(10)
      const { metadata } = yield* joined(reader)
      assert.deepStrictEqual([metadata.strategy, metadata.reason, metadata.ttl], ["compute", "deadline_passed", 0])
      const error = yield* Effect.flip(cache.set("k", 1, { deadline: 1000 }))
      assert.match(error.message, /context\.deadline .*later than now \(1010\).*got 1000/)
      assert.strictEqual(store.held().entries, 0)
    }))
})

describe("a compute that", () => {
  const computes = {
    dies: [Effect.die(new Error("boom")), "ComputeDied", /"k" died: Error: boom/],
    "interrupts itself": [Effect.interrupt, "ComputeDied", /"k" died: it interrupted itself/],
    "throws while it is built": [
      Effect.suspend((): Effect.Effect<number> => {
        throw new TypeError("no")
      }),
      "ComputeDied",
      /"k" died: TypeError: no/
    ],
    "never ends": [Effect.never, "HardTimeout", /"k" was not computed within 10000 ms/]
  } as const
  for (const [name, [compute, reason, says]] of Object.entries(computes)) {
    it.effect(`${name} fails its readers with ${reason} and stores nothing`, () =>
      Effect.gen(function*() {
        const { cache, running, store } = yield* open()
        const read: Effect.Effect<unknown, SmartCacheError> = cache.get("k", compute)
        const readers = yield* Effect.forEach(Array.from({ length: 10 }), () => begin(Effect.flip(read)))
        yield* TestClock.adjust(10_000)
        for (const error of yield* Effect.forEach(readers, joined)) {
          assert.strictEqual(error.reason._tag, reason)
          assert.match(error.message, says)
        }
        assert.deepStrictEqual(running(), { flights: 0, background: 0, computes: 0 })
        assert.strictEqual(store.held().entries, 0)
        assert.strictEqual((yield* store.lease(claim("k", "next", 1)))._tag, "Granted")
      }))
  }

  it.effect("returns undefined has a value like any other", () =>
    Effect.gen(function*() {
      const { cache } = yield* open()
      const { counted, log } = source()
      const read = cache.get("k", counted(() => Effect.undefined))
      yield* read
      const { metadata, value } = yield* read
      assert.deepStrictEqual([value, metadata.reason, log.begun], [undefined, "hit", 1])
    }))

  it.effect("fails with its own error leaves that error as it is", () =>
    Effect.gen(function*() {
      const { cache } = yield* open()
      const error = { _tag: "MyError", detail: { deep: [1, 2] } } as const
      assert.strictEqual(yield* Effect.flip(cache.get("k", Effect.fail(error))), error)
    }))
})

describe("settings that make no sense", () => {
  it("throw at construction, naming field and value", () => {
    assert.throws(
      () => Effect.runSync(Effect.scoped(open({ config: { beta: -1 } }))),
      /CacheConfig\.make: .*got -1[^]*beta/
    )
  })
})

describe("an empty batch", () => {
  it.effect("computes nothing, and an invalidation of no tags drops nothing", () =>
    Effect.gen(function*() {
      const { cache } = yield* open()
      yield* cache.set("k", 0, { tags: ["t"] })
      const results = yield* cache.getMany([], () => Effect.die("asked for nothing"))
      assert.strictEqual(results.size, 0)
      assert.strictEqual((yield* cache.invalidate(Invalidation.tags())).dropped, 0)
      assert.isDefined((yield* cache.explain("k")).held)
    }))
})
