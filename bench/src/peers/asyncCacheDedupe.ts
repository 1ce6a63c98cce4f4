/** async-cache-dedupe: one defined function; lifetimes in whole seconds. */
import { createCache, type StorageInputMemory, type StorageInputRedis } from "async-cache-dedupe"
import { type Client, connect } from "./client.ts"
import { nothing, type Peer, raise, type Settings } from "./peer.ts"

const seconds = (ms: number): number => Math.ceil(ms / 1000)

const silent = () => {}

/** It logs what fails in Redis and goes on with a miss. */
const log = { debug: silent, warn: raise, error: raise }

const open = <V>(
  { load, stale = 0, tagsOf, ttl }: Settings<V>,
  storage: StorageInputMemory | StorageInputRedis,
  close: () => Promise<void>
): Peer<V> => {
  const cache = createCache({ ttl: seconds(ttl), stale: seconds(stale), storage, onError: raise })
    .define("value", tagsOf === undefined ? {} : { references: (key: string) => [...tagsOf(key)] }, load)
  return { read: (key) => cache.value(key), invalidateTag: (tag) => cache.invalidateAll(tag), close }
}

export const memory = async <V>(settings: Settings<V>): Promise<Peer<V>> => {
  const invalidation = settings.tagsOf !== undefined
  return open(settings, { type: "memory", options: { size: settings.capacity, invalidation } }, nothing)
}

export const redis = async <V>(settings: Settings<V>, url: string): Promise<Peer<V>> => {
  const client: Client = await connect(url)
  const invalidation = settings.tagsOf !== undefined && { referencesTTL: seconds(settings.ttl) }
  const close = async () => void await client.quit()
  return open(settings, { type: "redis", options: { client, invalidation, log } }, close)
}
