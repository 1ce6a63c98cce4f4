/** Stores that fail, hang or lie: no read that the source can answer fails, none waits without end. */
import { assert, describe, it } from "@effect/vitest"
import * as CacheError from "@smart-cache/core/CacheError"
import type * as CacheStore from "@smart-cache/core/CacheStore"
import * as Invalidation from "@smart-cache/core/Invalidation"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { begin, joined, memory, open, source } from "../SmartCacheSupport.ts"

const failure = CacheError.make({ _tag: "StoreFailed", operation: "any", cause: "injected" })

const ways: Readonly<Record<string, Effect.Effect<never, CacheError.SmartCacheError>>> = {
  fails: Effect.fail(failure),
  dies: Effect.die(new Error("injected")),
  "interrupts itself": Effect.interrupt,
  hangs: Effect.never
}

const steps = ["read", "lease", "fill", "release", "stamp"] as const

/** A store in which one step goes wrong from the moment it is broken. */
const broken = (step: typeof steps[number], way: Effect.Effect<never, CacheError.SmartCacheError>) => {
  const store = memory()
  const state = { broken: false }
  const or = <A>(effect: Effect.Effect<A, CacheError.SmartCacheError>) =>
    Effect.suspend(() => state.broken ? way : effect)
  const faulty: CacheStore.Shape = {
    ...store,
    ...(step === "read" && { read: (subject, applicant) => or(store.read(subject, applicant)) }),
    ...(step === "lease" && { lease: (claim) => or(store.lease(claim)) }),
    ...(step === "fill" && { fill: (fill) => or(store.fill(fill)) }),
    ...(step === "release" && { release: (key, token) => or(store.release(key, token)) }),
    ...(step === "stamp" && { stamp: (subject) => or(store.stamp(subject)) })
  }
  return { state, store: faulty }
}

describe("a store whose step goes wrong", () => {
  for (const step of steps) {
    for (const [name, way] of Object.entries(ways)) {
      it.effect(`costs no reader its value and no key a second compute: ${step} ${name}`, () =>
        Effect.gen(function*() {
          const { state, store } = broken(step, way)
          const { cache, metric, strategies } = yield* open({ store })
          const { compute, log } = source(100)
          yield* cache.invalidate(Invalidation.key("k")) // so that there is a fence
          state.broken = true
          const readers = yield* Effect.forEach(Array.from({ length: 50 }), () => begin(cache.get("k", compute)))
          yield* TestClock.adjust(9000)
          const values = (yield* Effect.forEach(readers, joined)).map((result) => result.value)
          assert.deepStrictEqual(values, Array.from({ length: 50 }, () => 1))
          assert.deepStrictEqual([log.begun, log.most, strategies()], [1, 1, 50])
          if (step === "read" || step === "lease") assert.isAbove(metric("store_errors"), 0)
        }))
    }
  }

  it.effect("makes a read wait no longer than hardTimeout in all, the store's part included", () =>
    Effect.gen(function*() {
      const { state, store } = broken("read", Effect.never)
      const { cache } = yield* open({ store })
      state.broken = true
      const reader = yield* begin(Effect.flip(cache.get("k", Effect.never)))
      yield* TestClock.adjust(9999)
      assert.isUndefined(reader.pollUnsafe())
      yield* TestClock.adjust(1)
      assert.strictEqual((yield* joined(reader)).reason._tag, "HardTimeout")
    }))

  for (const way of ["grants nothing", "grants late"] as const) {
    it.effect(`costs no reader its value when it hangs and ${way}, whenever it comes`, () =>
      Effect.gen(function*() {
        const held = memory()
        const hardTimeout = 4000
        const late = 0.95 * hardTimeout / 8
        const hanging: CacheStore.Shape = {
          ...held,
          read: () => Effect.never,
          fill: () => Effect.never,
          release: () => Effect.never,
          stamp: () => Effect.never,
          lease: (claim) => way === "grants late" ? Effect.delay(held.lease(claim), late) : Effect.never
        }
        const { cache } = yield* open({ store: hanging, config: { hardTimeout, storeTimeout: 1000 } })
        const { compute } = source(10)
        const reading = (after: number) => Effect.delay(cache.get("k", compute), after)
        const readers = yield* Effect.forEach([0, 505, 510, 1010, 1500, 2500], (after) => begin(reading(after)))
        yield* TestClock.adjust(2500 + hardTimeout)
        for (const reader of readers) assert.isAtLeast((yield* joined(reader)).value, 1)
      }))
  }

  it.effect("makes a read with a stand-in wait no longer either, when the store hangs at the end", () =>
    Effect.gen(function*() {
      const { state, store } = broken("read", Effect.never)
      const { cache } = yield* open({ store, config: { failSafe: 1_000_000, softTimeout: 9_500 } })
      yield* cache.set("k", -1)
      yield* TestClock.adjust(2500)
      const reader = yield* begin(cache.get("k", Effect.never))
      state.broken = true
      yield* TestClock.adjust(10_000)
      assert.strictEqual((yield* joined(reader)).value, -1)
    }))

  it.effect("fails the read, typed, where the settings say so", () =>
    Effect.gen(function*() {
      for (const way of Object.values(ways)) {
        const { state, store } = broken("read", way)
        const { cache } = yield* open({ store, config: { onStoreError: "fail" } })
        state.broken = true
        const reader = yield* begin(Effect.flip(cache.get("k", source().compute)))
        yield* TestClock.adjust(5000)
        assert.strictEqual((yield* joined(reader)).reason._tag, "StoreFailed")
      }
    }))

  it.effect("fails writes, invalidations and explanations with StoreFailed instead of hanging them", () =>
    Effect.gen(function*() {
      const store = memory()
      const { cache } = yield* open({
        store: {
          ...store,
          stamp: () => Effect.never,
          invalidate: () => Effect.never,
          read: () => Effect.never,
          look: () => Effect.never
        }
      })
      const all = [cache.set("k", 1), cache.invalidate(Invalidation.all), cache.explain("k")]
      for (const effect of all) {
        const fiber = yield* begin(Effect.flip<unknown, CacheError.SmartCacheError, never>(effect))
        yield* TestClock.adjust(5000)
        assert.strictEqual((yield* joined(fiber)).reason._tag, "StoreFailed")
      }
    }))

  it.effect("leaves a reader with the value that stood when it came", () =>
    Effect.gen(function*() {
      for (const compute of [source(5000).compute, source(50).fails("down")]) {
        const { state, store } = broken("read", Effect.fail(failure))
        const { cache } = yield* open({ store })
        yield* cache.set("k", -1)
        yield* TestClock.adjust(2500) // too stale, usable
        const reader = yield* begin(cache.get("k", compute))
        state.broken = true
        yield* TestClock.adjust(101)
        assert.strictEqual((yield* joined(reader)).value, -1)
      }
    }))

  it.effect("leaves a reader of a failing source with the value this process still holds", () =>
    Effect.gen(function*() {
      const { state, store } = broken("read", Effect.fail(failure))
      const { cache } = yield* open({ store })
      yield* cache.set("k", -1)
      yield* TestClock.adjust(2500)
      state.broken = true
      const reader = yield* begin(cache.get("k", source(50).fails("down")))
      yield* TestClock.adjust(100)
      const result = yield* joined(reader)
      assert.deepStrictEqual([result.value, result.metadata.reason], [-1, "compute_failed"])
    }))
})

