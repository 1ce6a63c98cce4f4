/** A hit in memory, awaited from outside Effect. */
import * as Effect from "effect/Effect"
import type { Subject, Workload } from "../frame/workload.ts"
import { awaited, keys, measures, peer, smartCache } from "./hits.ts"

const runPromise: Subject = {
  start: async () => {
    const { cache, compute, context, source, stop } = await smartCache()
    const run = Effect.runPromiseWith(context)
    return awaited(async (i) => (await run(cache.get(keys[i]!, compute[i]!))).value, source, stop)
  }
}

export const workload: Workload = {
  name: "memory-hit-awaited",
  title: "a hit in memory awaited from outside Effect, Zipf keys, values of 0.9 KB",
  redis: "none",
  measures,
  subjects: {
    "Map + promise": peer(async () => (await import("../peers/map.ts")).mapOfPromises),
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
    "smart-cache by runPromise": async () => runPromise
  },
  base: "Map + promise",
  targets: [
    {
      subject: "smart-cache by runPromise",
      measure: "a read",
      says: "450 ns where Map + promise takes 107 ns",
      times: 4.2,
      of: "Map + promise"
    }
  ],
  rounds: 31
}
