/** Readers who ask alike at once: what they share costs less, and is otherwise what each would have had alone. */
import { assert, describe, it } from "@effect/vitest"
import type { CacheStore } from "@smart-cache/core"
import type { CacheResult } from "@smart-cache/core/CacheResult"
import * as Invalidation from "@smart-cache/core/Invalidation"
import type { ReadContext } from "@smart-cache/core/ReadContext"
import { Arbitrary } from "effect"
import * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Random from "effect/Random"
import * as Scheduler from "effect/Scheduler"
import * as TestClock from "effect/testing/TestClock"
import { settle } from "../src/internal/later.ts"
import { either, integer, oneOf } from "./arbitraries.ts"
import { begin, joined, memory, open, source } from "./SmartCacheSupport.ts"

type Cache = Effect.Success<ReturnType<typeof open>>

/** A store whose looks are done at once and answered after so many milliseconds, or never. */
const dawdling = (millis: number, log = { looks: 0 }) => (store: CacheStore.Shape): CacheStore.Shape => ({
  ...store,
  read: (subject, applicant) =>
    Effect.tap(store.read(subject, applicant), () => {
      log.looks++
      return Effect.sleep(millis)
    })
})

const herd = <A, E, R>(size: number, read: Effect.Effect<A, E, R>) =>
  Effect.forEach(Array.from({ length: size }), () => begin(read))

/** Reads without a fiber; the ending, once there is one. */
const awaited = (
  { cache }: Cache,
  key: string,
  compute: Effect.Effect<unknown, unknown>,
  context: ReadContext,
  services: Context.Context<never>
) => {
  const read: { endings: Array<Exit.Exit<CacheResult<unknown>, unknown>> } = { endings: [] }
  const left = cache.begin(key, compute, context, services)
  const done = (exit: Exit.Exit<CacheResult<unknown>, unknown>) => void read.endings.push(exit)
  if (Effect.isEffect(left)) settle(left, services, done)
  else done(Exit.succeed(left))
  return read
}

describe("readers who ask alike at once", () => {
  it.effect("look once and compute once, and each is counted", () =>
    Effect.gen(function*() {
      const log = { looks: 0 }
      const { cache, metric, strategies } = yield* open({ store: dawdling(10, log) })
      const { compute, log: computes } = source(100)
      const readers = yield* herd(5, cache.get("k", compute))
      yield* TestClock.adjust(110)
      const results = yield* Effect.forEach(readers, joined)
      assert.deepStrictEqual(results.map(({ value }) => value), [1, 1, 1, 1, 1])
      assert.deepStrictEqual([log.looks, computes.begun, strategies(), metric("coalesced_waiters")], [1, 1, 5, 4])
    }))

  it.effect("know what was found before what they wait for ends, even when that is at once", () =>
    Effect.gen(function*() {
      const { cache, metric } = yield* open({ store: dawdling(10) })
      const readers = yield* herd(3, cache.get("k", Effect.succeed(1)))
      yield* TestClock.adjust(10)
      const sources = (yield* Effect.forEach(readers, joined)).map(({ metadata }) => metadata.source)
      assert.deepStrictEqual([sources, metric("coalesced_waiters")], [["compute", "in_flight", "in_flight"], 2])
    }))

  it.effect("do not share with whoever comes after an invalidation", () =>
    Effect.gen(function*() {
      const { cache } = yield* open({ store: dawdling(10) })
      const { compute, log } = source(100)
      const early = yield* herd(2, cache.get("k", compute))
      yield* TestClock.adjust(10)
      for (const what of [Invalidation.key("k"), Invalidation.tags("t"), Invalidation.prefix("k"), Invalidation.all]) {
        yield* cache.invalidate(what)
      }
      const late = yield* herd(2, cache.get("k", compute, { tags: ["t"] }))
      yield* TestClock.adjust(1000)
      const values = (yield* Effect.forEach([...early, ...late], joined)).map(({ value }) => value)
      assert.deepStrictEqual([values, log.most], [[1, 1, 2, 2], 1])
    }))

  it.effect("are explained as those who wait, whenever they came", () =>
    Effect.gen(function*() {
      const { cache } = yield* open()
      const { compute } = source(100)
      yield* herd(3, cache.get("k", compute))
      yield* TestClock.adjust(1)
      yield* herd(4, cache.get("k", compute))
      assert.strictEqual((yield* cache.explain("k")).state.flight?.waiters, 7)
      yield* TestClock.adjust(100)
    }))
})

