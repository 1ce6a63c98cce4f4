/** What is counted and explained is what happened. */
import { assert, describe, it } from "@effect/vitest"
import * as Invalidation from "@smart-cache/core/Invalidation"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { begin, joined, memory, open, source } from "../SmartCacheSupport.ts"

describe("a read", () => {
  it.effect("that is interrupted after it was answered counts once", () =>
    Effect.gen(function*() {
      const store = memory()
      // What only the whole store knows: the answer comes from the slow path, with a refresh behind it.
      const { cache, strategies } = yield* open({ store: { ...store, peek: () => undefined } })
      yield* cache.set("k", 0)
      yield* TestClock.adjust(1500)
      let reader: Fiber.Fiber<unknown, unknown> | undefined
      const interrupts = Effect.suspend(() => {
        reader!.interruptUnsafe()
        return Effect.never
      })
      reader = yield* Effect.forkChild(cache.get("k", interrupts))
      yield* Fiber.await(reader)
      assert.strictEqual(strategies(), 1)
    }))

  it.effect("of an invalidated key that was failing says that it was invalidated, as its explanation does", () =>
    Effect.gen(function*() {
      const { cache } = yield* open()
      const { compute, fails } = source(10)
      yield* cache.set("k", 0)
      const failing = yield* begin(Effect.flip(cache.get("k", fails("down"), { refresh: "force" })))
      yield* TestClock.adjust(10)
      assert.strictEqual(yield* joined(failing), "down")
      yield* cache.invalidate(Invalidation.key("k"))
      assert.strictEqual((yield* cache.explain("k")).decision.reason, "invalidated")
      const reader = yield* begin(cache.get("k", compute))
      yield* TestClock.adjust(10)
      assert.strictEqual((yield* joined(reader)).metadata.reason, "invalidated")
    }))
})

describe("an explanation", () => {
  it.effect("refuses what a read refuses", () =>
    Effect.gen(function*() {
      const { cache } = yield* open()
      const empty = yield* Effect.flip(cache.explain(""))
      assert.strictEqual(empty.reason._tag, "InvalidKey")
      const long = yield* Effect.flip(cache.explain("x".repeat(10_000_000)))
      assert.isBelow(long.message.length, 200)
      const odd = yield* Effect.flip(cache.explain("k", { deadline: Number.NaN }))
      assert.strictEqual(odd.reason._tag, "InvalidContext")
    }))
})
