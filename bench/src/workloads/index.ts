/** Every workload by its name; a subject's process loads its own and no other. */
import type { Registry } from "../frame/workload.ts"

export const workloads: Registry = {
  "memory-hit": () => import("./memoryHit.ts"),
  "memory-hit-awaited": () => import("./memoryHitAwaited.ts"),
  "memory-hit-tagged": () => import("./memoryHitTagged.ts"),
  "redis-hit": () => import("./redisHit.ts"),
  "redis-hit-alone": () => import("./redisHitAlone.ts"),
  "metrics-cost": () => import("./metricsCost.ts"),
  http: () => import("./http.ts"),
  stampede: () => import("./stampede.ts"),
  "stampede-processes": () => import("./stampedeProcesses.ts"),
  "redis-commands": () => import("./redisCommands.ts"),
  storm: () => import("./storm.ts"),
  "invalidate-tag": () => import("./invalidateTag.ts"),
  "invalidate-tag-redis": () => import("./invalidateTagRedis.ts"),
  races: () => import("./races.ts"),
  "races-redis": () => import("./racesRedis.ts"),
  "memory-held": () => import("./memoryHeld.ts"),
  allocation: () => import("./allocation.ts"),
  vix: () => import("./vix.ts"),
  decisions: () => import("./decisions.ts")
}
