/** Every workload by its name; a subject's process loads its own and no other. */
import type { Registry } from "../frame/workload.ts"

export const workloads: Registry = {
  "memory-hit": () => import("./memoryHit.ts")
}
