/** cachified over lru-cache, as its README has it, and over Redis by an adapter of a few lines. */
import { type Cache, type CacheEntry, cachified, totalTtl } from "@epic-web/cachified"
import { LRUCache } from "lru-cache"
import { connect } from "./client.ts"
import { nothing, type Peer, refuse, type Settings } from "./peer.ts"

const open = <V>(cache: Cache, settings: Settings<V>, close: () => Promise<void>): Peer<V> => {
  refuse("cachified", settings, { stale: true })
  const { load, stale = 0, ttl } = settings
  return { read: (key) => cachified({ key, cache, ttl, swr: stale, getFreshValue: () => load(key) }), close }
}

export const memory = async <V>(settings: Settings<V>): Promise<Peer<V>> => {
  const lru = new LRUCache<string, CacheEntry>({ max: settings.capacity })
  const cache: Cache = {
    set: (key, entry) => lru.set(key, entry, { ttl: totalTtl(entry.metadata), start: entry.metadata.createdTime }),
    get: (key) => lru.get(key),
    delete: (key) => lru.delete(key)
  }
  return open(cache, settings, nothing)
}

export const redis = async <V>(settings: Settings<V>, url: string): Promise<Peer<V>> => {
  const client = await connect(url)
  const cache: Cache = {
    set: (key, entry) => client.set(key, JSON.stringify(entry), "PX", totalTtl(entry.metadata)),
    get: async (key) => {
      const json = await client.get(key)
      return json === null ? null : JSON.parse(json) as CacheEntry
    },
    delete: (key) => client.del(key)
  }
  return open(cache, settings, async () => void await client.quit())
}
