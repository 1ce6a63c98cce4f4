/** A hit in memory, inside one fiber. */
import * as Cache from "effect/Cache"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { Subject, Workload } from "../frame/workload.ts"
import { type Value, values } from "../workload.ts"
import { inFiber, itself, keys, measures, ofResult, smartCache, Source, ttl } from "./hits.ts"

/** The least that a lazy read with a lifetime can be: one step that looks at a Map and at the clock. */
const floor: Subject = {
  start: async () => {
    const map = new Map(keys.map((key, i) => [key, { value: values[i]!, expires: Infinity }]))
    const get = (key: string): Effect.Effect<Value> =>
      Effect.withFiber((fiber) => {
        const now = fiber.getRef(Clock.Clock).currentTimeMillisUnsafe()
        const entry = map.get(key)!
        return now < entry.expires ? Exit.succeed(entry.value) : Effect.die("expired")
      })
    return inFiber((i) => get(keys[i]!), itself)
  }
}

export const effectCache: Subject = {
  start: async () => {
    const source = new Source()
    const lookup = (key: string) => Effect.promise(() => source.load(key))
    const cache = await Effect.runPromise(Cache.make({ lookup, capacity: 10_000, timeToLive: ttl }))
    return inFiber((i) => Cache.get(cache, keys[i]!), itself, source)
  }
}

const own: Subject = {
  start: async () => {
    const { cache, compute, source, stop } = await smartCache()
    return inFiber((i) => cache.get(keys[i]!, compute[i]!), ofResult, source, stop)
  }
}

export const workload: Workload = {
  name: "memory-hit",
  title: "a hit in memory inside one fiber, Zipf keys, values of 0.9 KB",
  redis: "none",
  measures,
  subjects: {
    "Map + Clock in Effect": async () => floor,
    "Effect Cache.get": async () => effectCache,
    "smart-cache get": async () => own
  },
  base: "Effect Cache.get",
  targets: [
    {
      subject: "smart-cache get",
      measure: "a read, processor",
      says: "beside Effect's own",
      times: 0.65,
      of: "Effect Cache.get"
    },
    {
      subject: "smart-cache get",
      measure: "a read, processor",
      says: "beside the floor",
      times: 1.2,
      of: "Map + Clock in Effect"
    }
  ],
  rounds: 31
}
