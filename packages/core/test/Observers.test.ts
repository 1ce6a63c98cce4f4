/** What a reader's observer throws is its own affair. */
import { assert, describe, it } from "@effect/vitest"
import type { CacheStore } from "@smart-cache/core"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { setImmediate } from "node:timers/promises"
import { begin, joined, open } from "./SmartCacheSupport.ts"

/** A store whose answers take 10 ms, with nothing in front of it. */
const slow = (memory: CacheStore.Shape): CacheStore.Shape => ({
  ...memory,
  peek: () => undefined,
  read: (subject, applicant) => Effect.delay(memory.read(subject, applicant), 10)
})

/** What nobody has caught, while an effect runs. */
const uncaught = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<ReadonlyArray<unknown>, E, R> =>
  Effect.acquireUseRelease(
    Effect.sync(() => {
      const others = process.listeners("uncaughtException")
      const caught: Array<unknown> = []
      process.removeAllListeners("uncaughtException").on("uncaughtException", (error) => caught.push(error))
      return { caught, others }
    }),
    ({ caught }) => Effect.as(Effect.andThen(effect, Effect.promise(() => setImmediate())), caught),
    ({ others }) =>
      Effect.sync(() => {
        process.removeAllListeners("uncaughtException")
        for (const other of others) process.on("uncaughtException", other)
      })
  )

describe("an observer of a reader that throws", () => {
  const fault = new Error("an observer's")
  const faulty = () => {
    throw fault
  }

  it.effect("keeps a value from nobody else, made or found, nor from who told it, and is not lost", () =>
    Effect.gen(function*() {
      const { cache } = yield* open({ store: slow })
      for (const source of ["compute", "memory"]) {
        const [leader, second, third] = yield* Effect.forEach([1, 2, 3], () => begin(cache.get("k", Effect.succeed(1))))
        second!.addObserver(faulty)
        assert.deepStrictEqual(yield* uncaught(TestClock.adjust(10)), [fault])
        assert.strictEqual((yield* joined(leader!)).metadata.source, source)
        assert.strictEqual((yield* joined(third!)).value, 1)
      }
    }))

  it.effect("rings for the others who wait until the same moment", () =>
    Effect.gen(function*() {
      const { cache } = yield* open({ config: { hardTimeout: 1000 } })
      const readers = yield* Effect.forEach(["a", "b"], (key) => begin(Effect.flip(cache.get(key, Effect.never))))
      readers[0]!.addObserver(faulty)
      assert.deepStrictEqual(yield* uncaught(TestClock.adjust(1000)), [fault])
      for (const reader of readers) assert.strictEqual((yield* joined(reader)).reason._tag, "HardTimeout")
    }))
})
