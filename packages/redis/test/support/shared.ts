/** A server that the tests of a file share, and caches' stores on it. */
import { afterAll, beforeAll, it } from "@effect/vitest"
import * as CacheConfig from "@smart-cache/core/CacheConfig"
import * as CacheMetrics from "@smart-cache/core/CacheMetrics"
import type * as CacheStore from "@smart-cache/core/CacheStore"
import * as TtlPolicy from "@smart-cache/core/TtlPolicy"
import * as IoRedis from "@smart-cache/redis/IoRedis"
import * as RedisStore from "@smart-cache/redis/RedisStore"
import { Effect, Exit, Layer, Scope } from "effect"
import type { Time } from "../../../core/test/contract/Time.ts"

/** Opens something before the tests of a file and closes it after them; to be asked inside of tests only. */
export const shared = <A, E>(open: Effect.Effect<A, E, Scope.Scope>): () => A => {
  const scope = Scope.makeUnsafe()
  let opened: A | undefined
  beforeAll(async () => {
    opened = await Effect.runPromise(Effect.provideService(open, Scope.Scope, scope))
  }, 60_000)
  afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)), 60_000)
  return () => {
    if (opened === undefined) throw new Error("asked before the tests began")
    return opened
  }
}

let namespaces = 0

/** A namespace of its own in this run of this file. */
export const freshNamespace = (): string => `test-${process.pid}-${++namespaces}`

export type Tiers = "redis" | "memory over redis"

/** A store with a namespace of its own each time it is built. */
export const storeOn = (
  url: () => string,
  tiers: Tiers,
  options: Omit<RedisStore.Options, "namespace"> = {}
): Layer.Layer<CacheStore.CacheStore> =>
  Layer.unwrap(Effect.sync(() => {
    const all = { ...options, namespace: freshNamespace() }
    const store = tiers === "redis" ? RedisStore.layer(all) : RedisStore.layerTiered(all)
    return store.pipe(
      Layer.provide(IoRedis.layer({ url: url(), commandTimeout: "2 seconds" })),
      Layer.provide(CacheMetrics.layer),
      Layer.provide([CacheConfig.layer(), TtlPolicy.layer(TtlPolicy.fixed(60_000))])
    )
  }))

/** The clock on the wall; leases as short as a busy machine allows. */
export const liveTime: Time = {
  test: (name, body) => it.live(name, body),
  elapse: (millis) => Effect.sleep(millis + 1),
  lease: 200,
  histories: 25
}
