/** Loads raced by an invalidation, in memory. */
import type { Workload } from "../frame/workload.ts"
import { measures, subject, title } from "./racesLost.ts"

export const workload: Workload = {
  name: "races",
  title: `${title}; in memory`,
  redis: "none",
  measures,
  subjects: {
    "Map with versions of tags": subject(async () => (await import("./invalidateLazyTags.ts")).lazyTags),
    bentocache: subject(async () => (await import("../peers/bentocache.ts")).memory),
    cacheable: subject(async () => (await import("../peers/cacheable.ts")).memory),
    "async-cache-dedupe": subject(async () => (await import("../peers/asyncCacheDedupe.ts")).memory),
    "smart-cache": subject(async () => (await import("../peers/smartCache.ts")).memory)
  },
  base: "Map with versions of tags",
  targets: [{ subject: "smart-cache", measure: "stale served", says: "no invalidation is overtaken", limit: 0 }],
  rounds: 5
}
