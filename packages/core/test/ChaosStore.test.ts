import { assert, describe, it } from "@effect/vitest"
import { SmartCacheError } from "@smart-cache/core/CacheError"
import * as MemoryStore from "@smart-cache/core/MemoryStore"
import * as ChaosStore from "@smart-cache/core/testing/ChaosStore"
import { Effect, Exit, Fiber, Random } from "effect"
import { TestClock } from "effect/testing"
import { claim, subject } from "./contract/Ledger.ts"

const memory = () => MemoryStore.make({ maxEntries: 10, maxBytes: 100_000, maxMarkers: 10 })

describe("a store in trouble by script", () => {
  it.effect("does to each step what the script says, and nothing after its end", () =>
    Effect.gen(function*() {
      const inner = memory()
      const store = ChaosStore.make(inner, ChaosStore.script([ChaosStore.fail, ChaosStore.loseReply, ChaosStore.none]))
      const refused = yield* Effect.flip(store.lease(claim("key", "mine", 1000)))
      assert.instanceOf(refused, SmartCacheError)
      assert.strictEqual(refused.reason._tag, "StoreFailed")
      assert.include(refused.message, "lease")
      assert.strictEqual((yield* inner.lease(claim("key", "theirs", 1000)))._tag, "Granted", "it was not done")
      yield* inner.release("key", "theirs")
      yield* Effect.flip(store.lease(claim("key", "mine", 1000)))
      assert.strictEqual((yield* inner.lease(claim("key", "theirs", 1000)))._tag, "Busy", "it was done")
      assert.strictEqual((yield* store.lease(claim("key", "mine", 1000)))._tag, "Granted")
      assert.strictEqual((yield* store.lease(claim("key", "mine", 1000)))._tag, "Granted")
    }))

  it.effect("waits with a fault for the step that it names", () =>
    Effect.gen(function*() {
      const store = ChaosStore.make(memory(), ChaosStore.script([["read", ChaosStore.fail], ChaosStore.fail]))
      yield* store.stamp(subject("key"))
      yield* store.look(subject("key"))
      yield* Effect.flip(store.read(subject("key")))
      yield* Effect.flip(store.stamp(subject("key")))
      yield* store.read(subject("key"))
    }))

  it.effect("hangs until it is interrupted, and is slow by the clock", () =>
    Effect.gen(function*() {
      const inner = memory()
      const store = ChaosStore.make(inner, ChaosStore.script([ChaosStore.hang, ChaosStore.delay(500)]))
      const hanging = yield* Effect.forkChild(store.stamp(subject("key")), { startImmediately: true })
      const slow = yield* Effect.forkChild(store.stamp(subject("key")), { startImmediately: true })
      yield* TestClock.adjust(499)
      assert.isUndefined(slow.pollUnsafe())
      yield* TestClock.adjust(1)
      assert.strictEqual(yield* Fiber.join(slow), 1)
      yield* TestClock.adjust("1 day")
      assert.isUndefined(hanging.pollUnsafe())
      yield* Fiber.interrupt(hanging)
      assert.strictEqual(yield* store.stamp(subject("key")), 2, "the step that hung was not done")
    }))
})

/** How 400 steps end: at once or later, well or not, or never. */
const outcomes = (seed: string, chances: ChaosStore.Chances) =>
  Effect.gen(function*() {
    const store = ChaosStore.make(memory(), ChaosStore.random(chances))
    return yield* Effect.forEach(Array.from({ length: 400 }), () =>
      Effect.gen(function*() {
        const fiber = yield* Effect.forkChild(Effect.exit(store.stamp(subject("key"))), { startImmediately: true })
        const at = fiber.pollUnsafe() === undefined ? "later" : "now"
        yield* TestClock.adjust(1000)
        const exit = fiber.pollUnsafe()
        yield* Fiber.interrupt(fiber)
        return exit === undefined
          ? "never"
          : `${at} ${Exit.isSuccess(exit) && Exit.isSuccess(exit.value) ? "ok" : "failed"}`
      }))
  }).pipe(Random.withSeed(seed))

describe("a store in trouble by chance", () => {
  it.effect("is the same trouble for the same seed, in the proportions asked for", () =>
    Effect.gen(function*() {
      const chances = { fail: 0.2, hang: 0.1, loseReply: 0.1, delay: 0.3 }
      const once = yield* outcomes("seed", chances)
      assert.deepStrictEqual(yield* outcomes("seed", chances), once)
      assert.notDeepEqual(yield* outcomes("another", chances), once)
      const share = (outcome: string) => once.filter((each) => each === outcome).length / once.length
      assert.closeTo(share("never"), 0.1, 0.05)
      assert.closeTo(share("now failed"), 0.3, 0.07)
      assert.closeTo(share("later ok"), 0.3, 0.07)
      assert.closeTo(share("now ok"), 0.3, 0.07)
    }))

  it.effect("is none without chances, and only in the steps named", () =>
    Effect.gen(function*() {
      assert.isTrue((yield* outcomes("seed", {})).every((each) => each === "now ok"))
      assert.isTrue((yield* outcomes("seed", { fail: 1, steps: ["read"] })).every((each) => each === "now ok"))
      assert.isTrue((yield* outcomes("seed", { fail: 1, steps: ["stamp"] })).every((each) => each === "now failed"))
    }))

  it("is refused when the chances are none", () => {
    for (const bad of [{ fail: -0.1 }, { fail: 0.6, hang: 0.6 }, { delay: Number.NaN }]) {
      assert.throws(() => ChaosStore.random(bad), RangeError, /ChaosStore.random: .*got /)
    }
  })
})
