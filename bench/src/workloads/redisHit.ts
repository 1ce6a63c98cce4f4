/** Hits in Redis, a hundred readers at once. */
import type { Measure, Workload } from "../frame/workload.ts"
import { keyCount } from "../workload.ts"
import { verify } from "./hits.ts"
import {
  cacheByRunPromise,
  cacheInFibers,
  floor,
  peer,
  peers,
  peersBy,
  type Round,
  storeInFibers
} from "./redisHits.ts"

const crowd = 100

/** How long a round goes on, milliseconds. */
const length = 300

const throughput: Measure = { name: "reads", unit: "per second", better: "more" }

/** Of the main thread. */
const processor: Measure = { name: "processor a read", unit: "µs", better: "less" }

const round: Round = async (readers) => {
  const start = performance.now()
  const before = process.threadCpuUsage()
  let at = 0
  await readers(crowd, () => performance.now() - start < length ? at++ % keyCount : undefined, verify)
  const { system, user } = process.threadCpuUsage(before)
  return {
    [throughput.name]: at / (performance.now() - start) * 1000,
    [processor.name]: (system + user) / at
  }
}

const base = "GET + JSON.parse"

export const workload: Workload = {
  name: "redis-hit",
  title: `a hit in Redis, ${crowd} readers at once, values of 0.9 KB parsed`,
  redis: "standing",
  measures: [throughput, processor],
  subjects: {
    [base]: floor(round),
    "MGET a tick + JSON.parse": peer("mget", async () => (await import("../peers/redisFloor.ts")).mgetPerTick)(round),
    ...peersBy(round),
    "smart-cache store": storeInFibers(round),
    "smart-cache get": cacheInFibers(round),
    "smart-cache get by runPromise": cacheByRunPromise(round)
  },
  base,
  targets: [
    { subject: "smart-cache get", measure: throughput.name, says: "beside plain GET and parse", times: 1.1, of: base },
    ...Object.keys(peers).map((of) => ({
      subject: "smart-cache get",
      measure: throughput.name,
      says: "ahead of a peer",
      times: 1,
      of
    }))
  ],
  rounds: 15
}
