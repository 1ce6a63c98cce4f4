/** cacheable in memory (with and without clones), in Redis and in both. */
import { createKeyv as createRedis } from "@keyv/redis"
import { Cacheable, CacheableEvents, type CacheableOptions, createKeyv } from "cacheable"
import { type Peer, raise, type Settings } from "./peer.ts"

const open = <V>(options: CacheableOptions, { load, stale = 0, tagsOf, ttl }: Settings<V>): Peer<V> => {
  if (stale > 0) throw new Error("cacheable serves nothing stale")
  const cache = new Cacheable({ ...options, ttl, tags: tagsOf !== undefined })
  cache.on(CacheableEvents.ERROR, raise)
  // `getOrSet` takes no tags.
  const tagged = (tagsOf: (key: string) => ReadonlyArray<string>) => async (key: string): Promise<V> => {
    const found = await cache.get<V>(key)
    if (found !== undefined) return found
    const value = await load(key)
    await cache.set(key, value, { tags: [...tagsOf(key)] })
    return value
  }
  const plain = (key: string) => cache.getOrSet(key, () => load(key)) as Promise<V>
  return {
    read: tagsOf === undefined ? plain : tagged(tagsOf),
    invalidateTag: (tag) => cache.tags.invalidateTag(tag),
    close: () => cache.disconnect()
  }
}

/**
 * Without a second tier its tags lie in the same LRU: each tagged entry takes a second place, for the versions that its tags
 * had, and each tag takes one once it was invalidated. With room for the entries alone, reading one after the other loses all.
 */
const placesAnEntry = 3

const memoryOf = <V>({ capacity, tagsOf }: Settings<V>, useClone: boolean) =>
  createKeyv({ lruSize: tagsOf === undefined ? capacity : placesAnEntry * capacity, useClone })

/** Its default: a clone a read. */
export const memory = async <V>(settings: Settings<V>): Promise<Peer<V>> =>
  open({ primary: memoryOf(settings, true) }, settings)

export const memoryUncloned = async <V>(settings: Settings<V>): Promise<Peer<V>> =>
  open({ primary: memoryOf(settings, false) }, settings)

const remote = (url: string) => createRedis(url, { throwOnErrors: true, throwOnConnectError: true })

export const redis = async <V>(settings: Settings<V>, url: string): Promise<Peer<V>> =>
  open({ primary: remote(url) }, settings)

export const twoTiers = async <V>(settings: Settings<V>, url: string): Promise<Peer<V>> =>
  open({ primary: memoryOf(settings, true), secondary: remote(url) }, settings)
