/** Hits in Redis one at a time: how long each takes. */
import { quantile } from "../frame/figures.ts"
import type { Measure, Workload } from "../frame/workload.ts"
import { keyCount } from "../workload.ts"
import { cacheByRunPromise, cacheInFibers, floor, peersBy, rawGet, type Round, storeInFibers } from "./redisHits.ts"
import { verifyParsed } from "./verify.ts"

/** In a round, unless that takes long, milliseconds. */
const reads = 2000
const long = 2000

const median: Measure = { name: "P50", unit: "µs", better: "less" }
const tail: Measure = { name: "P99", unit: "µs", better: "less" }

const round: Round = async (readers) => {
  const waits: Array<number> = []
  const end = performance.now() + long
  let at = 0
  let start = 0
  const next = () => {
    start = performance.now()
    if (at === reads || start > end) return undefined
    return at++ % keyCount
  }
  await readers(1, next, (i, value) => {
    waits.push((performance.now() - start) * 1000)
    verifyParsed(i, value)
  })
  return { [median.name]: quantile(waits, 0.5), [tail.name]: quantile(waits, 0.99) }
}

const base = "GET"

export const workload: Workload = {
  name: "redis-hit-alone",
  title: "a hit in Redis, one at a time, values of 0.9 KB parsed by all but the bare GET",
  redis: "standing",
  measures: [median, tail],
  subjects: {
    [base]: rawGet(round),
    "GET + JSON.parse": floor(round),
    ...peersBy(round),
    "smart-cache store": storeInFibers(round),
    "smart-cache get": cacheInFibers(round),
    "smart-cache get by runPromise": cacheByRunPromise(round)
  },
  base,
  targets: [{ subject: "smart-cache get", measure: median.name, says: "beside a bare GET", times: 1.1, of: base }],
  rounds: 15
}
