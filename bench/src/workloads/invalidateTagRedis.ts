/** The invalidation of a tag through Redis. */
import type { Workload } from "../frame/workload.ts"
import { measures, subject } from "./invalidateTagged.ts"

const entries = 100_000

/** Whose invalidation sends a command for every tag of every entry. */
const few = 1000

export const workload: Workload = {
  name: "invalidate-tag-redis",
  title:
    "the same through Redis: 40,000 of 100,000 entries with 5 tags each, 100 readers at once, every one read and checked",
  redis: "standing",
  measures,
  subjects: {
    "bentocache, two tiers": subject(async () => (await import("../peers/bentocache.ts")).twoTiers, entries),
    "cacheable, two tiers": subject(async () => (await import("../peers/cacheable.ts")).twoTiers, entries),
    "async-cache-dedupe, 1,000 entries": subject(async () => (await import("../peers/asyncCacheDedupe.ts")).redis, few),
    "smart-cache": subject(async () => (await import("../peers/smartCache.ts")).redis, entries)
  },
  base: "bentocache, two tiers",
  targets: [
    {
      subject: "smart-cache",
      measure: "an invalidation",
      says: "not behind the best peer, which sends one command as well",
      times: 1,
      of: "bentocache, two tiers"
    }
  ],
  rounds: 5
}
