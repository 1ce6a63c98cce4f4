/** Caches over a server that may fail, each with a client of its own as in a process of its own. */
import * as CacheConfig from "@smart-cache/core/CacheConfig"
import * as CacheMetrics from "@smart-cache/core/CacheMetrics"
import * as CacheStore from "@smart-cache/core/CacheStore"
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as IoRedis from "@smart-cache/redis/IoRedis"
import * as RedisCache from "@smart-cache/redis/RedisCache"
import * as RedisStore from "@smart-cache/redis/RedisStore"
import { Context, Effect, Layer, Redacted } from "effect"
import { freshNamespace, type Tiers } from "../../support/shared.ts"

/** Of every server and client: where it is seen, a credential was seen. */
export const password = "canary-of-a-password"

/** Arguments and access of a server with that password. */
export const locked = { args: ["--requirepass", password], access: { password } }

/** Commands of a client that gives up only where the machine is not merely busy. */
export const patient = { commandTimeout: "1 second" } as const

/** No read may take longer, milliseconds. */
export const hardTimeout = 3000

/** How long memory may serve what was invalidated elsewhere, milliseconds. */
export const staleness = 2000

export interface Options {
  readonly tiers: Tiers
  readonly port: number
  readonly namespace?: string | undefined
  readonly store?: Omit<RedisStore.Options, "namespace"> | undefined
  readonly config?: CacheConfig.Options | undefined
  readonly redis?: Omit<IoRedis.Options, "url"> | undefined
}

export interface Cached {
  readonly cache: SmartCache.Shape
  readonly metrics: Effect.Effect<Readonly<Record<string, number>>>
  readonly store: CacheStore.Shape
}

const layerOf = (
  options: Options,
  namespace: string
): Layer.Layer<SmartCache.SmartCache | CacheMetrics.CacheMetrics | CacheStore.CacheStore> => {
  const config = { hardTimeout, ttl: "10 minutes" as const, ...options.config }
  const store = { staleness, namespace, ...options.store }
  const redis = { url: `redis://:${password}@127.0.0.1:${options.port}`, ...options.redis }
  return options.tiers === "memory over redis"
    ? RedisCache.layer({ config, store, redis })
    : SmartCache.layerOn<never>({}, {
      config: CacheConfig.layer(config),
      store: Layer.provide(RedisStore.layer(store), IoRedis.layer(redis))
    })
}

const numbers = (snapshot: CacheMetrics.Snapshot): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(snapshot).map(([name, value]) => [name, Number(value)]))

/** A cache in the scope of the test. */
export const open = Effect.fnUntraced(function*(options: Options) {
  const context = yield* Layer.build(layerOf(options, options.namespace ?? freshNamespace()))
  const metrics = Context.get(context, CacheMetrics.CacheMetrics)
  const cached: Cached = {
    cache: Context.get(context, SmartCache.SmartCache),
    metrics: Effect.map(metrics.snapshot, numbers),
    store: Context.get(context, CacheStore.CacheStore)
  }
  return cached
})

export const secret = Redacted.make("a secret of the caches")
