/** Which computes a reader may share: never one that could not know what the reader's time demands. */
import { assert, describe, it } from "@effect/vitest"
import type * as CacheStore from "@smart-cache/core/CacheStore"
import * as Invalidation from "@smart-cache/core/Invalidation"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as TestClock from "effect/testing/TestClock"
import { begin, joined, memory, open, source } from "../SmartCacheSupport.ts"

describe("a reader shares no compute that", () => {
  it.effect("turns out to be an entry from the store when it asked for a compute", () =>
    Effect.gen(function*() {
      const gate = yield* Latch.make(true)
      const store = memory()
      const slow = { ...store, lease: (...args: Parameters<typeof store.lease>) => gate.whenOpen(store.lease(...args)) }
      const { cache } = yield* open({ store: slow })
      const other = yield* open({ store })
      const { compute } = source(10)
      const first = yield* begin(cache.get("k", compute))
      yield* TestClock.adjust(1500)
      yield* joined(first)
      yield* gate.close
      yield* cache.get("k", compute) // stale: its refresh waits for the lease
      yield* other.cache.set("k", -1) // what the refresh will adopt
      const forced = yield* begin(cache.get("k", compute, { refresh: "force" }))
      yield* gate.open
      yield* TestClock.adjust(100)
      assert.strictEqual((yield* joined(forced)).value, 2)
    }))

  it.effect("began before the reader's deadline and ended after it", () =>
    Effect.gen(function*() {
      const { cache, running } = yield* open()
      const { compute, log } = source(100)
      const reader = yield* begin(cache.get("k", compute, { deadline: 50 }))
      const other = yield* begin(cache.get("k", compute, { deadline: 50 }))
      yield* TestClock.adjust(200)
      assert.deepStrictEqual([(yield* joined(reader)).value, (yield* joined(other)).value], [2, 2])
      assert.deepStrictEqual([log.begun, log.most, running().flights], [2, 1, 0])
    }))

  it.effect("an invalidation of its tags beat, even when the reader itself names no tag", () =>
    Effect.gen(function*() {
      const { cache } = yield* open()
      const { compute, log } = source(100)
      const early = yield* begin(cache.get("k", compute, { tags: ["t"] }))
      yield* TestClock.adjust(10)
      yield* cache.invalidate(Invalidation.tags("t"))
      const late = yield* begin(cache.get("k", compute))
      yield* TestClock.adjust(300)
      assert.deepStrictEqual([(yield* joined(early)).value, (yield* joined(late)).value], [1, 2])
      assert.strictEqual(log.most, 1)
    }))

  it.effect("began before a value that was set since, when it forces a compute", () =>
    Effect.gen(function*() {
      const { cache } = yield* open()
      const { compute } = source(100)
      const early = yield* begin(cache.get("k", compute))
      yield* TestClock.adjust(10)
      yield* cache.set("k", -1)
      const late = yield* begin(cache.get("k", compute, { refresh: "force" }))
      yield* TestClock.adjust(300)
      assert.deepStrictEqual([(yield* joined(early)).value, (yield* joined(late)).value], [1, 2])
    }))

  it.effect("began before an invalidation through this cache, when the store tells no fence", () =>
    Effect.gen(function*() {
      const store = memory()
      let down = false
      const failing = {
        ...store,
        read: (subject: CacheStore.Subject) => down ? Effect.die("down") : store.read(subject)
      }
      const { cache } = yield* open({ store: failing })
      const { compute, log } = source(100)
      const early = yield* begin(cache.get("k", compute))
      yield* TestClock.adjust(10)
      yield* cache.invalidate(Invalidation.all)
      down = true
      const late = yield* begin(cache.get("k", compute))
      const later = yield* begin(cache.get("k", compute))
      yield* TestClock.adjust(300)
      assert.strictEqual((yield* joined(early)).value, 1)
      assert.deepStrictEqual([(yield* joined(late)).value, (yield* joined(later)).value], [2, 2])
      assert.strictEqual(log.most, 1)
    }))
})

