/**
 * The cache over Redis in one line: memory in front, Redis behind, odds shared.
 *
 * Takes the place of `SmartCache.layer` when there is more than one process; nothing
 * else of an application changes.
 */
import * as CacheConfig from "@smart-cache/core/CacheConfig"
import * as SmartCache from "@smart-cache/core/SmartCache"
import type * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as IoRedis from "./IoRedis.ts"
import * as RedisStore from "./RedisStore.ts"
import * as SharedVix from "./SharedVix.ts"

export interface Options extends SmartCache.Options {
  /** Where Redis is, and how long it may take. */
  readonly redis: IoRedis.Options
  /** How entries lie there. */
  readonly store?: RedisStore.Options | undefined
}

/** A cache, what it is made of, and the client that it talks to Redis with. */
export type Services = SmartCache.SmartCache | SmartCache.Services | IoRedis.IoRedis

const compose = <E>(
  options: Omit<SmartCache.Options, "config">,
  store: RedisStore.Options,
  config: Layer.Layer<CacheConfig.CacheConfig, E>,
  redis: Layer.Layer<IoRedis.IoRedis, E>
): Layer.Layer<Services, E> =>
  SmartCache.layerOn(options, {
    config,
    // One client for all three: a layer that is provided several times is built once.
    store: Layer.provide(RedisStore.layerTiered(store), redis),
    guard: Layer.provide(SharedVix.layer({ namespace: store.namespace }), redis)
  }).pipe(Layer.provideMerge(redis))

/**
 * A cache that many processes share; wrong options throw here, at construction.
 *
 * The layer builds while Redis is absent: reads compute until it answers.
 *
 * @example
 * ```ts
 * program.pipe(Effect.provide(RedisCache.layer({ redis: { url: "redis://127.0.0.1:6379" } })))
 * ```
 */
export const layer = (options: Options): Layer.Layer<Services> =>
  compose(options, options.store ?? {}, CacheConfig.layer(options.config), IoRedis.layer(options.redis))

/**
 * The same with everything from the environment: `REDIS_URL` and its like (`IoRedis.layerConfig`), the settings
 * (`SMART_CACHE_TTL`, …), and `SMART_CACHE_NAMESPACE`, `SMART_CACHE_STALENESS`, `SMART_CACHE_SECRET`,
 * `SMART_CACHE_COMPRESS_FROM`, `SMART_CACHE_MAX_VALUE_BYTES` of the store.
 */
export const layerConfig = (
  options: Omit<Options, "config" | "redis" | "store"> = {}
): Layer.Layer<Services, Config.ConfigError> =>
  Layer.unwrap(Effect.map(
    RedisStore.config,
    (store) => compose<Config.ConfigError>(options, store, CacheConfig.layerConfig, IoRedis.layerConfig)
  ))
