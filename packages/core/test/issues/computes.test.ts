/** Computes that misbehave, and policies that do. */
import { assert, describe, it } from "@effect/vitest"
import * as CacheDefinition from "@smart-cache/core/CacheDefinition"
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as TtlPolicy from "@smart-cache/core/TtlPolicy"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import { claim } from "../contract/Ledger.ts"
import { begin, joined, open, source } from "../SmartCacheSupport.ts"

const thrown = (): never => {
  throw new Error("while building")
}

describe("a disabled cache", () => {
  it.effect("lets no reader wait longer than hardTimeout, even when the compute cannot be interrupted", () =>
    Effect.gen(function*() {
      const { cache } = yield* open({ config: { enabled: false } })
      for (const compute of [Effect.never, Effect.uninterruptible(Effect.sleep(20_000))]) {
        const reader = yield* begin(Effect.flip(cache.get("k", compute)))
        yield* TestClock.adjust(10_000)
        assert.strictEqual(reader.pollUnsafe()?._tag, "Success")
        assert.strictEqual((yield* joined(reader)).reason._tag, "HardTimeout")
      }
      yield* TestClock.adjust(10_000) // or the cache could not close
    }))

  it.effect("fails with ComputeDied when the compute interrupts itself", () =>
    Effect.gen(function*() {
      const { cache } = yield* open({ config: { enabled: false } })
      const error = yield* Effect.flip(cache.get("k", Effect.interrupt))
      assert.strictEqual(error.reason._tag, "ComputeDied")
    }))

  it.effect("computes for each reader and touches no store", () =>
    Effect.gen(function*() {
      const { cache, store, strategies } = yield* open({ config: { enabled: false } })
      const { compute, log } = source(10)
      const readers = yield* Effect.forEach(Array.from({ length: 5 }), () => begin(cache.get("k", compute)))
      yield* TestClock.adjust(10)
      const reasons = (yield* Effect.forEach(readers, joined)).map((result) => result.metadata.reason)
      assert.deepStrictEqual(reasons, Array.from({ length: 5 }, () => "disabled" as const))
      assert.deepStrictEqual([log.begun, store.held().entries, strategies()], [5, 0, 5])
    }))

  it.effect("interrupts the compute of a reader that leaves", () =>
    Effect.gen(function*() {
      const { cache } = yield* open({ config: { enabled: false } })
      const { log, never } = source()
      const reader = yield* begin(cache.get("k", never))
      yield* Fiber.interrupt(reader)
      assert.deepStrictEqual([log.begun, log.interrupted], [1, 1])
    }))
})

describe("a TTL that makes no sense", () => {
  const policies = {
    throws: TtlPolicy.byValue(thrown),
    negative: TtlPolicy.byValue(() => -1),
    infinite: TtlPolicy.byValue(() => Infinity),
    "not a number": TtlPolicy.byValue(() => Number.NaN)
  }
  for (const [name, ttl] of Object.entries(policies)) {
    it.effect(`fails get and set with InvalidTtl and stores nothing: ${name}`, () =>
      Effect.gen(function*() {
        const { cache, store } = yield* open({ ttl })
        const { compute } = source(10)
        const reader = yield* begin(Effect.flip(cache.get("k", compute)))
        yield* TestClock.adjust(10)
        assert.strictEqual((yield* joined(reader)).reason._tag, "InvalidTtl")
        assert.strictEqual((yield* Effect.flip(cache.set("k", 1))).reason._tag, "InvalidTtl")
        const after = yield* cache.explain("k")
        assert.deepStrictEqual([store.held().entries, after.held, after.state.flight], [0, undefined, undefined])
        assert.deepStrictEqual(yield* store.lease(claim("k", "next", 1)), { _tag: "Granted", stamp: 3 })
      }))
  }

  it.effect("makes background refreshes back off like any failure", () =>
    Effect.gen(function*() {
      let ttl = 1000
      const { cache } = yield* open({ ttl: TtlPolicy.byValue(() => ttl) })
      const { compute, log } = source(10)
      yield* cache.set("k", 0)
      yield* TestClock.adjust(1100)
      ttl = -1
      for (let i = 0; i < 10; i++) {
        yield* cache.get("k", compute)
        yield* TestClock.adjust(20)
      }
      assert.strictEqual(log.begun, 1)
    }))
})

describe("a function that throws instead of returning an effect", () => {
  it.effect("is a ComputeDied of getMany", () =>
    Effect.gen(function*() {
      const { cache } = yield* open()
      const error = yield* Effect.flip(cache.getMany(["a", "b"], thrown))
      assert.strictEqual(error.reason._tag, "ComputeDied")
    }))

  it.effect("is a ComputeDied of a definition's compute, and a defect of its key", () =>
    Effect.gen(function*() {
      class Throwing extends CacheDefinition.Service<Throwing>()("test/Throwing", {
        key: (input: number) => input < 0 ? thrown() : String(input),
        value: Schema.Finite,
        compute: thrown as (input: number) => Effect.Effect<number>
      }) {}
      const { cache } = yield* open()
      yield* Effect.gen(function*() {
        const throwing = yield* Throwing
        const error = yield* Effect.flip(throwing.get(1, undefined))
        assert.strictEqual(error.reason._tag, "ComputeDied")
        const exits = [
          throwing.get(-1, undefined),
          throwing.set(-1, 1, undefined),
          throwing.invalidate(-1),
          throwing.explain(-1, undefined)
        ]
        for (const effect of exits) {
          const exit = yield* Effect.exit<unknown, unknown, never>(effect)
          assert.strictEqual(exit._tag === "Failure" && exit.cause.reasons[0]!._tag, "Die")
        }
      }).pipe(Effect.provide(Throwing.layer), Effect.provideService(SmartCache.SmartCache, cache))
    }))
})
