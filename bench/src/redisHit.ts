/**
 * A hit in Redis: through the store and through the whole cache, beside a bare GET and `JSON.parse`.
 *
 * Uses `REDIS_URL`, or a server of its own that ends with the run. Everybody uses a connection with the same
 * settings; a read counts when its value was checked.
 */
import * as CacheConfig from "@smart-cache/core/CacheConfig"
import * as CacheStore from "@smart-cache/core/CacheStore"
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as IoRedis from "@smart-cache/redis/IoRedis"
import * as RedisStore from "@smart-cache/redis/RedisStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { redisServer } from "./redisServer.ts"
import type { Contender } from "./rounds.ts"
import { keyCount, keyOf, type Value, values } from "./workload.ts"

/** Readers at once. */
export const crowd = 100

const reads = 50_000

/** What every other is compared with. */
export const base = "ioredis GET + JSON.parse"

const verify = (i: number, value: Value | undefined): void => {
  if (value?.id !== i) throw new Error(`a contender returned a wrong value for ${keyOf(i)}`)
}

/** A crowd of promise loops. */
const loops = (name: string, read: (i: number) => Promise<Value>): Contender => ({
  name,
  kind: "promises",
  reads,
  run: async (n) => {
    let at = 0
    const loop = async () => {
      while (at < n) {
        const i = at++ % keyCount
        verify(i, await read(i))
      }
    }
    await Promise.all(Array.from({ length: crowd }, loop))
  }
})

/** A crowd of fibers. */
const fibers = <A>(
  name: string,
  runPromise: (effect: Effect.Effect<void>) => Promise<void>,
  read: (i: number) => Effect.Effect<A, unknown>,
  valueOf: (result: A) => Value | undefined
): Contender => ({
  name,
  kind: "fibers",
  reads,
  run: (n) => {
    let at = 0
    const loop = () => {
      let i = 0
      return Effect.whileLoop({
        while: () => at < n,
        body: () => read(i = at++ % keyCount),
        step: (result) => verify(i, valueOf(result))
      })
    }
    return runPromise(Effect.orDie(
      Effect.forEach(Array.from({ length: crowd }), () => Effect.suspend(loop), {
        concurrency: "unbounded",
        discard: true
      })
    ))
  }
})

const services = (url: string) => {
  const redis = IoRedis.layer({ url })
  const config = CacheConfig.layer()
  const store = Layer.provide(RedisStore.layer({ namespace: "bench" }), redis)
  return Layer.mergeAll(SmartCache.layerOn({}, { config, store }), redis)
}

const contendersOn = async (url: string): Promise<readonly [ReadonlyArray<Contender>, () => Promise<void>]> => {
  const runtime = ManagedRuntime.make(services(url))
  const { client } = await runtime.runPromise(Effect.service(IoRedis.IoRedis))
  const cache = await runtime.runPromise(Effect.service(SmartCache.SmartCache))
  const store = await runtime.runPromise(Effect.service(CacheStore.CacheStore))
  const keys = values.map((_, i) => keyOf(i))
  const compute = values.map((value) => Effect.succeed(value))
  for (const [i, key] of keys.entries()) {
    await client.set(`bare:${key}`, JSON.stringify(values[i]))
    await runtime.runPromise(cache.set(key, values[i]!))
  }
  const bare = keys.map((key) => `bare:${key}`)
  const subjects = keys.map((key) => ({ key, tags: [], codec: undefined }))
  const run = (effect: Effect.Effect<void>) => runtime.runPromise(effect)
  const contenders = [
    loops(base, async (i) => JSON.parse((await client.get(bare[i]!))!) as Value),
    fibers("store read", run, (i) => store.read(subjects[i]!), ({ entry }) => entry?.value as Value | undefined),
    fibers("cache get", run, (i) => cache.get(keys[i]!, compute[i]!), ({ value }) => value)
  ]
  return [contenders, () => runtime.dispose()]
}

/** Runs with every contender and ends whatever was started. */
export const withContenders = async <A>(use: (contenders: ReadonlyArray<Contender>) => Promise<A>): Promise<A> => {
  const server = await redisServer(process.env["REDIS_URL"])
  const [contenders, dispose] = await contendersOn(server.url)
  try {
    return await use(contenders)
  } finally {
    await dispose()
    server.stop()
  }
}
