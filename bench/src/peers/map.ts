/** Floors: what the least does that could be called a cache. */
import * as Effect from "effect/Effect"
import { nothing, type Peer, refuse, type Settings } from "./peer.ts"

/** A Map and a lifetime; every reader of a missing key loads it. */
export const map = async <V>(settings: Settings<V>): Promise<Peer<V>> => {
  refuse("a Map", settings)
  const { load, ttl } = settings
  const entries = new Map<string, { readonly value: V; readonly expires: number }>()
  const read = async (key: string): Promise<V> => {
    const entry = entries.get(key)
    if (entry !== undefined && Date.now() < entry.expires) return entry.value
    const value = await load(key)
    entries.set(key, { value, expires: Date.now() + ttl })
    return value
  }
  return { read, close: nothing }
}

/** The same with what is being loaded in it: one load however many wait. */
export const mapOfPromises = async <V>(settings: Settings<V>): Promise<Peer<V>> => {
  refuse("a Map", settings)
  const { load, ttl } = settings
  const entries = new Map<string, { readonly promise: Promise<V>; expires: number }>()
  const read = (key: string): Promise<V> => {
    const found = entries.get(key)
    if (found !== undefined && Date.now() < found.expires) return found.promise
    const entry = { promise: load(key), expires: Infinity }
    entries.set(key, entry)
    entry.promise.then(() => entry.expires = Date.now() + ttl, () => entries.delete(key))
    return entry.promise
  }
  return { read, close: nothing }
}

/** A Map read by `runPromise`: nothing that is read so costs less. */
export const mapByRunPromise = async <V>(settings: Settings<V>): Promise<Peer<V>> => {
  refuse("a Map", settings)
  const { load, ttl } = settings
  const entries = new Map<string, { readonly value: V; readonly expires: number }>()
  const miss = (key: string) =>
    Effect.map(Effect.promise(() => load(key)), (value) => {
      entries.set(key, { value, expires: Date.now() + ttl })
      return value
    })
  const get = (key: string) =>
    Effect.suspend(() => {
      const entry = entries.get(key)
      return entry !== undefined && Date.now() < entry.expires ? Effect.succeed(entry.value) : miss(key)
    })
  return { read: (key) => Effect.runPromise(get(key)), close: nothing }
}
