/** Many keys at once: one batch for what must be computed, nothing twice. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { begin, joined, open, source } from "./SmartCacheSupport.ts"

/** A batch source: each key's value is its name in capitals, with what it was asked for. */
const batches = (millis = 100) => {
  const { counted, log } = source(millis)
  const asked: Array<ReadonlyArray<string>> = []
  const compute = (keys: ReadonlyArray<string>) =>
    counted(() => {
      asked.push(keys)
      return Effect.as(Effect.sleep(millis), new Map(keys.map((key) => [key, key.toUpperCase()])))
    })
  return { asked, compute, log }
}

const lacking = () => Effect.delay(Effect.succeed(new Map([["a", 1]])), 10)

const valuesOf = <A>(results: ReadonlyMap<string, { readonly value: A }>) =>
  Array.from(results, ([key, { value }]) => [key, value] as const)

describe("getMany", () => {
  it.effect("computes what is missing in one batch, keeps the order of the keys, and asks for nothing twice", () =>
    Effect.gen(function*() {
      const { cache, strategies } = yield* open()
      const { asked, compute, log } = batches()
      yield* cache.set("b", "held")
      const reader = yield* begin(cache.getMany(["c", "b", "a", "c", "d"], compute))
      yield* TestClock.adjust(100)
      const results = yield* joined(reader)
      assert.deepStrictEqual(valuesOf(results), [["c", "C"], ["b", "held"], ["a", "A"], ["d", "D"]])
      assert.deepStrictEqual(asked, [["c", "a", "d"]])
      assert.deepStrictEqual([log.begun, strategies()], [1, 4])
      assert.strictEqual((yield* cache.getMany(["a", "c", "d"], () => Effect.die("held"))).size, 3)
    }))

  it.effect("joins computes of others, and others join its own", () =>
    Effect.gen(function*() {
      const { cache } = yield* open()
      const { asked, compute } = batches()
      const single = source(100)
      const first = yield* begin(cache.get("a", single.compute))
      const many = yield* begin(cache.getMany(["a", "b", "c"], compute))
      const more = yield* begin(cache.getMany(["b", "c", "d"], compute))
      const last = yield* begin(cache.get("c", Effect.die("joined")))
      yield* TestClock.adjust(100)
      assert.strictEqual((yield* joined(first)).value, 1)
      assert.deepStrictEqual(valuesOf<unknown>(yield* joined(many)), [["a", 1], ["b", "B"], ["c", "C"]])
      assert.deepStrictEqual(valuesOf(yield* joined(more)), [["b", "B"], ["c", "C"], ["d", "D"]])
      assert.strictEqual((yield* joined(last)).value, "C")
      assert.deepStrictEqual(asked, [["b", "c"], ["d"]])
    }))

  it.effect("refreshes stale values behind in one batch", () =>
    Effect.gen(function*() {
      const { cache } = yield* open()
      const { asked, compute } = batches()
      for (const key of ["a", "b", "c"]) yield* cache.set(key, "old")
      yield* TestClock.adjust(1500)
      const results = yield* cache.getMany(["a", "b", "c"], compute)
      assert.deepStrictEqual(Array.from(results.values(), (result) => result.value), ["old", "old", "old"])
      yield* TestClock.adjust(100)
      assert.deepStrictEqual(asked, [["a", "b", "c"]])
      assert.strictEqual((yield* cache.get("b", Effect.die("fresh"))).value, "B")
    }))

  it.effect("fails with the batch's own error, once for all", () =>
    Effect.gen(function*() {
      const { cache, running } = yield* open()
      const { counted, log } = source()
      const error = { _tag: "Down" } as const
      const failing = () => counted(() => Effect.andThen(Effect.sleep(100), Effect.fail(error)))
      const many = yield* begin(Effect.flip(cache.getMany(["a", "b"], failing)))
      const other = yield* begin(Effect.flip(cache.get("b", Effect.die("joined"))))
      yield* TestClock.adjust(100)
      assert.strictEqual(yield* joined(many), error)
      assert.strictEqual(yield* joined(other), error as never)
      assert.deepStrictEqual([log.begun, running().flights], [1, 0])
    }))

  it.effect("serves what can stand in when the batch fails", () =>
    Effect.gen(function*() {
      const { cache } = yield* open()
      for (const key of ["a", "b"]) yield* cache.set(key, "old")
      yield* TestClock.adjust(2500)
      const reader = yield* begin(cache.getMany(["a", "b"], () => Effect.delay(Effect.fail("down"), 10)))
      yield* TestClock.adjust(10)
      const results = yield* joined(reader)
      assert.deepStrictEqual(
        Array.from(results.values(), ({ metadata }) => metadata.reason),
        ["compute_failed", "compute_failed"]
      )
    }))

  it.effect("fails typed, naming the key, when the answer lacks one; the others are stored", () =>
    Effect.gen(function*() {
      const { cache } = yield* open()
      const reader = yield* begin(Effect.flip(cache.getMany(["a", "b"], lacking)))
      yield* TestClock.adjust(10)
      const error = yield* joined(reader)
      assert.strictEqual(error.reason._tag, "ComputeDied")
      assert.match(error.message, /"b"/)
      assert.strictEqual((yield* cache.get("a", Effect.succeed(2))).value, 1)
    }))

  it.effect("may be interrupted: nobody else loses anything, and without others the batch is interrupted", () =>
    Effect.gen(function*() {
      const { cache, running } = yield* open()
      const { compute, log } = batches()
      const many = yield* begin(cache.getMany(["a", "b"], compute))
      yield* TestClock.adjust(50)
      const other = yield* begin(cache.get("b", Effect.die("joined")))
      yield* Fiber.interrupt(many)
      yield* TestClock.adjust(50)
      assert.strictEqual((yield* joined(other)).value, "B")
      const alone = yield* begin(cache.getMany(["c", "d"], compute))
      yield* TestClock.adjust(50)
      yield* Fiber.interrupt(alone)
      yield* TestClock.adjust(0)
      assert.deepStrictEqual([log.begun, log.interrupted, log.running, running().flights], [2, 1, 0, 0])
    }))

  it.effect("takes a context for each key", () =>
    Effect.gen(function*() {
      const { cache } = yield* open()
      const reader = yield* begin(
        cache.getMany(["a", "b"], batches(10).compute, (key) => ({ tags: [`tag of ${key}`] }))
      )
      yield* TestClock.adjust(10)
      yield* joined(reader)
      assert.deepStrictEqual((yield* cache.explain("b")).held!.tags, ["tag of b"])
    }))
})
