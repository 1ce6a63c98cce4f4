import { assert, describe, it } from "@effect/vitest"
import * as PromiseCache from "@smart-cache/core/PromiseCache"
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as TtlPolicy from "@smart-cache/core/TtlPolicy"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"

const over = (config: Parameters<typeof SmartCache.layer>[0] = {}) => Effect.provide(SmartCache.layer(config))

/** What memory answers is there before anything else runs. */
const atOnce = <A>(promise: Promise<A>): Promise<A | "later"> =>
  Promise.race([promise, Promise.resolve().then((): "later" => "later")])

/** What a promise is rejected with; whoever throws instead fails the test. */
const rejected = (read: () => Promise<unknown>): Effect.Effect<unknown> =>
  Effect.promise(() => read().then(() => undefined, (error: unknown) => error))

describe("promises of a cache", () => {
  it.effect("are kept by one compute for all readers, then by memory at once", () =>
    Effect.gen(function*() {
      const cache = yield* PromiseCache.promises
      let computes = 0
      const read = () => cache.get("k", async () => ++computes)
      const first = yield* Effect.promise(() => Promise.all([read(), read(), read()]))
      assert.deepStrictEqual(first.map(({ value }) => value), [1, 1, 1])
      const hit = yield* Effect.promise(() => atOnce(read()))
      assert.notStrictEqual(hit, "later")
      const { metadata, value } = hit as Exclude<typeof hit, "later">
      assert.deepStrictEqual([value, metadata.strategy, metadata.source, computes], [1, "serve_fresh", "memory", 1])
    }).pipe(over()))

  it.effect("are kept together where many ask at once: one computes, and a failure is everybody's", () =>
    Effect.gen(function*() {
      const cache = yield* PromiseCache.promises
      const problem = new Error("no such price")
      const crowd = <A>(key: string, compute: () => Promise<A>) =>
        Effect.promise(() => Promise.allSettled(Array.from({ length: 1000 }, () => cache.get(key, compute))))
      let computes = 0
      const good = yield* crowd("good", async () => ++computes)
      const seen = good.map((each) =>
        each.status === "fulfilled" ? `${each.value.value} ${each.value.metadata.source}` : each
      )
      assert.deepStrictEqual(seen, ["1 compute", ...Array.from({ length: 999 }, () => "1 in_flight")])
      const bad = yield* crowd("bad", () => {
        computes++
        return Promise.reject(problem)
      })
      assert.isTrue(bad.every((each) => each.status === "rejected" && each.reason === problem))
      assert.strictEqual(computes, 2)
    }).pipe(over()))

  it.effect("tell the same story as the cache's own reads: counted, refused, bypassed and refreshed alike", () =>
    Effect.gen(function*() {
      const effects = yield* SmartCache.SmartCache
      const cache = yield* PromiseCache.promises
      yield* effects.get("k", Effect.succeed("old"))
      yield* TestClock.adjust(90_000)
      const stale = yield* Effect.promise(() => cache.get("k", () => "new"))
      assert.deepStrictEqual([stale.value, stale.metadata.strategy, stale.metadata.refresh], [
        "old",
        "serve_stale",
        "stale"
      ])
      const again = yield* Effect.promise(() => cache.get("k", () => "newer"))
      assert.deepStrictEqual([again.value, again.metadata.strategy], ["new", "serve_fresh"])
      const forced = yield* Effect.promise(() => cache.get("k", () => "forced", { refresh: "force" }))
      assert.deepStrictEqual([forced.value, forced.metadata.reason], ["forced", "forced"])
      assert.include(String(yield* rejected(() => cache.get("", () => 1))), "key")
      const explained = yield* Effect.promise(() => cache.explain("k"))
      assert.strictEqual(explained.decision.reason, "hit")
    }).pipe(over({ config: { ttl: "1 minute", staleFactor: 1 } })))

  it.effect("break with the very error of the compute, thrown or rejected", () =>
    Effect.gen(function*() {
      const cache = yield* PromiseCache.promises
      const problem = new Error("no such price")
      const broken = [
        () => {
          throw problem
        },
        () => Promise.reject(problem)
      ]
      for (const [i, compute] of broken.entries()) {
        assert.strictEqual(yield* rejected(() => cache.get(`k${i}`, compute)), problem)
      }
    }).pipe(over()))

  it.effect("break, and throw nothing, whatever goes wrong on the way", () => {
    let policy: "sound" | "broken" = "sound"
    const ttl = TtlPolicy.byValue(() => {
      if (policy === "broken") throw new Error("no policy")
      return "1 minute"
    })
    return Effect.gen(function*() {
      const cache = yield* PromiseCache.promises
      yield* Effect.promise(() => cache.get("k", () => 1, { deadline: 1e9 }))
      policy = "broken"
      const reads = [() => cache.get("k", () => 1, { deadline: 1e8 }), () => cache.get(undefined as never, () => 1)]
      for (const read of reads) assert.instanceOf(yield* rejected(read), Error)
    }).pipe(over({ ttl }))
  })

  it.effect("write, drop and read many", () =>
    Effect.gen(function*() {
      const cache = yield* PromiseCache.promises
      const kept = yield* Effect.promise(async () => {
        await cache.set("a", 1, { tags: ["t"] })
        await cache.set("b", 2)
        const report = await cache.invalidate({ _tag: "Tags", tags: ["t"] })
        const all = await cache.getMany(["a", "b", "c"], async (missing) => new Map(missing.map((key) => [key, 9])))
        return { dropped: report.dropped, values: [...all.values()].map(({ value }) => value) }
      })
      assert.deepStrictEqual(kept, { dropped: 1, values: [9, 2, 9] })
    }).pipe(over()))
})

describe("a cache made for promises", () => {
  it("is closed by its owner, and what still computes then is aborted", async () => {
    const cache = await PromiseCache.make(SmartCache.layer())
    const begun = Deferred.makeUnsafe<AbortSignal>()
    const reading = cache.get("k", (signal) => {
      Deferred.doneUnsafe(begun, Exit.succeed(signal))
      return new Promise(() => {})
    }).catch((error: unknown) => error)
    const signal = await Effect.runPromise(Deferred.await(begun))
    await cache.close()
    assert.isTrue(signal.aborted)
    assert.include(String(await reading), "clos")
  })

  it("says why its layer cannot be built", async () => {
    const failing = Layer.effect(SmartCache.SmartCache, Effect.fail("no store"))
    const error = await PromiseCache.make(failing).catch((error: unknown) => error)
    assert.strictEqual(error, "no store")
  })
})
