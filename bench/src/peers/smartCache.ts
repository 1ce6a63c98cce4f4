/** This cache as code that awaits has it, in memory and with Redis behind it, for workloads that ask everybody the same. */
import * as Invalidation from "@smart-cache/core/Invalidation"
import * as PromiseCache from "@smart-cache/core/PromiseCache"
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as TtlPolicy from "@smart-cache/core/TtlPolicy"
import * as RedisCache from "@smart-cache/redis/RedisCache"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { quiet } from "./client.ts"
import type { Peer, Settings } from "./peer.ts"

/** Room for values of the bench's size. */
const maxBytes = 2 ** 32

const open = async <V>(
  { load, tagsOf }: Settings<V>,
  layer: Layer.Layer<SmartCache.SmartCache>
): Promise<Peer<V> & Pick<PromiseCache.Shape, "explain">> => {
  const runtime = ManagedRuntime.make(layer)
  const cache = await runtime.runPromise(PromiseCache.promises)
  const { health } = await runtime.runPromise(Effect.service(SmartCache.SmartCache))
  return {
    read: tagsOf === undefined
      ? async (key) => (await cache.get(key, () => load(key))).value
      : async (key) => (await cache.get(key, () => load(key), { tags: tagsOf(key) })).value,
    invalidateTag: (tag) => cache.invalidate(Invalidation.tags(tag)),
    check: async () => {
      const { problem, state } = await runtime.runPromise(health)
      if (state !== "ok") throw new Error(`smart-cache went on without its Redis: ${problem}`)
    },
    explain: cache.explain,
    close: () => runtime.dispose()
  }
}

const optionsOf = <V>({ capacity, ttl }: Settings<V>) => ({
  ttl: TtlPolicy.fixed(ttl),
  config: { maxEntries: capacity, maxBytes }
})

/** Stale values are served as long as it does by default, whatever `stale` says. */
export const memory = async <V>(settings: Settings<V>): Promise<Peer<V>> =>
  open(settings, SmartCache.layer(optionsOf(settings)))

/**
 * More patient than by default: on a busy machine, a process that waits for its turn is no failure of Redis. Rejects
 * where Redis does not answer, which an application would be spared.
 */
export const redis = async <V>(settings: Settings<V>, url: string): Promise<Peer<V>> => {
  const { config, ttl } = optionsOf(settings)
  const cache = RedisCache.layer({
    ttl,
    config: { ...config, storeTimeout: "15 seconds", hardTimeout: "2 minutes" },
    redis: { url, commandTimeout: "5 seconds" }
  })
  const { explain, ...peer } = await open(settings, Layer.provide(cache, quiet))
  try {
    // Unlike a read, it fails without the store.
    await explain("bench:is it there?")
  } catch (error) {
    await peer.close()
    throw new Error("smart-cache has no Redis", { cause: error })
  }
  return peer
}
