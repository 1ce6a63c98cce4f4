/** Loads raced by an invalidation, through Redis. */
import type { Workload } from "../frame/workload.ts"
import { measures, subject, title } from "./racesLost.ts"

export const workload: Workload = {
  name: "races-redis",
  title: `${title}; through Redis`,
  redis: "standing",
  measures,
  subjects: {
    "bentocache, two tiers": subject(async () => (await import("../peers/bentocache.ts")).twoTiers),
    "bentocache in Redis": subject(async () => (await import("../peers/bentocache.ts")).redis),
    "cacheable, two tiers": subject(async () => (await import("../peers/cacheable.ts")).twoTiers),
    "async-cache-dedupe": subject(async () => (await import("../peers/asyncCacheDedupe.ts")).redis),
    "smart-cache": subject(async () => (await import("../peers/smartCache.ts")).redis)
  },
  base: "bentocache, two tiers",
  targets: [{ subject: "smart-cache", measure: "stale served", says: "no invalidation is overtaken", limit: 0 }],
  rounds: 5
}
