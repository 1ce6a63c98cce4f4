/**
 * What two states of this cache are compared in: by its public face alone, as it always was, so that older states can be
 * measured by the same code.
 */
import * as CacheConfig from "@smart-cache/core/CacheConfig"
import * as Invalidation from "@smart-cache/core/Invalidation"
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as IoRedis from "@smart-cache/redis/IoRedis"
import * as RedisStore from "@smart-cache/redis/RedisStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as References from "effect/References"
import type { Measure, Registry, Started, Workload } from "../frame/workload.ts"
import { raise } from "../peers/peer.ts"
import { keyCount, keyOf, values } from "../workload.ts"

/** Of the main thread's processor: what others do on the machine is not in it. */
const each: Measure = { name: "each", unit: "ns", better: "less" }

interface Work {
  /** Done so often in a round. */
  readonly times: number
  /** At once, so many times. */
  readonly crowd: number
  readonly once: (turn: number) => Effect.Effect<unknown, unknown>
  readonly stop: () => Promise<void>
}

/** Does the work in a crowd of fibers, turn after turn. */
const started = ({ crowd, once, stop, times }: Work): Started => {
  let turn = 0
  const until = (end: number) =>
    Effect.forEach(
      Array.from({ length: crowd }),
      () => Effect.whileLoop({ while: () => turn < end, body: () => once(turn++), step: () => {} }),
      { concurrency: "unbounded", discard: true }
    )
  return {
    round: async () => {
      const before = process.threadCpuUsage()
      await Effect.runPromise(Effect.orDie(until(turn + times)))
      const { system, user } = process.threadCpuUsage(before)
      return { [each.name]: (system + user) * 1000 / times }
    },
    stop
  }
}

const workload = (
  name: string,
  title: string,
  start: (redis: string) => Promise<Work>,
  redis: Workload["redis"] = "none"
): Workload => ({
  name,
  title,
  redis,
  measures: [each],
  subjects: { "smart-cache": async () => ({ start: async (url) => started(await start(url)) }) },
  base: "smart-cache",
  targets: [],
  rounds: 9
})

const keys = values.map((_, i) => keyOf(i))

const right = (i: number) => ({ value }: { readonly value: { readonly id: number } }): void => {
  if (value.id !== i) throw new Error(`bench: a wrong value for ${keyOf(i)}`)
}

const computes = values.map((value) => Effect.succeed(value))
const rights = values.map((_, i) => right(i))

/** Ends the process, whoever computes, the reader or a refresh: a read that is computed is no hit. */
const never = Effect.suspend(() => {
  const error = new Error("bench: computed what was held")
  raise(error)
  return Effect.die(error)
})

const open = async <R>(layer: Layer.Layer<SmartCache.SmartCache | R>) => {
  const quiet = Layer.succeed(References.MinimumLogLevel, "Error")
  const runtime = ManagedRuntime.make(Layer.provideMerge(layer, quiet))
  return { cache: await runtime.runPromise(Effect.service(SmartCache.SmartCache)), stop: () => runtime.dispose() }
}

const hits = (context: Parameters<SmartCache.Shape["get"]>[2]) => async (): Promise<Work> => {
  const { cache, stop } = await open(SmartCache.layer())
  for (const [i, key] of keys.entries()) await Effect.runPromise(cache.get(key, computes[i]!, context))
  const reads = keys.map((key, i) => Effect.suspend(() => Effect.map(cache.get(key, never, context), rights[i]!)))
  return { times: 100_000, crowd: 1, once: (turn) => reads[turn % keyCount]!, stop }
}

const misses = async (): Promise<Work> => {
  const { cache, stop } = await open(SmartCache.layer({ config: { maxEntries: 1000 } }))
  const once = (turn: number) =>
    Effect.map(cache.get(`missing:${turn}`, computes[turn % keyCount]!), rights[turn % keyCount]!)
  return { times: 5000, crowd: 1, once, stop }
}

/** A tag that 10,000 entries carry; one of them is read after each invalidation, and computed for that. */
const invalidations = async (): Promise<Work> => {
  const { cache, stop } = await open(SmartCache.layer())
  const context = { tags: ["tag"] }
  for (let i = 0; i < 10_000; i++) await Effect.runPromise(cache.set(`tagged:${i}`, values[i % keyCount]!, context))
  const once = (turn: number) =>
    Effect.andThen(
      cache.invalidate(Invalidation.tags("tag")),
      Effect.map(cache.get(`tagged:${turn % 10_000}`, Effect.succeed(turn), context), ({ value }) => {
        if (value !== turn) throw new Error("bench: an invalidation left what it names")
      })
    )
  return { times: 5000, crowd: 1, once, stop }
}

const redisHits = async (url: string): Promise<Work> => {
  const store = Layer.provide(
    RedisStore.layer({ namespace: "compare" }),
    IoRedis.layer({ url, commandTimeout: "10 seconds" })
  )
  const config = CacheConfig.layer({ storeTimeout: "10 seconds" })
  const { cache, stop } = await open(SmartCache.layerOn({}, { config, store }))
  for (const [i, key] of keys.entries()) await Effect.runPromise(cache.set(key, values[i]!))
  const reads = keys.map((key, i) => Effect.suspend(() => Effect.map(cache.get(key, never), rights[i]!)))
  return { times: 10_000, crowd: 100, once: (turn) => reads[turn % keyCount]!, stop }
}

const all: ReadonlyArray<Workload> = [
  workload("memory-hit", "a hit in memory", hits(undefined)),
  workload(
    "memory-hit-tagged",
    "a hit in memory with 5 tags and 3 odds",
    hits({ tags: ["a", "b", "c", "d", "e"], odds: { "m:1": 1.9, "m:2": 3.4, "m:3": 4.2 } })
  ),
  workload("miss", "a miss and its compute in memory", misses),
  workload("invalidate", "an invalidation of a tag in memory, and one entry computed again", invalidations),
  workload("redis-hit", "a hit in Redis, 100 readers at once", redisHits, "standing")
]

export const workloads: Registry = Object.fromEntries(
  all.map((workload) => [workload.name, async () => ({ workload })])
)
