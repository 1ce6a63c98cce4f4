/** Hits in Redis, a hundred readers at once. */
import type { Measure, Workload } from "../frame/workload.ts"
import { keyCount } from "../workload.ts"
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
import { verifyParsed } from "./verify.ts"

const crowd = 100

/** How long a round goes on, microseconds of its thread. */
const length = 300_000

const used = (before: NodeJS.CpuUsage): number => {
  const { system, user } = process.threadCpuUsage(before)
  return system + user
}

const throughput: Measure = { name: "reads", unit: "per second", better: "more" }

/** Of the main thread. */
const processor: Measure = { name: "processor a read", unit: "µs", better: "less" }

/** Says what to read until the round is over; looks at the time once in a hundred reads. */
const turns = () => {
  const before = process.threadCpuUsage()
  let at = 0
  let over = false
  const next = (): number | undefined => {
    if (at % crowd === 0) over ||= used(before) >= length
    return over ? undefined : at++ % keyCount
  }
  return { next, reads: () => at, micros: () => used(before) }
}

const round: Round = async (readers) => {
  const start = performance.now()
  const { micros, next, reads } = turns()
  await readers(crowd, next, verifyParsed)
  return {
    [throughput.name]: reads() / (performance.now() - start) * 1000,
    [processor.name]: micros() / reads()
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
    {
      subject: "smart-cache get",
      measure: processor.name,
      says: "the same by the processor, which others do not spoil",
      times: 1 / 1.1,
      of: base
    },
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
