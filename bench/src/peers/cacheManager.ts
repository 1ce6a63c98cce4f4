/** cache-manager with Keyv: its default, the memory of its README, Redis, and both. */
import { createKeyv as createRedis } from "@keyv/redis"
import { createCache } from "cache-manager"
import { createKeyv as createMemory } from "cacheable"
import type { Keyv } from "keyv"
import { type Peer, raise, refuse, type Settings } from "./peer.ts"

/** What refreshes ahead: half of the lifetime, which is never stale and computes more often. */
const open = <V>(stores: Array<Keyv>, settings: Settings<V>): Peer<V> => {
  refuse("cache-manager", settings, { stale: true })
  const { load, stale = 0, ttl } = settings
  for (const store of stores) store.on("error", raise)
  const cache = createCache({ stores, ttl, ...(stale > 0 ? { refreshThreshold: ttl / 2 } : {}) })
  cache.on("refresh", ({ error }) => error === undefined || raise(error))
  return { read: (key) => cache.wrap(key, () => load(key)), close: async () => void await cache.disconnect() }
}

/** A store of its own, without JSON and bounded by nothing. */
export const memory = async <V>(settings: Settings<V>): Promise<Peer<V>> => open([], settings)

const bounded = <V>({ capacity }: Settings<V>) => createMemory({ lruSize: capacity })

const remote = (url: string) => createRedis(url, { throwOnErrors: true, throwOnConnectError: true })

/** As its README has it. */
export const memoryBounded = async <V>(settings: Settings<V>): Promise<Peer<V>> => open([bounded(settings)], settings)

export const redis = async <V>(settings: Settings<V>, url: string): Promise<Peer<V>> => open([remote(url)], settings)

export const twoTiers = async <V>(settings: Settings<V>, url: string): Promise<Peer<V>> =>
  open([bounded(settings), remote(url)], settings)
