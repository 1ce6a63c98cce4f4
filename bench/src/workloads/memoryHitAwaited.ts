/** A hit in memory, awaited from outside Effect. */
import * as PromiseCache from "@smart-cache/core/PromiseCache"
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as TtlPolicy from "@smart-cache/core/TtlPolicy"
import * as Effect from "effect/Effect"
import type { Subject, Workload } from "../frame/workload.ts"
import { awaited, keys, measures, ofResult, peer, smartCache, Source, ttl } from "./hits.ts"

const promiseFace: Subject = {
  start: async () => {
    const source = new Source()
    const { close, get } = await PromiseCache.make(SmartCache.layer({ ttl: TtlPolicy.fixed(ttl) }))
    return awaited((i) => get(keys[i]!, () => source.compute(i)), ofResult, source, close)
  }
}

const runPromise: Subject = {
  start: async () => {
    const { cache, compute, context, source, stop } = await smartCache()
    const run = Effect.runPromiseWith(context)
    return awaited((i) => run(cache.get(keys[i]!, compute[i]!)), ofResult, source, stop)
  }
}

export const workload: Workload = {
  name: "memory-hit-awaited",
  title: "a hit in memory awaited from outside Effect, Zipf keys, values of 0.9 KB",
  redis: "none",
  measures,
  subjects: {
    "Map + promise": peer(async () => (await import("../peers/map.ts")).mapOfPromises),
    "Map by runPromise": peer(async () => (await import("../peers/map.ts")).mapByRunPromise),
    "lru-cache fetch": peer(async () => (await import("../peers/lruCache.ts")).fetch),
    "async-cache-dedupe": peer(async () => (await import("../peers/asyncCacheDedupe.ts")).memory),
    "Effect Cache by runPromise": peer(async () => (await import("../peers/effectCache.ts")).cache),
    "Effect PersistedCache by runPromise": peer(async () =>
      (await import("../peers/effectCache.ts")).persistedInMemory
    ),
    cachified: peer(async () => (await import("../peers/cachified.ts")).memory),
    "cache-manager, unbounded": peer(async () => (await import("../peers/cacheManager.ts")).memory),
    "cache-manager, bounded": peer(async () => (await import("../peers/cacheManager.ts")).memoryBounded),
    "bentocache, unserialized": peer(async () => (await import("../peers/bentocache.ts")).memoryUnserialized),
    bentocache: peer(async () => (await import("../peers/bentocache.ts")).memory),
    "cacheable, uncloned": peer(async () => (await import("../peers/cacheable.ts")).memoryUncloned),
    cacheable: peer(async () => (await import("../peers/cacheable.ts")).memory),
    "smart-cache by PromiseCache": async () => promiseFace,
    "smart-cache by runPromise": async () => runPromise
  },
  base: "Map + promise",
  targets: [
    {
      subject: "smart-cache by PromiseCache",
      measure: "a read, processor",
      says: "200 ns where Map + promise takes 107 ns",
      times: 1.87,
      of: "Map + promise"
    },
    {
      subject: "smart-cache by runPromise",
      measure: "a read, processor",
      says: "450 ns where Map + promise takes 107 ns",
      times: 4.2,
      of: "Map + promise"
    }
  ],
  rounds: 31
}
