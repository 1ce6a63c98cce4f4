/** Who is asked by several processes at once, by name. */
import { connect } from "../peers/client.ts"
import { type Open, type Peer, refuse, type Settings } from "../peers/peer.ts"

/** How often somebody who waits for a lock looks whether there is a value, milliseconds. */
const poll = 5
/** How long a lock lasts, milliseconds. */
const patience = 10_000

const sleep = (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, millis))

/** The floor: a lock by `SET NX` for whoever computes; all others look for the value again and again, once a process. */
const lockAndPoll = async <V>(settings: Settings<V>, url: string): Promise<Peer<V>> => {
  refuse("a lock", settings)
  const { load, ttl } = settings
  const client = await connect(url)
  const pending = new Map<string, Promise<V>>()
  const find = async (key: string): Promise<V> => {
    for (;;) {
      const json = await client.get(key)
      if (json !== null) return JSON.parse(json) as V
      if (await client.set(`lock:${key}`, 1, "PX", patience, "NX") === "OK") break
      await sleep(poll)
    }
    const value = await load(key)
    await client.set(key, JSON.stringify(value), "PX", ttl)
    await client.del(`lock:${key}`)
    return value
  }
  const read = (key: string): Promise<V> => {
    const found = pending.get(key)
    if (found !== undefined) return found
    const finding = find(key).finally(() => pending.delete(key))
    pending.set(key, finding)
    return finding
  }
  return { read, close: async () => void await client.quit() }
}

const stores = {
  "SET NX and poll": async (): Promise<Open> => lockAndPoll,
  "async-cache-dedupe": async () => (await import("../peers/asyncCacheDedupe.ts")).redis,
  cachified: async () => (await import("../peers/cachified.ts")).redis,
  "bentocache, two tiers": async () => (await import("../peers/bentocache.ts")).twoTiers,
  "cache-manager, Redis": async () => (await import("../peers/cacheManager.ts")).redis,
  "cacheable, Redis": async () => (await import("../peers/cacheable.ts")).redis,
  "Effect PersistedCache": async () => (await import("../peers/effectCache.ts")).persistedInRedis,
  "smart-cache": async () => (await import("../peers/smartCache.ts")).redis
} satisfies Record<string, () => Promise<Open>>

export type StoreName = keyof typeof stores

export const names = Object.keys(stores) as ReadonlyArray<StoreName>

export const load = (name: StoreName): Promise<Open> => stores[name]()