describe("a reader whose cache cannot ask the store", () => {
  it.effect("shares no compute that began before an invalidation that another cache was told of", () =>
    Effect.gen(function*() {
      const store = memory()
      let cut = false
      const behindCut: CacheStore.Shape = {
        ...store,
        read: (subject, applicant) => cut ? Effect.die("cut") : store.read(subject, applicant)
      }
      const { cache } = yield* open({ store: behindCut })
      const other = yield* open({ store })
      const { compute, log } = source(100)
      const early = yield* begin(cache.get("k", compute))
      yield* TestClock.adjust(10)
      yield* other.cache.invalidate(Invalidation.key("k"))
      cut = true
      const late = yield* begin(cache.get("k", compute))
      const later = yield* begin(cache.get("k", compute))
      yield* TestClock.adjust(300)
      assert.strictEqual((yield* joined(early)).value, 1)
      assert.deepStrictEqual([(yield* joined(late)).value, (yield* joined(later)).value], [2, 2])
      assert.deepStrictEqual([log.begun, log.most], [2, 1])
    }))
})

describe("a reader that joined before the store said when the compute began", () => {
  it.effect("is not given what an invalidation beat meanwhile", () =>
    Effect.gen(function*() {
      const store = memory()
      // The stamp is taken at once, the reply comes late.
      const late = {
        ...store,
        lease: (...args: Parameters<typeof store.lease>) => Effect.tap(store.lease(...args), () => Effect.sleep(50))
      }
      const { cache } = yield* open({ store: late })
      const { compute, log } = source(100)
      const first = yield* begin(cache.get("k", compute))
      yield* TestClock.adjust(10)
      yield* cache.invalidate(Invalidation.key("k"))
      const second = yield* begin(cache.get("k", compute))
      yield* TestClock.adjust(300)
      assert.deepStrictEqual([(yield* joined(first)).value, (yield* joined(second)).value], [1, 2])
      assert.strictEqual(log.most, 1)
    }))
})

describe("a compute", () => {
  it.effect("whose only reader is interrupted as it starts is interrupted too", () =>
    Effect.gen(function*() {
      const { cache, running } = yield* open()
      const { counted, log } = source()
      let reader: Fiber.Fiber<unknown, unknown> | undefined
      const compute = counted(() => {
        reader!.interruptUnsafe()
        return Effect.never
      })
      // Begun later, so that the reader is known before its compute starts.
      reader = yield* Effect.forkChild(cache.get("k", compute))
      yield* Fiber.await(reader)
      yield* TestClock.adjust(1)
      assert.deepStrictEqual([log.begun, log.interrupted, running().flights], [1, 1, 0])
    }))

  it.effect("that begins after a change of odds is shared by those who demand that change", () =>
    Effect.gen(function*() {
      const { cache, vix } = yield* open()
      const { compute, log } = source(100)
      const first = yield* begin(cache.get("k", compute))
      yield* TestClock.adjust(10)
      yield* vix.observe({ market: "m", odds: 2 })
      const second = yield* begin(cache.get("k", compute, { refresh: "force", odds: { m: 2 } }))
      yield* TestClock.adjust(10)
      yield* vix.observe({ market: "m", odds: 3 })
      const third = yield* begin(cache.get("k", compute, { refresh: "force", odds: { m: 3 } }))
      yield* TestClock.adjust(180)
      assert.deepStrictEqual([log.begun, log.running], [2, 0])
      assert.strictEqual((yield* joined(first)).value, 1)
      assert.strictEqual((yield* joined(second)).value, 2)
      assert.strictEqual((yield* joined(third)).value, 2)
    }))

  it.effect("that dies while it is interrupted leaves the key to the next reader", () =>
    Effect.gen(function*() {
      const { cache } = yield* open()
      const { compute, counted } = source(100)
      const dying = counted(() =>
        Effect.onInterrupt(Effect.never, () => Effect.andThen(Effect.sleep(50), Effect.die("in its finalizer")))
      )
      const gone = yield* begin(cache.get("k", dying))
      yield* begin(Fiber.interrupt(gone))
      yield* TestClock.adjust(10)
      const next = yield* begin(cache.get("k", compute))
      yield* TestClock.adjust(200)
      assert.strictEqual((yield* joined(next)).value, 2)
    }))
})
