/** A hit in memory with five tags and the odds of three markets, beside peers that have tags alone. */
import type { Subject, Workload } from "../frame/workload.ts"
import { inFiber, keys, measures, ofResult, peer, smartCache, tags } from "./hits.ts"
import { effectCache } from "./memoryHit.ts"

const own: Subject = {
  start: async () => {
    const { cache, compute, source, stop } = await smartCache()
    const context = { tags, odds: { "match:1": 1.9, "match:2": 3.4, "match:3": 4.2 } }
    return inFiber((i) => cache.get(keys[i]!, compute[i]!, context), ofResult, source, stop)
  }
}

export const workload: Workload = {
  name: "memory-hit-tagged",
  title: "a hit in memory with 5 tags and 3 odds, inside a fiber; peers have 5 tags, awaited",
  redis: "none",
  measures,
  subjects: {
    "Effect Cache.get, untagged": async () => effectCache,
    "async-cache-dedupe": peer(async () => (await import("../peers/asyncCacheDedupe.ts")).memory, "tagged"),
    "bentocache, unserialized": peer(async () => (await import("../peers/bentocache.ts")).memoryUnserialized, "tagged"),
    bentocache: peer(async () => (await import("../peers/bentocache.ts")).memory, "tagged"),
    "cacheable, uncloned": peer(async () => (await import("../peers/cacheable.ts")).memoryUncloned, "tagged"),
    cacheable: peer(async () => (await import("../peers/cacheable.ts")).memory, "tagged"),
    "smart-cache get": async () => own
  },
  base: "Effect Cache.get, untagged",
  targets: [
    {
      subject: "smart-cache get",
      measure: "a read",
      says: "beside Effect's own without tags",
      times: 1.3,
      of: "Effect Cache.get, untagged"
    }
  ],
  rounds: 31
}