describe("a store that lies", () => {
  it.effect("about the fence causes one compute, not many", () =>
    Effect.gen(function*() {
      const { cache } = yield* open({
        store: (store) => ({
          ...store,
          read: (subject) => Effect.map(store.read(subject), (lookup) => ({ ...lookup, fence: Infinity }))
        })
      })
      const { compute, log } = source(100)
      const reader = yield* begin(cache.get("k", compute))
      yield* TestClock.adjust(5000)
      assert.deepStrictEqual([(yield* joined(reader)).value, log.begun], [1, 1])
    }))

  it.effect("about the lease, held by one after the other who store nothing, is not waited for for long", () =>
    Effect.gen(function*() {
      let stamp = 100
      const { cache, metric } = yield* open({
        store: (store) => ({
          ...store,
          lease: () => Effect.sync(() => ({ _tag: "Busy", stamp: ++stamp, remaining: 1000, ended: Effect.never }))
        })
      })
      const reader = yield* begin(cache.get("k", source(100).compute))
      yield* TestClock.adjust(400)
      assert.strictEqual((yield* joined(reader)).value, 1)
      assert.strictEqual(metric("lease_waits"), 2)
    }))

  for (const remaining of [0, -1, Number.NaN, 1e15]) {
    it.effect(`about the lease, always busy for ${remaining} ms, leaves time to compute`, () =>
      Effect.gen(function*() {
        const { cache, metric } = yield* open({
          store: (store) => ({
            ...store,
            lease: () => Effect.succeed({ _tag: "Busy", stamp: 1, remaining, ended: Effect.never })
          })
        })
        const reader = yield* begin(cache.get("k", source(100).compute))
        yield* TestClock.adjust(9000)
        assert.strictEqual((yield* joined(reader)).value, 1)
        assert.isBelow(metric("lease_waits"), 401)
      }))
  }

  it.effect("about what it stored costs computes only", () =>
    Effect.gen(function*() {
      const { cache } = yield* open({ store: (store) => ({ ...store, fill: () => Effect.succeed("stored") }) })
      const { compute } = source(10)
      for (const expected of [1, 2]) {
        const reader = yield* begin(cache.get("k", compute))
        // The lease that the fill should have ended is still there: half of a reader's patience is for it.
        yield* TestClock.adjust(6000)
        assert.strictEqual((yield* joined(reader)).value, expected)
      }
    }))
})
