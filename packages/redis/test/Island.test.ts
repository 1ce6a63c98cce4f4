import { assert, describe, it } from "@effect/vitest"
import * as CacheMetrics from "@smart-cache/core/CacheMetrics"
import * as CacheStore from "@smart-cache/core/CacheStore"
import * as Invalidation from "@smart-cache/core/Invalidation"
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as RedisCache from "@smart-cache/redis/RedisCache"
import { Effect, Layer, Scope } from "effect"
import { eventually } from "./servers/client.ts"
import { single } from "./servers/single.ts"
import { freshNamespace } from "./support/shared.ts"

const staleness = 1000

/** Does something again until what it says holds. */
const until = <A, E, R>(effect: Effect.Effect<A, E, R>, holds: (value: A) => boolean) =>
  eventually(Effect.flatMap(Effect.orDie(effect), (value) => holds(value) ? Effect.void : Effect.fail("not yet")))

/** A cache of a process of its own; reads take what `source` makes, which is counted. */
const open = Effect.fnUntraced(function*(
  url: string,
  namespace: string,
  { onStoreError = "allow", trust = staleness }: {
    readonly onStoreError?: "allow" | "fail"
    readonly trust?: number
  } = {}
) {
  const layer = RedisCache.layer({
    redis: { url },
    store: { namespace, staleness: trust },
    config: { ttl: "1 minute", onStoreError }
  })
  const services = yield* Layer.buildWithScope(Layer.fresh(layer), yield* Scope.Scope)
  return yield* Effect.provideContext(
    Effect.gen(function*() {
      const cache = yield* SmartCache.SmartCache
      const metrics = yield* CacheMetrics.CacheMetrics
      let computes = 0
      const read = (key: string) => cache.get(key, Effect.sync(() => ++computes), { tags: ["x"] })
      return { cache, metrics, read, computes: () => computes, store: yield* CacheStore.CacheStore }
    }),
    services
  )
})

describe("while Redis is away", () => {
  it.live("a process computes a key once in `staleness`, and no value is older", () =>
    Effect.gen(function*() {
      const server = yield* single()
      const { computes, read } = yield* open(server.url, freshNamespace())
      yield* server.stop
      const began = performance.now()
      const ages: Array<number> = []
      const madeAt = new Map<number, number>()
      while (performance.now() - began < 3 * staleness) {
        const { value } = yield* read("k")
        const now = performance.now()
        if (!madeAt.has(value)) madeAt.set(value, now)
        ages.push(now - madeAt.get(value)!)
        yield* Effect.sleep(5)
      }
      assert.isAtLeast(computes(), 3)
      assert.isBelow(computes(), 6, `${ages.length} reads`)
      assert.isAtMost(Math.max(...ages), staleness)
    }))

  it.live("nothing of it reaches Redis, nor outlives its return for longer", () =>
    Effect.gen(function*() {
      const server = yield* single()
      const namespace = freshNamespace()
      const here = yield* open(server.url, namespace)
      yield* server.stop
      assert.strictEqual((yield* here.read("k")).value, 1)
      yield* server.restart
      assert.deepStrictEqual(yield* server.call("KEYS", `${namespace}:[vw]:*`), [])
      yield* Effect.sleep(staleness)
      yield* until(
        Effect.flatMap(here.read("k"), () => server.call("KEYS", `${namespace}:[vw]:*`)),
        (names) => (names as ReadonlyArray<string>).length === 1
      )
    }))

  it.live("an invalidation that is acknowledged again clears it at once, and what was being computed", () =>
    Effect.gen(function*() {
      const server = yield* single()
      const namespace = freshNamespace()
      const here = yield* open(server.url, namespace, { trust: 60_000 })
      const there = yield* open(server.url, namespace)
      yield* server.pause
      yield* here.read("k")
      assert.strictEqual((yield* here.read("k")).metadata.source, "memory")
      yield* server.resume
      yield* until(Effect.exit(there.cache.invalidate(Invalidation.tags("x"))), (exit) => exit._tag === "Success")
      yield* until(Effect.sync(() => here.store.peek("k")), (entry) => entry === undefined)
      assert.strictEqual((yield* here.read("k")).value, 2)
    }))

  it.live("failures of the store are counted, and fail the read where that is wanted", () =>
    Effect.gen(function*() {
      const server = yield* single()
      const allowing = yield* open(server.url, freshNamespace())
      const failing = yield* open(server.url, freshNamespace(), { onStoreError: "fail" })
      yield* server.stop
      yield* allowing.read("k")
      assert.isAbove(Number(allowing.metrics.value("store_errors")), 0)
      const error = yield* Effect.flip(failing.read("k"))
      assert.strictEqual(error.reason._tag, "StoreFailed")
      assert.strictEqual(failing.computes(), 0)
    }))
})
