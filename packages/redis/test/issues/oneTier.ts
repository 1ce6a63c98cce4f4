/** A cache without a memory of its own: what it reads and stores, Redis has. */
import * as CacheConfig from "@smart-cache/core/CacheConfig"
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as IoRedis from "@smart-cache/redis/IoRedis"
import * as RedisStore from "@smart-cache/redis/RedisStore"
import { Context, Effect, Layer } from "effect"

/** A process of its own, in the test's scope. */
export const oneTier = (url: string, namespace: string) => {
  const store = Layer.provide(RedisStore.layer({ namespace }), IoRedis.layer({ url, commandTimeout: "2 seconds" }))
  const cache = SmartCache.layerOn<never>({}, { config: CacheConfig.layer({ ttl: "10 minutes" }), store })
  return Effect.map(Layer.build(Layer.fresh(cache)), (context) => Context.get(context, SmartCache.SmartCache))
}
