/** This cache as code that awaits has it, in memory and with Redis behind it, for workloads that ask everybody the same. */
import * as Invalidation from "@smart-cache/core/Invalidation"
import * as PromiseCache from "@smart-cache/core/PromiseCache"
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as TtlPolicy from "@smart-cache/core/TtlPolicy"
import * as RedisCache from "@smart-cache/redis/RedisCache"
import * as Layer from "effect/Layer"
import { quiet } from "./client.ts"
import type { Peer, Settings } from "./peer.ts"

/** Room for values of the bench's size. */
const maxBytes = 2 ** 32

const open = async <V>(
  { load, tagsOf }: Settings<V>,
  layer: Layer.Layer<SmartCache.SmartCache>
): Promise<Peer<V>> => {
  const cache = await PromiseCache.make(layer)
  return {
    read: tagsOf === undefined
      ? async (key) => (await cache.get(key, () => load(key))).value
      : async (key) => (await cache.get(key, () => load(key), { tags: tagsOf(key) })).value,
    invalidateTag: (tag) => cache.invalidate(Invalidation.tags(tag)),
    close: cache.close
  }
}

const optionsOf = <V>({ capacity, ttl }: Settings<V>) => ({
  ttl: TtlPolicy.fixed(ttl),
  config: { maxEntries: capacity, maxBytes }
})

/** Stale values are served as long as it does by default, whatever `stale` says. */
export const memory = async <V>(settings: Settings<V>): Promise<Peer<V>> =>
  open(settings, SmartCache.layer(optionsOf(settings)))

export const redis = async <V>(settings: Settings<V>, url: string): Promise<Peer<V>> =>
  open(
    settings,
    Layer.provide(RedisCache.layer({ ...optionsOf(settings), redis: { url } }), quiet)
  )
