/** A stampede in one process: a thousand readers of a key that is missing. */
import type { Started, Subject, Workload } from "../frame/workload.ts"
import type { Open, Peer } from "../peers/peer.ts"
import { token } from "../workload.ts"
import { computeTime, measures, readers, Source, stampede, ttl } from "./stampedes.ts"

const started = (source: Source, { check, close, read }: Peer<string>): Started => {
  let keys = 0
  const once = async () => {
    const before = source.computes
    const { ended, started } = await stampede(read, `stampede:${token}:${++keys}`)
    return { computes: source.computes - before, "last reader": ended - started }
  }
  return {
    // The first one warms up what others have cooled down meanwhile.
    round: async () => {
      await once()
      const measured = await once()
      await check?.()
      return measured
    },
    stop: close
  }
}

const peer = (load: () => Promise<Open>) => async (): Promise<Subject> => {
  const open = await load()
  return {
    start: async (redis) => {
      const source = new Source()
      return started(source, await open<string>({ load: source.load, ttl, capacity: 1000 }, redis))
    }
  }
}

const own = "smart-cache"
const ownOverRedis = "smart-cache over Redis"

export const workload: Workload = {
  name: "stampede",
  title: `${readers} readers of a missing key in one process, compute ${computeTime} ms`,
  redis: "standing",
  measures,
  subjects: {
    "Map + promise": peer(async () => (await import("../peers/map.ts")).mapOfPromises),
    "lru-cache fetch": peer(async () => (await import("../peers/lruCache.ts")).fetch),
    "async-cache-dedupe": peer(async () => (await import("../peers/asyncCacheDedupe.ts")).memory),
    "Effect Cache": peer(async () => (await import("../peers/effectCache.ts")).cache),
    cachified: peer(async () => (await import("../peers/cachified.ts")).memory),
    bentocache: peer(async () => (await import("../peers/bentocache.ts")).memoryUnserialized),
    [own]: peer(async () => (await import("../peers/smartCache.ts")).memory),
    [ownOverRedis]: peer(async () => (await import("../peers/smartCache.ts")).redis)
  },
  base: "Map + promise",
  targets: [
    { subject: own, measure: "computes", says: "one compute", limit: 1 },
    { subject: own, measure: "last reader", says: "hardly later than the compute", limit: 53 },
    { subject: ownOverRedis, measure: "computes", says: "one compute, over Redis", limit: 1 },
    { subject: ownOverRedis, measure: "last reader", says: "hardly later than the compute, over Redis", limit: 53 }
  ],
  rounds: 15
}
