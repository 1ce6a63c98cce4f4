/**
 * Hits in Redis: 1,000 keys one after the other, values of 0.9 KB parsed and checked, after each round in full; none computed
 * twice.
 */
import * as CacheConfig from "@smart-cache/core/CacheConfig"
import * as CacheStore from "@smart-cache/core/CacheStore"
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as TtlPolicy from "@smart-cache/core/TtlPolicy"
import * as IoRedis from "@smart-cache/redis/IoRedis"
import * as RedisStore from "@smart-cache/redis/RedisStore"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import type { Started, Subject } from "../frame/workload.ts"
import { connect, quiet } from "../peers/client.ts"
import type { Open } from "../peers/peer.ts"
import { keyCount, keyOf, token, type Value, values } from "../workload.ts"
import { itself, ofResult, Source, ttl } from "./hits.ts"
import { type Verify, verifyDeeply } from "./verify.ts"

/** What readers do: read what `next` says until it says nothing, and hand over each value. */
export type Readers = (
  count: number,
  next: () => number | undefined,
  take: Verify
) => Promise<void>

/** How a round reads, and what it measures. */
export type Round = (readers: Readers) => Promise<Readonly<Record<string, number>>>

/** Awaits in loops of promises; `valueOf` takes the value out of what a read gives, as a caller would. */
const promises = <A>(
  read: (i: number) => Promise<A>,
  valueOf: (result: A, i: number) => Value | undefined
): Readers =>
async (count, next, take) => {
  const loop = async () => {
    for (let i = next(); i !== undefined; i = next()) take(i, valueOf(await read(i), i))
  }
  await Promise.all(Array.from({ length: count }, loop))
}

/** Reads in fibers. */
const fibers = <A>(
  read: (i: number) => Effect.Effect<A, unknown>,
  valueOf: (result: A) => Value | undefined
): Readers =>
(count, next, take) => {
  const loop = () => {
    let i: number | undefined
    return Effect.whileLoop({
      while: () => (i = next()) !== undefined,
      body: () => read(i!),
      step: (result) => take(i!, valueOf(result))
    })
  }
  const all = Array.from({ length: count }, () => Effect.suspend(loop))
  return Effect.runPromise(Effect.orDie(Effect.all(all, { concurrency: "unbounded", discard: true })))
}

const started = async (round: Round, readers: Readers, source: Source, stop: () => Promise<void>): Promise<Started> => {
  const all = async () => {
    let next = 0
    await readers(10, () => next < keyCount ? next++ : undefined, verifyDeeply)
  }
  await all()
  return {
    round: async () => {
      const measured = await round(readers)
      await all()
      source.check()
      return measured
    },
    stop
  }
}

/** Peers with two tiers have a memory of one entry, which is never the one that is read next. */
export const peer = (name: string, load: () => Promise<Open>) => (round: Round) => async (): Promise<Subject> => {
  const open = await load()
  const start = async (redis: string) => {
    const keys = values.map((_, i) => `${name}:${token}:${keyOf(i)}`)
    const indexOf = new Map(keys.map((key, i) => [key, i]))
    const source = new Source()
    const compute = async (key: string) => source.compute(indexOf.get(key)!)
    const { close, read } = await open<Value>({ load: compute, ttl, capacity: 1 }, redis)
    return started(round, promises((i) => read(keys[i]!), itself), source, close)
  }
  return { start }
}

const texts = values.map((value) => JSON.stringify(value))

/** A text is compared as a whole. */
const unparsed = (json: string | null, i: number): Value | undefined => json === texts[i] ? values[i]! : undefined

/** What is left when nobody parses. */
export const rawGet = (round: Round) => async (): Promise<Subject> => ({
  start: async (redis) => {
    const client = await connect(redis)
    const source = new Source()
    const keys = values.map((_, i) => `raw:${token}:${keyOf(i)}`)
    for (const [i, key] of keys.entries()) await client.set(key, JSON.stringify(source.compute(i)))
    return started(round, promises((i) => client.get(keys[i]!), unparsed), source, async () => void await client.quit())
  }
})

