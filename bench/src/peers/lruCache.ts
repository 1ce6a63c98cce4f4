/** lru-cache: `fetch`, which shares what is being loaded. */
import { LRUCache } from "lru-cache"
import { nothing, type Peer, refuse, type Settings } from "./peer.ts"

/** It keeps a stale value for ever, whatever `stale` says above zero. */
export const fetch = async <V>(settings: Settings<V>): Promise<Peer<V>> => {
  refuse("lru-cache", settings, { stale: true })
  const { capacity, load, stale = 0, ttl } = settings
  const cache = new LRUCache<string, V & {}>({
    max: capacity,
    ttl,
    allowStale: stale > 0,
    fetchMethod: (key) => load(key) as Promise<V & {}>
  })
  return { read: (key) => cache.fetch(key) as Promise<V>, close: nothing }
}
