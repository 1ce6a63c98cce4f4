/** One of many processes on one Redis: reads, or takes part in a stampede, as it is told, until its parent goes. */
import * as CacheConfig from "@smart-cache/core/CacheConfig"
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as IoRedis from "@smart-cache/redis/IoRedis"
import * as RedisStore from "@smart-cache/redis/RedisStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { type Value, valueOf } from "../workload.ts"

export interface Setup {
  readonly url: string
  readonly namespace: string
}

export type Order =
  | { readonly _tag: "Read"; readonly millis: number }
  | { readonly _tag: "Stampede"; readonly key: string; readonly readers: number }

/** Reads that were made, or computes that began. */
export interface Report {
  readonly count: number
}

const crowd = 100
const keyCount = 100
const computeMs = 100

const { namespace, url }: Setup = JSON.parse(process.argv[2] ?? "")

/** Patient with a machine on which nine processes share a few cores. */
const redis = IoRedis.layer({ url, commandTimeout: "5 seconds" })
const runtime = ManagedRuntime.make(SmartCache.layerOn({}, {
  config: CacheConfig.layer({ storeTimeout: "5 seconds" }),
  store: Layer.provide(RedisStore.layer({ namespace }), redis)
}))

const cache = await runtime.runPromise(Effect.service(SmartCache.SmartCache))
const keys = Array.from({ length: keyCount }, (_, id) => `read:${id}`)

const read = (id: number) =>
  Effect.map(cache.get(keys[id]!, Effect.sync(() => valueOf(id))), ({ value }: { readonly value: Value }) => {
    if (value.id !== id) throw new Error(`the key ${id} was given the value of ${value.id}`)
  })

const reads = (millis: number) =>
  Effect.suspend(() => {
    const until = performance.now() + millis
    let count = 0
    const loop = Effect.whileLoop({
      while: () => performance.now() < until,
      body: () => read(count++ % keyCount),
      step: () => {}
    })
    return Effect.as(Effect.all(Array.from({ length: crowd }, () => loop), { concurrency: "unbounded" }), () => count)
  }).pipe(Effect.map((count) => count()))

const stampede = (key: string, readers: number) =>
  Effect.gen(function*() {
    let count = 0
    const compute = Effect.suspend(() => {
      count++
      return Effect.as(Effect.sleep(computeMs), key)
    })
    const results = yield* Effect.all(Array.from({ length: readers }, () => cache.get(key, compute)), {
      concurrency: "unbounded"
    })
    if (results.some(({ value }) => value !== key)) return yield* Effect.die(new Error("a reader got a wrong value"))
    return count
  })

const obey = async (order: Order): Promise<number> => {
  const count = await runtime.runPromise(
    order._tag === "Read" ? reads(order.millis) : stampede(order.key, order.readers)
  )
  const { problem, state } = await runtime.runPromise(cache.health)
  if (state !== "ok") throw new Error(`the Redis does not answer: ${problem}`)
  return count
}

const tell = (report: Report): void => void process.send?.(report)

process.on("message", (order: Order) =>
  void obey(order).then((count) => tell({ count })).catch((error: unknown) => {
    console.error(error)
    process.exit(1)
  }))
process.on("disconnect", () => void runtime.dispose().then(() => process.exit(0)))
tell({ count: 0 })
