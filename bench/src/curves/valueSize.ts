/** Hits of larger and larger values: in memory, and in Redis beside a raw GET and `JSON.parse` of the same value. */
import * as CacheConfig from "@smart-cache/core/CacheConfig"
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as IoRedis from "@smart-cache/redis/IoRedis"
import * as RedisStore from "@smart-cache/redis/RedisStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { curve } from "./curve.ts"
import { type Cache, embedded, nanosEach, wrong } from "./reads.ts"

const memoryReads = 100_000

/** Reads in a row, one at a time. */
const redisReads = (size: number): number => Math.min(500, Math.max(20, Math.round(2e7 / size)))

interface Market {
  readonly name: string
  readonly odds: ReadonlyArray<number>
}

/** As prices are: a short name, and numbers that do not repeat. */
const market = (i: number): Market => ({
  name: `market-${i}`,
  odds: [1, 2, 3].map((outcome) => 1 + Number((((i * 3 + outcome) * 0.618_033_988) % 1).toFixed(6)))
})

/** About so many bytes of JSON. */
const valueOf = (size: number): { readonly id: number; readonly markets: ReadonlyArray<Market> } => {
  const each = JSON.stringify(market(100)).length + 1
  return { id: size, markets: Array.from({ length: Math.max(1, Math.round((size - 20) / each)) }, (_, i) => market(i)) }
}

type Value = ReturnType<typeof valueOf>

const check = (value: Value, read: Value): void => {
  if (read.id !== value.id || read.markets.length !== value.markets.length) throw wrong(value.id)
}

/** Patient with a busy machine. */
const patience = "10 seconds"

/** A cache without memory in front; values are compressed as given, 8 KiB and more of them by default. */
const redisCache = (url: string, options: RedisStore.Options) => {
  const redis = IoRedis.layer({ url, commandTimeout: patience })
  const store = Layer.provide(RedisStore.layer(options), redis)
  return ManagedRuntime.make(
    Layer.merge(SmartCache.layerOn({}, { config: CacheConfig.layer({ storeTimeout: patience }), store }), redis)
  )
}

const microsEach = async (n: number, read: () => Promise<void>): Promise<number> => {
  const start = process.hrtime.bigint()
  for (let i = 0; i < n; i++) await read()
  return Number(process.hrtime.bigint() - start) / n / 1000
}

const missing = Effect.die(new Error("a value was not held"))

const throughRedis = async (size: number, url: string) => {
  const value = valueOf(size)
  const key = `size:${size}`
  const namespace = `curves-${process.pid}`
  const packed = redisCache(url, { namespace })
  const plain = redisCache(url, { namespace: `${namespace}-plain`, compressFrom: Infinity })
  const read = async (runtime: typeof packed) => {
    const cache: Cache = await runtime.runPromise(Effect.service(SmartCache.SmartCache))
    await runtime.runPromise(cache.set(key, value))
    const get = Effect.map(cache.get(key, missing), (result) => check(value, result.value))
    return () => microsEach(redisReads(size), () => runtime.runPromise(get))
  }
  const { client } = await plain.runPromise(Effect.service(IoRedis.IoRedis))
  await client.set(`${namespace}:raw`, JSON.stringify(value))
  const raw = () =>
    microsEach(redisReads(size), async () => check(value, JSON.parse((await client.get(`${namespace}:raw`))!) as Value))
  return {
    raw,
    plain: await read(plain),
    packed: await read(packed),
    stop: async () => {
      await plain.dispose()
      await packed.dispose()
    }
  }
}

const start = async (size: number, url: string) => {
  const { cache, runtime } = await embedded()
  await runtime.runPromise(cache.set("value", valueOf(size)))
  const { packed, plain, raw, stop } = await throughRedis(size, url)
  return {
    round: async () => ({
      "memory hit": await runtime.runPromise(nanosEach(memoryReads, () => size, () => cache.get("value", missing))),
      "GET and parse": await raw(),
      "Redis hit, not compressed": await plain(),
      "Redis hit": await packed()
    }),
    stop: async () => {
      await stop()
      await runtime.dispose()
    }
  }
}

export const workload = curve({
  name: "value-size",
  title: "bytes of a value's JSON; Redis one read at a time",
  x: "bytes",
  sizes: [100, 1000, 10_000, 100_000, 1_000_000],
  few: [100, 10_000],
  redis: "standing",
  measures: [
    { name: "memory hit", unit: "ns" },
    { name: "GET and parse", unit: "µs" },
    { name: "Redis hit, not compressed", unit: "µs" },
    { name: "Redis hit", unit: "µs" }
  ],
  laws: [
    { measure: "memory hit", growth: "flat", why: "memory holds values as they are" },
    { measure: "Redis hit, not compressed", over: "GET and parse", growth: "flat", why: "the same bytes, parsed once" },
    { measure: "Redis hit", growth: "linear", why: "inflated and parsed" }
  ],
  start
})