/** Patient: a busy machine is no fault of Redis. */
const own = async (redis: string, namespace: string) => {
  // As by default, the client bounds a read before the cache would: bounded twice, it costs a fiber more.
  const config = CacheConfig.layer({ storeTimeout: "15 seconds", hardTimeout: "2 minutes" })
  const store = Layer.provide(
    RedisStore.layer({ namespace: `${namespace}-${token}` }),
    IoRedis.layer({ url: redis, commandTimeout: "5 seconds" })
  )
  const cache = SmartCache.layerOn({ ttl: TtlPolicy.fixed(ttl) }, { config, store })
  const runtime = ManagedRuntime.make(Layer.provideMerge(cache, quiet))
  const context = await runtime.context()
  const source = new Source()
  return {
    cache: Context.get(context, SmartCache.SmartCache),
    store: Context.get(context, CacheStore.CacheStore),
    keys: values.map((_, i) => keyOf(i)),
    compute: values.map((_, i) => Effect.sync(() => source.compute(i))),
    run: Effect.runPromiseWith(context),
    source,
    stop: () => runtime.dispose()
  }
}

/** The whole cache without memory in front, read in fibers. */
export const cacheInFibers = (round: Round) => async (): Promise<Subject> => ({
  start: async (redis) => {
    const { cache, compute, keys, source, stop } = await own(redis, "in-fibers")
    return started(round, fibers((i) => cache.get(keys[i]!, compute[i]!), ofResult), source, stop)
  }
})

/** The same from outside Effect. */
export const cacheByRunPromise = (round: Round) => async (): Promise<Subject> => ({
  start: async (redis) => {
    const { cache, compute, keys, run, source, stop } = await own(redis, "by-promise")
    return started(round, promises((i) => run(cache.get(keys[i]!, compute[i]!)), ofResult), source, stop)
  }
})

/** Its store alone. */
export const storeInFibers = (round: Round) => async (): Promise<Subject> => ({
  start: async (redis) => {
    const { cache, keys, run, source, stop, store } = await own(redis, "store")
    for (const [i, key] of keys.entries()) await run(cache.set(key, source.compute(i)))
    const subjects = keys.map((key) => ({ key, tags: [], codec: undefined }))
    const read = fibers((i) => store.read(subjects[i]!), ({ entry }) => entry?.value as Value | undefined)
    return started(round, read, source, stop)
  }
})

export const floor = peer("get", async () => (await import("../peers/redisFloor.ts")).get)

/** Every peer that keeps values in Redis. */
export const peers: Readonly<Record<string, ReturnType<typeof peer>>> = {
  "async-cache-dedupe": peer("acd", async () => (await import("../peers/asyncCacheDedupe.ts")).redis),
  cachified: peer("cachified", async () => (await import("../peers/cachified.ts")).redis),
  "bentocache, Redis": peer("bento", async () => (await import("../peers/bentocache.ts")).redis),
  "bentocache, two tiers": peer("bento-two", async () => (await import("../peers/bentocache.ts")).twoTiers),
  "cache-manager, Redis": peer("cm", async () => (await import("../peers/cacheManager.ts")).redis),
  "cache-manager, two tiers": peer("cm-two", async () => (await import("../peers/cacheManager.ts")).twoTiers),
  "cacheable, Redis": peer("cacheable", async () => (await import("../peers/cacheable.ts")).redis),
  "cacheable, two tiers": peer("cacheable-two", async () => (await import("../peers/cacheable.ts")).twoTiers),
  "Effect PersistedCache": peer("persisted", async () => (await import("../peers/effectCache.ts")).persistedInRedis)
}

/** Peers under their names, for a workload. */
export const peersBy = (round: Round): Readonly<Record<string, () => Promise<Subject>>> =>
  Object.fromEntries(Object.entries(peers).map(([name, by]) => [name, by(round)]))
