/** The invalidation of a tag in memory. */
import type { Workload } from "../frame/workload.ts"
import { measures, subject } from "./invalidateTagged.ts"

const entries = 100_000

/** For whom an invalidation takes longer the square of the entries. */
const few = 10_000

export const workload: Workload = {
  name: "invalidate-tag",
  title:
    "the invalidation of a tag over 40,000 of 100,000 entries with 5 tags each, every one read and checked after it",
  redis: "none",
  measures,
  subjects: {
    "Map with versions of tags": subject(async () => (await import("./invalidateLazyTags.ts")).lazyTags, entries),
    "bentocache, unserialized": subject(
      async () => (await import("../peers/bentocache.ts")).memoryUnserialized,
      entries
    ),
    "cacheable, uncloned": subject(async () => (await import("../peers/cacheable.ts")).memoryUncloned, entries),
    "async-cache-dedupe, 10,000 entries": subject(
      async () => (await import("../peers/asyncCacheDedupe.ts")).memory,
      few
    ),
    "smart-cache, 10,000 entries": subject(async () => (await import("../peers/smartCache.ts")).memory, few),
    "smart-cache": subject(async () => (await import("../peers/smartCache.ts")).memory, entries)
  },
  base: "Map with versions of tags",
  targets: [
    { subject: "smart-cache", measure: "an invalidation", says: "a tenth of a millisecond", limit: 0.1 },
    {
      subject: "smart-cache, 10,000 entries",
      measure: "an invalidation",
      says: "at any size",
      limit: 0.1
    }
  ],
  rounds: 7
}
