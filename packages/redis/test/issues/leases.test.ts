/** Leases whose reply got lost, that are taken by many at once, or that are given back at the end. */
import { assert, describe, it } from "@effect/vitest"
import * as Invalidation from "@smart-cache/core/Invalidation"
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as RedisCache from "@smart-cache/redis/RedisCache"
import { Context, Deferred, Effect, Exit, Fiber, Layer, Scope } from "effect"
import * as Faults from "../faults/support/caches.ts"
import { until } from "../servers/client.ts"
import { proxy } from "../servers/proxy.ts"
import { single } from "../servers/single.ts"
import * as Caches from "../stampede/caches.ts"
import { freshNamespace } from "../support/shared.ts"

/** A client gives up on a reply after 250 ms. */
const lost = 350

/** A lease that outlasts a busy machine. */
const config = { hardTimeout: "30 seconds", leaseTtl: "10 seconds" } as const

/** Whoever waits for a lease to end takes longer, milliseconds. */
const wellBelowALease = 5000

const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const began = performance.now()
    return Effect.map(effect, (result) => [result, performance.now() - began] as const)
  })

describe("a lease whose reply got lost", () => {
  for (const tiers of ["redis", "memory over redis"] as const) {
    it.live(`is its reader's own, who does not wait for it: ${tiers}`, () =>
      Effect.gen(function*() {
        const server = yield* single(Faults.locked)
        const { cache } = yield* Faults.open({ tiers, port: server.port, config })
        yield* cache.get("warm-up", Effect.succeed(1))
        yield* server.pause
        const reader = yield* Effect.forkChild(timed(cache.get("k", Effect.succeed(1))), { startImmediately: true })
        yield* Effect.sleep(lost)
        yield* server.resume
        const [, took] = yield* Fiber.join(reader)
        assert.isBelow(took, wellBelowALease)
      }))

    it.live(`is given back by who has computed without it: ${tiers}`, () =>
      Effect.gen(function*() {
        const server = yield* single(Faults.locked)
        const both = { tiers, port: server.port, namespace: freshNamespace(), config }
        const here = yield* Faults.open(both)
        const there = yield* Faults.open(both)
        yield* here.cache.get("warm-up", Effect.succeed(1))
        yield* there.cache.get("warm-up", Effect.succeed(1))
        yield* server.pause
        yield* here.cache.get("k", Effect.succeed(1), { refresh: "force" })
        yield* server.resume
        const [, took] = yield* timed(there.cache.get("k", Effect.succeed(1)))
        assert.isBelow(took, wellBelowALease)
      }))
  }
})

describe("processes that start cold and read one key at once", () => {
  it.live("compute it once", () =>
    Effect.gen(function*() {
      const server = yield* single()
      const computed: Array<number> = []
      for (let round = 0; round < 10; round++) {
        const setup = { url: server.url, store: { namespace: freshNamespace() } }
        const all = yield* Effect.all(Array.from({ length: 6 }, () => Caches.open(setup)), { concurrency: "unbounded" })
        let computes = 0
        const compute = Effect.suspend(() => Effect.delay(Effect.succeed(++computes), 100))
        yield* Effect.forEach(all, ({ cache }) => cache.get("k", compute), { concurrency: "unbounded" })
        computed.push(computes)
      }
      assert.deepStrictEqual(computed, Array.from(computed, () => 1))
    }))
})

describe("a first fill, that has to look at the marks of prefixes again", () => {
  it.live("keeps its lease until it stores, so that nobody computes in between", () =>
    Effect.gen(function*() {
      const server = yield* single()
      const door = yield* proxy(server)
      const store = { namespace: freshNamespace() }
      const near = yield* Caches.open({ url: server.url, store })
      yield* near.cache.invalidate(Invalidation.prefix("other:"))
      yield* near.cache.get("warm-up", Effect.succeed("warm"))
      const far = yield* Caches.open({ url: door.url, store })
      const begun = yield* Deferred.make<void>()
      const compute = Effect.gen(function*() {
        yield* Deferred.succeed(begun, undefined)
        yield* Effect.sleep(300)
        yield* door.set({ _tag: "Delay", millis: 500 })
        return "far"
      })
      const first = yield* Effect.forkChild(far.cache.get("k", compute))
      yield* Deferred.await(begun)
      assert.strictEqual((yield* near.cache.get("k", Effect.succeed("near"))).value, "far")
      assert.strictEqual((yield* Fiber.join(first)).value, "far")
    }))
})

describe("a cache that is closed while it computes", () => {
  it.live("gives its leases back side by side, not one after the other", () =>
    Effect.gen(function*() {
      const delay = 50
      const computes = 100
      const server = yield* single()
      const door = yield* proxy(server)
      const scope = yield* Scope.make()
      const namespace = freshNamespace()
      const layer = RedisCache.layer({ redis: { url: door.url, commandTimeout: "5 seconds" }, store: { namespace } })
      const cache = Context.get(yield* Layer.buildWithScope(layer, scope), SmartCache.SmartCache)
      let begun = 0
      const endless = Effect.suspend(() => {
        begun++
        return Effect.never
      })
      const keys = Array.from({ length: computes }, (_, i) => `k-${i}`)
      yield* Effect.forEach(keys, (key) => Effect.forkChild(Effect.exit(cache.get(key, endless))))
      yield* until(() => begun === computes)
      yield* door.set({ _tag: "Delay", millis: delay })
      const [, took] = yield* timed(Scope.close(scope, Exit.void))
      assert.isBelow(took, (computes * delay) / 2)
    }))
})
