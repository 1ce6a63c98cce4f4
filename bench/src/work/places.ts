/** The caches whose work is counted. */
import * as CacheConfig from "@smart-cache/core/CacheConfig"
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as TagGraph from "@smart-cache/core/TagGraph"
import * as IoRedis from "@smart-cache/redis/IoRedis"
import * as RedisCache from "@smart-cache/redis/RedisCache"
import * as RedisStore from "@smart-cache/redis/RedisStore"
import * as Layer from "effect/Layer"
import type { Place } from "./scenario.ts"

const graph = TagGraph.make({ events: { rain: ["pitch"] }, markets: { goals: ["pitch"], corners: ["pitch"] } })

export const namespace = "work"

/** Looks at the server come between nothing then. */
const quiet = "1 hour"

/** A slow machine is no failure of the store, and what never ends is not to end while it is counted. */
const patient = { storeTimeout: "10 seconds", hardTimeout: "10 minutes" } as const

/** Caches by their place; those over Redis bring their client. */
export const layers = (url: string) => {
  const redis = IoRedis.layer({ url, commandTimeout: "10 seconds" })
  const store = Layer.provide(RedisStore.layer({ namespace, staleness: quiet }), redis)
  return {
    // Such a β lets what took milliseconds be refreshed early; what took none never is.
    memory: SmartCache.layer({ graph, config: { ...patient, beta: 1000 } }),
    "memory that ages": SmartCache.layer({ graph, config: { ...patient, ttl: "50 millis", staleFactor: 1000 } }),
    redis: Layer.merge(SmartCache.layerOn({ graph }, { config: CacheConfig.layer(patient), store }), redis),
    "memory over redis": RedisCache.layer({
      graph,
      config: patient,
      redis: { url, commandTimeout: "10 seconds" },
      store: { namespace: "work-tiered", staleness: quiet }
    })
  } as const satisfies Record<Place, Layer.Layer<SmartCache.SmartCache | SmartCache.Services>>
}