describe("the patience of a reader is its own", () => {
  it.effect("when another's hard timeout is over", () =>
    Effect.gen(function*() {
      const { cache } = yield* open({ config: { hardTimeout: 600 } })
      const { compute, log } = source(400)
      yield* begin(cache.get("k", compute))
      yield* TestClock.adjust(100)
      yield* cache.invalidate(Invalidation.key("k")) // whoever comes now waits for the next compute, 400 to 800
      const early = yield* herd(2, Effect.flip(cache.get("k", compute)))
      yield* TestClock.adjust(200)
      const late = yield* herd(2, cache.get("k", compute))
      yield* TestClock.adjust(600)
      for (const reader of early) assert.strictEqual((yield* joined(reader)).reason._tag, "HardTimeout")
      for (const reader of late) assert.strictEqual((yield* joined(reader)).value, 2)
      assert.deepStrictEqual([log.begun, log.interrupted], [2, 0])
    }))

  it.effect("when another's soft timeout is over and nothing may go on behind", () =>
    Effect.gen(function*() {
      const { cache } = yield* open({ config: { maxBackground: 0 } })
      const { compute, log } = source(150)
      yield* begin(cache.get("k", compute))
      yield* TestClock.adjust(2500)
      const early = yield* herd(2, cache.get("k", compute))
      yield* TestClock.adjust(80)
      const late = yield* herd(2, cache.get("k", compute))
      yield* TestClock.adjust(100)
      for (const reader of early) assert.strictEqual((yield* joined(reader)).metadata.reason, "compute_slow")
      for (const reader of late) assert.strictEqual((yield* joined(reader)).value, 2)
      assert.deepStrictEqual([log.begun, log.interrupted], [2, 0])
    }))

  it.effect("when one after the other leaves who looked for all", () =>
    Effect.gen(function*() {
      const { cache } = yield* open({ config: { hardTimeout: 800 }, store: dawdling(Infinity) })
      const readers = yield* herd(10, cache.get("k", Effect.never))
      for (const reader of readers.slice(0, -1)) {
        yield* TestClock.adjust(95) // a look may take a hundred
        reader.interruptUnsafe()
      }
      assert.strictEqual(readers.at(-1)!.pollUnsafe()?._tag, "Failure")
    }))
})

describe("a reader who comes as a compute fails", () => {
  it.effect("begins another one, though some have not heard of it yet", () =>
    Effect.gen(function*() {
      const { cache } = yield* open()
      const { counted, log } = source()
      const gate = yield* Latch.make()
      const fails = counted((n) => Effect.andThen(n === 1 ? gate.await : Effect.void, Effect.fail(n)))
      const read = cache.get("k", fails)
      const again = yield* begin(Effect.flip(Effect.catch(cache.get("k", fails, { tags: ["t"] }), () => read)))
      const others = yield* herd(2, Effect.flip(read))
      yield* gate.open
      yield* TestClock.adjust(0)
      assert.deepStrictEqual(yield* Effect.forEach([again, ...others], joined), [2, 1, 1])
      assert.strictEqual(log.begun, 2)
    }))
})

describe("whoever leaves", () => {
  it.effect("while it looks for all costs the others another look, and no failure", () =>
    Effect.gen(function*() {
      const log = { looks: 0 }
      const { cache } = yield* open({ store: dawdling(10, log) })
      const { compute, log: computes } = source(100)
      const [leader, ...others] = yield* herd(4, cache.get("k", compute))
      yield* TestClock.adjust(5)
      yield* Fiber.interrupt(leader!)
      yield* TestClock.adjust(110)
      for (const reader of others) assert.strictEqual((yield* joined(reader)).value, 1)
      assert.deepStrictEqual([log.looks, computes.begun], [2, 1])
    }))

  it.effect("while all wait takes nothing from the others, and the last one ends it", () =>
    Effect.gen(function*() {
      const { cache, running, strategies } = yield* open({ store: dawdling(10) })
      const { compute, log } = source(100)
      const readers = yield* herd(4, cache.get("k", compute))
      yield* TestClock.adjust(20)
      for (const reader of readers.slice(1)) yield* Fiber.interrupt(reader)
      assert.strictEqual(log.interrupted, 0)
      yield* Fiber.interrupt(readers[0]!)
      assert.deepStrictEqual([log.begun, log.interrupted, running().flights, strategies()], [1, 1, 0, 4])
    }))

  it.effect("because of what another was told leaves the rest their places", () =>
    Effect.gen(function*() {
      const { cache, strategies } = yield* open({ store: dawdling(10) })
      const { compute, log } = source(100)
      const readers: Array<Fiber.Fiber<CacheResult<number>>> = []
      const first = cache.get("k", compute)
      const killer = Effect.tap(first, () => Effect.sync(() => readers.slice(0, 3).forEach((r) => r.interruptUnsafe())))
      for (const read of [first, killer, first, first]) readers.push(yield* begin(read))
      yield* TestClock.adjust(110)
      assert.strictEqual((yield* joined(readers[3]!)).value, 1)
      assert.deepStrictEqual([log.begun, strategies()], [1, 4])
    }))
})

describe("whoever awaits a promise", () => {
  it.effect("is told once, and counted once, with those who have a fiber", () =>
    Effect.gen(function*() {
      const cache = yield* open({ store: dawdling(10) })
      const services = yield* Effect.context<never>()
      const { compute } = source(100)
      const { fails } = source(100)
      const reader = yield* begin(cache.cache.get("k", compute))
      const reads = [1, 2, 3].map(() => awaited(cache, "k", compute, {}, services))
      const failing = [1, 2, 3].map(() => awaited(cache, "f", fails("down"), {}, services))
      yield* Fiber.interrupt(reader)
      yield* TestClock.adjust(200)
      assert.deepStrictEqual(
        reads.map(({ endings }) => endings.map((exit) => Exit.isSuccess(exit) && exit.value.value)),
        [[1], [1], [1]]
      )
      assert.deepStrictEqual(failing.map(({ endings }) => endings), [1, 2, 3].map(() => [Exit.fail("down")]))
      assert.deepStrictEqual([cache.strategies(), cache.metric("cache_errors")], [7, 3])
    }))
})
