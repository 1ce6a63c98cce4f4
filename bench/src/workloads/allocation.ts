/**
 * What a warm request allocates: the heap's growth over bursts of reads, each after a collection and without one in it.
 */
import * as PromiseCache from "@smart-cache/core/PromiseCache"
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as TtlPolicy from "@smart-cache/core/TtlPolicy"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { GCProfiler } from "node:v8"
import { median } from "../frame/figures.ts"
import type { Started, Subject, Workload } from "../frame/workload.ts"
import type { Open } from "../peers/peer.ts"
import { type Value, valueOf } from "../workload.ts"
import { type Verify, verify, verifyDeeply } from "./verify.ts"

const keyCount = 50
const requests = 500
/** So few that no young generation is too small for what they allocate. */
const burst = 50
const lifetime = 3_600_000

const keys: ReadonlyArray<string> = JSON.parse(
  JSON.stringify(Array.from({ length: keyCount }, (_, i) => `warm:${i}`))
)
const values = new Map(keys.map((key, i) => [key, valueOf(i)]))

/** The same for everybody; every key as often as every other. */
const order: ReadonlyArray<number> = Array.from({ length: requests }, (_, i) => (i * 17 + (i >> 3)) % keyCount)

/** Reads some of the order and has each value checked. */
type Reads = (from: number, to: number, check: Verify) => Promise<void>

/** Bytes that a burst allocated; `undefined` when a collection came in between. */
const allocated = async (reads: Reads, from: number): Promise<number | undefined> => {
  globalThis.gc!()
  const profiler = new GCProfiler()
  profiler.start()
  const before = process.memoryUsage().heapUsed
  await reads(from, from + burst, verify)
  const bytes = process.memoryUsage().heapUsed - before
  return profiler.stop()!.statistics.length === 0 ? bytes : undefined
}

const tries = 5

const certain = async (reads: Reads, from: number): Promise<number> => {
  for (let i = 0; i < tries; i++) {
    const bytes = await allocated(reads, from)
    if (bytes !== undefined) return bytes
  }
  throw new Error(`a collection came into each of ${tries} bursts of ${burst} requests`)
}

/** Until the compiler has done what it will do. */
const warmUp = 200

const started = async (reads: Reads, computes: () => number, stop: () => Promise<void>): Promise<Started> => {
  await reads(0, requests, verifyDeeply)
  for (let i = 0; i < warmUp; i++) await reads(0, requests, verify)
  return {
    round: async () => {
      const bursts: Array<number> = []
      for (let from = 0; from < requests; from += burst) bursts.push(await certain(reads, from))
      await reads(0, requests, verifyDeeply)
      if (computes() !== keyCount) throw new Error(`${computes()} computes of ${keyCount} keys`)
      return { "a request": median(bursts) / burst }
    },
    stop
  }
}

const counting = () => {
  let computes = 0
  const load = async (key: string): Promise<Value> => {
    computes++
    return values.get(key)!
  }
  return { load, computes: () => computes }
}

const peer = (load: () => Promise<Open>) => async (): Promise<Subject> => {
  const open = await load()
  return {
    start: async () => {
      const { computes, load } = counting()
      const { close, read } = await open<Value>({ load, ttl: lifetime, capacity: 1000 }, "")
      const reads: Reads = async (from, to, check) => {
        for (let at = from; at < to; at++) {
          const i = order[at]!
          check(i, await read(keys[i]!))
        }
      }
      return started(reads, computes, close)
    }
  }
}

const layer = SmartCache.layer({ ttl: TtlPolicy.fixed(lifetime) })

/** As code that awaits has it. */
const byPromise: Subject = {
  start: async () => {
    const cache = await PromiseCache.make(layer)
    const { computes, load } = counting()
    const compute = keys.map((key) => () => load(key))
    const reads: Reads = async (from, to, check) => {
      for (let at = from; at < to; at++) {
        const i = order[at]!
        check(i, (await cache.get(keys[i]!, compute[i]!)).value)
      }
    }
    return started(reads, computes, cache.close)
  }
}

const inFiber: Subject = {
  start: async () => {
    const runtime = ManagedRuntime.make(layer)
    const cache = Context.get(await runtime.context(), SmartCache.SmartCache)
    const { computes, load } = counting()
    const compute = keys.map((key) => Effect.promise(() => load(key)))
    const reads: Reads = (from, to, check) => {
      let at = from
      return Effect.runPromise(Effect.orDie(Effect.whileLoop({
        while: () => at < to,
        body: () => cache.get(keys[order[at]!]!, compute[order[at]!]!),
        step: ({ value }) => check(order[at++]!, value)
      })))
    }
    return started(reads, computes, () => runtime.dispose())
  }
}

export const workload: Workload = {
  name: "allocation",
  title: `what a warm request allocates: ${requests} requests over ${keyCount} keys`,
  redis: "none",
  measures: [{ name: "a request", unit: "bytes", better: "less" }],
  subjects: {
    "Map + promise": peer(async () => (await import("../peers/map.ts")).mapOfPromises),
    "lru-cache fetch": peer(async () => (await import("../peers/lruCache.ts")).fetch),
    "Effect Cache by runPromise": peer(async () => (await import("../peers/effectCache.ts")).cache),
    "async-cache-dedupe": peer(async () => (await import("../peers/asyncCacheDedupe.ts")).memory),
    "cache-manager": peer(async () => (await import("../peers/cacheManager.ts")).memory),
    cachified: peer(async () => (await import("../peers/cachified.ts")).memory),
    "bentocache, unserialized": peer(async () => (await import("../peers/bentocache.ts")).memoryUnserialized),
    bentocache: peer(async () => (await import("../peers/bentocache.ts")).memory),
    "cacheable, uncloned": peer(async () => (await import("../peers/cacheable.ts")).memoryUncloned),
    cacheable: peer(async () => (await import("../peers/cacheable.ts")).memory),
    "smart-cache by promise": async () => byPromise,
    "smart-cache in a fiber": async () => inFiber
  },
  base: "Map + promise",
  targets: [
    { subject: "smart-cache in a fiber", measure: "a request", says: "a kilobyte", limit: 1024 },
    { subject: "smart-cache by promise", measure: "a request", says: "a kilobyte, awaited", limit: 1024 }
  ],
  rounds: 7
}
