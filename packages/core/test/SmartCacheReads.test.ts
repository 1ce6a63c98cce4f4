/** One read and crowds of readers: the order of the decisions, and one compute for all. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scheduler from "effect/Scheduler"
import * as TestClock from "effect/testing/TestClock"
import { begin, joined, open, source } from "./SmartCacheSupport.ts"

const crowd = 10_000

const times = <A, E, R>(n: number, effect: Effect.Effect<A, E, R>) =>
  Effect.forEach(Array.from({ length: n }), () => effect)

describe("the decision of a read", () => {
  it.effect("goes from miss over fresh and stale to too stale, computing when it must", () =>
    Effect.gen(function*() {
      const { cache, strategies } = yield* open()
      const { compute, log } = source(10)
      const seen: Array<string> = []
      const read = Effect.gen(function*() {
        const reader = yield* begin(cache.get("k", compute))
        yield* TestClock.adjust(10)
        const { metadata, value } = yield* joined(reader)
        seen.push(`${metadata.strategy} ${metadata.reason} ${metadata.source} ${metadata.refresh} ${value}`)
      })
      yield* read
      yield* TestClock.adjust(990 - 10)
      yield* read
      yield* TestClock.adjust(20)
      yield* read // its refresh is there 10 ms later
      yield* read
      yield* TestClock.adjust(2000)
      yield* read
      assert.deepStrictEqual(seen, [
        "compute miss compute none 1",
        "serve_fresh hit memory none 1",
        "serve_stale stale memory stale 1",
        "serve_fresh hit memory none 2",
        "compute too_stale compute none 3"
      ])
      assert.deepStrictEqual([log.begun, strategies()], [3, 5])
    }))

  it.effect("bypasses for a panic before it looks at deadlines or entries, and stores what it computes", () =>
    Effect.gen(function*() {
      const { cache, vix } = yield* open()
      const { compute } = source(10)
      for (let i = 0; i < 8; i++) yield* vix.observe({ market: "m", odds: 2 + (i % 2) / 100 })
      yield* cache.set("k", -1)
      const reader = yield* begin(cache.get("k", compute, { odds: { m: 5 }, deadline: 1_000_000 }))
      const late = yield* begin(cache.get("l", compute, { odds: { m: 9 }, deadline: 0 }))
      yield* TestClock.adjust(10)
      assert.strictEqual((yield* joined(reader)).metadata.reason, "vix_panic")
      assert.strictEqual((yield* joined(late)).metadata.reason, "vix_panic")
      const calm = yield* cache.get("k", compute)
      assert.deepStrictEqual([calm.value, calm.metadata.reason], [1, "hit"])
    }))

  it.effect("serves a fresh value of a nervous market as stale, with a refresh behind it", () =>
    Effect.gen(function*() {
      const { cache, vix } = yield* open({ config: { vixWarningTtl: 100, vixPanic: 1000 } })
      const { compute, log } = source(10)
      for (let i = 0; i < 8; i++) yield* vix.observe({ market: "m", odds: 2 + (i % 2) / 100 })
      yield* cache.set("k", 0)
      yield* TestClock.adjust(99)
      assert.strictEqual((yield* cache.get("k", compute, { odds: { m: 3 } })).metadata.reason, "hit")
      yield* TestClock.adjust(1)
      const { metadata } = yield* cache.get("k", compute, { odds: { m: 4 } })
      assert.deepStrictEqual([metadata.strategy, metadata.reason, metadata.refresh], [
        "serve_stale",
        "vix_warning",
        "stale"
      ])
      yield* TestClock.adjust(10)
      assert.strictEqual(log.ended, 1)
      assert.strictEqual((yield* cache.explain("k")).held!.freshUntil, 110 + 100)
    }))

  it.effect("is disabled before anything else", () =>
    Effect.gen(function*() {
      const { cache } = yield* open({ config: { enabled: false } })
      const result = yield* cache.get("k", Effect.succeed(1), { refresh: "force", deadline: -1 })
      assert.strictEqual(result.metadata.reason, "disabled")
    }))
})

describe("ten thousand readers of a missing key", () => {
  it.effect("share one compute and its value", () =>
    Effect.gen(function*() {
      const { cache, metric, strategies } = yield* open()
      const { compute, log } = source(4200)
      const readers = yield* times(crowd, begin(cache.get("k", compute)))
      yield* TestClock.adjust(4200)
      const results = yield* Effect.forEach(readers, joined)
      assert.isTrue(results.every((result) => result.value === 1))
      assert.strictEqual(results.filter((result) => result.metadata.source === "compute").length, 1)
      assert.strictEqual(results.filter((result) => result.metadata.source === "in_flight").length, crowd - 1)
      assert.deepStrictEqual([log.begun, strategies(), metric("coalesced_waiters")], [1, crowd, crowd - 1])
    }))

  it.effect("share one failure, typed, and nobody remembers it", () =>
    Effect.gen(function*() {
      const { cache, metric, strategies } = yield* open()
      const { compute, fails, log } = source(100)
      const error = { _tag: "Down" } as const
      const readers = yield* times(crowd, begin(Effect.flip(cache.get("k", fails(error)))))
      yield* TestClock.adjust(100)
      const errors = yield* Effect.forEach(readers, joined)
      assert.isTrue(errors.every((each) => each === error))
      assert.deepStrictEqual([log.begun, strategies(), metric("compute_errors")], [1, crowd, 1])
      const next = yield* begin(cache.get("k", compute))
      yield* TestClock.adjust(100)
      assert.strictEqual((yield* joined(next)).value, 2)
    }))

  it.effect("may leave, all but one, who still gets the value of the same compute", () =>
    Effect.gen(function*() {
      const { cache, strategies } = yield* open()
      const { compute, log } = source(100)
      const readers = yield* times(crowd, begin(cache.get("k", compute)))
      yield* TestClock.adjust(50)
      yield* Fiber.interruptAll(readers.slice(0, -1))
      assert.deepStrictEqual([log.running, log.interrupted], [1, 0])
      yield* TestClock.adjust(50)
      assert.strictEqual((yield* joined(readers.at(-1)!)).value, 1)
      assert.deepStrictEqual([log.begun, strategies()], [1, crowd])
    }))

  it.effect("interrupt the compute when the last has left", () =>
    Effect.gen(function*() {
      const { cache, running, store, strategies } = yield* open()
      const { compute, log } = source(100)
      const readers = yield* times(crowd, begin(cache.get("k", compute)))
      yield* TestClock.adjust(50)
      yield* Fiber.interruptAll(readers)
      yield* TestClock.adjust(0)
      assert.deepStrictEqual([log.begun, log.interrupted, log.running], [1, 1, 0])
      assert.deepStrictEqual(running(), { flights: 0, background: 0, computes: 0 })
      assert.deepStrictEqual([store.held().entries, strategies()], [0, crowd])
    }))

  it.effect("bypassing all of them, share one compute too, and its value is stored", () =>
    Effect.gen(function*() {
      const { cache, vix } = yield* open()
      const { compute, log } = source(100)
      for (let i = 0; i < 8; i++) yield* vix.observe({ market: "m", odds: 2 + (i % 2) / 100 })
      yield* cache.set("k", 0)
      const readers = yield* times(crowd, begin(cache.get("k", compute, { odds: { m: 5 } })))
      yield* TestClock.adjust(100)
      const results = yield* Effect.forEach(readers, joined)
      assert.isTrue(results.every((result) => result.value === 1 && result.metadata.strategy === "bypass"))
      assert.strictEqual(log.begun, 1)
      assert.strictEqual((yield* cache.get("k", compute)).value, 1)
    }))

  it.effect("after the deadline share one compute that began after it, and nothing is stored", () =>
    Effect.gen(function*() {
      const { cache, store } = yield* open()
      const { compute, log } = source(100)
      const before = yield* begin(cache.get("k", compute, { deadline: 50 }))
      yield* TestClock.adjust(60)
      const readers = yield* times(crowd, begin(cache.get("k", compute, { deadline: 50 })))
      yield* TestClock.adjust(140)
      const results = yield* Effect.forEach(readers, joined)
      assert.isTrue(results.every((result) => result.value === 2 && result.metadata.reason === "deadline_passed"))
      assert.strictEqual((yield* joined(before)).value, 2)
      assert.deepStrictEqual([log.begun, log.most, store.held().entries], [2, 1, 0])
    }))
})

describe("whatever the scheduler does between two steps", () => {
  for (const ops of [4, 5, 6, 7, 9, 13]) {
    it.effect(`readers share one compute and are counted once, yielding after ${ops}`, () =>
      Effect.gen(function*() {
        const { cache, metric, running, strategies } = yield* open()
        const { compute, log } = source(100)
        const readers = yield* times(50, Effect.forkChild(cache.get("k", compute)))
        yield* TestClock.adjust(50)
        yield* Fiber.interruptAll(readers.slice(0, 25))
        yield* TestClock.adjust(50)
        const results = yield* Effect.forEach(readers.slice(25), joined)
        assert.isTrue(results.every((result) => result.value === 1))
        assert.deepStrictEqual([log.begun, strategies(), metric("computes")], [1, 50, 1])
        assert.deepStrictEqual(running(), { flights: 0, background: 0, computes: 0 })
      }).pipe(Effect.provideService(Scheduler.MaxOpsBeforeYield, ops)))

    it.effect(`a reader interrupted at any step leaves no compute behind, yielding after ${ops}`, () =>
      Effect.gen(function*() {
        for (let steps = 0; steps < 60; steps++) {
          const { cache, running, strategies } = yield* open()
          const { log, never } = source()
          const reader = yield* Effect.forkChild(cache.get("k", never))
          for (let i = 0; i < steps; i++) yield* Effect.yieldNow
          yield* Fiber.interrupt(reader)
          yield* TestClock.adjust(0)
          yield* Effect.repeat(Effect.yieldNow, { times: 20 })
          assert.deepStrictEqual([log.running, running().flights], [0, 0], `after ${steps} steps`)
          assert.strictEqual(log.begun, log.interrupted)
          assert.isAtMost(strategies(), 1)
        }
      }).pipe(Effect.provideService(Scheduler.MaxOpsBeforeYield, ops)))
  }
})

describe("one key at a time", () => {
  it.effect("holds after an interruption whose finalizer is slow", () =>
    Effect.gen(function*() {
      const { cache } = yield* open()
      const { compute, counted, log } = source(10)
      const slow = counted(() => Effect.onInterrupt(Effect.never, () => Effect.sleep(500)))
      const gone = yield* begin(cache.get("k", slow))
      const leaving = yield* begin(Fiber.interrupt(gone))
      yield* TestClock.adjust(100)
      yield* joined(leaving) // the reader is gone at once
      const next = yield* times(10, begin(cache.get("k", compute, { refresh: "force" })))
      yield* TestClock.adjust(399)
      assert.strictEqual(log.begun, 1)
      yield* TestClock.adjust(11)
      assert.deepStrictEqual((yield* Effect.forEach(next, joined)).map((each) => each.value), Array(10).fill(2))
      assert.deepStrictEqual([log.begun, log.most], [2, 1])
    }))

  it.effect("holds for a compute that cannot be interrupted; its readers are free all the same", () =>
    Effect.gen(function*() {
      const { cache } = yield* open()
      const { compute, counted, log } = source(10)
      const stubborn = counted(() => Effect.uninterruptible(Effect.sleep(25_000)))
      const first = yield* begin(Effect.flip(cache.get("k", stubborn)))
      yield* TestClock.adjust(10_000)
      assert.strictEqual((yield* joined(first)).reason._tag, "HardTimeout")
      const second = yield* begin(Effect.flip(cache.get("k", compute)))
      yield* TestClock.adjust(10_000)
      assert.strictEqual((yield* joined(second)).reason._tag, "HardTimeout")
      const third = yield* begin(cache.get("k", compute))
      yield* TestClock.adjust(10_010)
      assert.strictEqual((yield* joined(third)).value, 2)
      assert.strictEqual(log.most, 1)
    }))
})

describe("a cache that closes", () => {
  it.effect("interrupts and awaits every compute and tells those who wait", () =>
    Effect.gen(function*() {
      const { log, never } = source()
      const readers = yield* Effect.scoped(Effect.gen(function*() {
        const { cache } = yield* open()
        yield* cache.set("stale", 0)
        yield* TestClock.adjust(1500)
        yield* cache.get("stale", never)
        const readers = yield* times(100, begin(Effect.flip(cache.get("k", never))))
        assert.strictEqual(log.running, 2)
        return readers
      }))
      const reasons = (yield* Effect.forEach(readers, joined)).map((error) => error.reason._tag)
      assert.deepStrictEqual(new Set(reasons), new Set(["Closed"]))
      assert.deepStrictEqual([log.begun, log.interrupted, log.running], [2, 2, 0])
    }))

  it.effect("answers readers who come too late with Closed, or with what it holds", () =>
    Effect.gen(function*() {
      const { cache } = yield* Effect.scoped(Effect.tap(open(), ({ cache }) => cache.set("k", 1)))
      const compute = Effect.succeed(2)
      assert.strictEqual((yield* cache.get("k", compute)).value, 1)
      const exit = yield* Effect.exit(cache.get("l", compute))
      assert.isTrue(Exit.isFailure(exit) && exit.cause.reasons.every((reason) => reason._tag === "Fail"))
    }))
})
