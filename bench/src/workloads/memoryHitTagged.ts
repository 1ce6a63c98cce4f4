/** A hit in memory with five tags and the odds of three markets, beside peers that have tags alone. */
import type { ReadContext } from "@smart-cache/core/ReadContext"
import type { Subject, Workload } from "../frame/workload.ts"
import { inFiber, keys, measures, ofResult, peer, smartCache, tags } from "./hits.ts"
import { effectCache } from "./memoryHit.ts"

const matches = 300

/** What an application that holds its matches brings to a read. */
const contextOf = (i: number) => {
  const match = i % matches
  return {
    tags: [`match:${match}`, `league:${match % 12}`, `team:${2 * match}`, `team:${2 * match + 1}`, `day:${match % 30}`],
    odds: { [`${match}:home`]: 1.9, [`${match}:draw`]: 3.4, [`${match}:away`]: 4.2 }
  }
}

const alike = { tags, odds: { "match:1": 1.9, "match:2": 3.4, "match:3": 4.2 } }

/** Contexts are made once, before the first read. */
const own = (contextOf: (i: number) => ReadContext): Subject => ({
  start: async () => {
    const { cache, compute, source, stop } = await smartCache()
    const contexts = keys.map((_, i) => contextOf(i))
    return inFiber((i) => cache.get(keys[i]!, compute[i]!, contexts[i]!), ofResult, source, stop)
  }
})

export const workload: Workload = {
  name: "memory-hit-tagged",
  title:
    `a hit in memory with 5 tags and 3 odds, inside a fiber, the keys of ${matches} matches with 3 markets each; peers have the same 5 tags for all keys, awaited`,
  redis: "none",
  measures,
  subjects: {
    "Effect Cache.get, untagged": async () => effectCache,
    "async-cache-dedupe": peer(async () => (await import("../peers/asyncCacheDedupe.ts")).memory, "tagged"),
    "bentocache, unserialized": peer(async () => (await import("../peers/bentocache.ts")).memoryUnserialized, "tagged"),
    bentocache: peer(async () => (await import("../peers/bentocache.ts")).memory, "tagged"),
    "cacheable, uncloned": peer(async () => (await import("../peers/cacheable.ts")).memoryUncloned, "tagged"),
    cacheable: peer(async () => (await import("../peers/cacheable.ts")).memory, "tagged"),
    "smart-cache get": async () => own(contextOf),
    "smart-cache get, one context for all keys": async () => own(() => alike)
  },
  base: "Effect Cache.get, untagged",
  targets: [
    {
      subject: "smart-cache get",
      measure: "a read, processor",
      says: "beside Effect's own without tags",
      times: 1.3,
      of: "Effect Cache.get, untagged"
    }
  ],
  rounds: 31
}
