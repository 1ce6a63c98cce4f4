/**
 * An expiry storm: one key that expires again and again under steady reads. An open loop: reads come when they are due,
 * whether others were answered or not.
 */
import { setTimeout as sleep } from "node:timers/promises"
import { quantile } from "../frame/figures.ts"
import type { Measured, Started, Subject, Workload } from "../frame/workload.ts"
import type { Open } from "../peers/peer.ts"

const ttl = 200
const computeTime = 50
const readsPerSecond = 500
const length = 2000
/** Longer than any reader should wait who could have had a value. */
const patience = 10

interface Value {
  readonly key: string
  /** When its compute began and ended, `performance.now()`. */
  readonly began: number
  readonly ended: number
}

interface Served {
  readonly waited: number
  /** Since its compute ended, which is when a TTL begins, and since it began. */
  readonly age: number
  readonly sinceBegun: number
}

class Source {
  computes = 0
  running = 0
  atOnce = 0

  readonly load = async (key: string): Promise<Value> => {
    this.computes++
    this.atOnce = Math.max(this.atOnce, ++this.running)
    const began = performance.now()
    await sleep(computeTime)
    this.running--
    return { key, began, ended: performance.now() }
  }

  forget(): void {
    this.computes = 0
    this.atOnce = this.running
  }
}

const key = "storm:1"

const served = async (read: (key: string) => Promise<Value>): Promise<Served> => {
  const asked = performance.now()
  const value = await read(key)
  const answered = performance.now()
  if (value?.key !== key) throw new Error(`a wrong value: ${JSON.stringify(value)}`)
  return { waited: answered - asked, age: answered - value.ended, sinceBegun: answered - value.began }
}

/** Reads, and the longest that the process wanted the processor and had it not: what no cache can help. */
interface Storm {
  readonly reads: ReadonlyArray<Served>
  readonly halted: number
}

const cpu = (): number => {
  const { system, user } = process.cpuUsage()
  return (system + user) / 1000
}

/** All reads that are due until the end; rejects when one of them fails. */
const blow = async (read: (key: string) => Promise<Value>): Promise<Storm> => {
  const begun = performance.now()
  const reads: Array<Promise<Served>> = []
  let halted = 0
  for (let now = 0; now < length; now = performance.now() - begun) {
    while (reads.length < now * readsPerSecond / 1000) reads.push(served(read))
    const [at, used] = [performance.now(), cpu()]
    await sleep(1)
    halted = Math.max(halted, performance.now() - at - 1 - (cpu() - used))
  }
  return { reads: await Promise.all(reads), halted }
}

/** Storms that a round may have until one of them is quiet. */
const storms = 3

/** The quietest of a few storms, and no more of them once one was quiet. */
const quietest = async (storm: () => Promise<Measured>): Promise<Measured> => {
  let best = await storm()
  for (let again = 1; again < storms && best[halted]! > patience; again++) {
    const next = await storm()
    if (next[halted]! < best[halted]!) best = next
  }
  return best
}

const halted = "longest without a processor"

const started = (source: Source, read: (key: string) => Promise<Value>, stop: () => Promise<void>): Started => {
  const storm = async (): Promise<Measured> => {
    await read(key)
    // Whoever was served what the round before left has a new value by now.
    await sleep(2 * computeTime)
    source.forget()
    const { halted: millis, reads } = await blow(read)
    const p99 = (of: (served: Served) => number) => quantile(reads.map(of), 0.99)
    return {
      "reads that wait": reads.filter(({ waited }) => waited > patience).length,
      computes: source.computes,
      "computes at once": source.atOnce,
      "age P99": p99(({ age }) => age),
      "age P99 since the compute began": p99(({ sinceBegun }) => sinceBegun),
      "wait P99": p99(({ waited }) => waited),
      [halted]: millis
    }
  }
  return { round: () => quietest(storm), stop }
}

/** `stale` as the peer's own kind of it needs it; 0 for those that have none. */
const peer = (load: () => Promise<Open>, stale: number, lifetime = ttl) => async (): Promise<Subject> => {
  const open = await load()
  return {
    start: async () => {
      const source = new Source()
      const { close, read } = await open<Value>({ load: source.load, ttl: lifetime, stale, capacity: 1000 }, "")
      return started(source, read, close)
    }
  }
}

/** Ten seconds. */
const long = 10_000

export const workload: Workload = {
  name: "storm",
  title: `an expiry storm: one key, TTL ${ttl} ms, compute ${computeTime} ms, ${readsPerSecond} reads a second for ${
    length / 1000
  } s; a round is the quietest of up to ${storms} storms, by the longest time without a processor; readers wait from ${patience} ms on`,
  redis: "none",
  measures: [
    { name: "reads that wait", unit: "count", better: "less" },
    { name: "computes", unit: "count", better: "less" },
    { name: "computes at once", unit: "count", better: "less" },
    { name: "age P99", unit: "ms", better: "less" },
    { name: "age P99 since the compute began", unit: "ms", better: "less" },
    { name: "wait P99", unit: "ms", better: "less" },
    { name: halted, unit: "ms", better: "less" }
  ],
  subjects: {
    "Map + promise": peer(async () => (await import("../peers/map.ts")).mapOfPromises, 0),
    "Effect Cache": peer(async () => (await import("../peers/effectCache.ts")).cache, 0),
    "lru-cache fetch, allowStale": peer(async () => (await import("../peers/lruCache.ts")).fetch, long),
    "cachified, swr": peer(async () => (await import("../peers/cachified.ts")).memory, long),
    "cache-manager, refreshThreshold": peer(async () => (await import("../peers/cacheManager.ts")).memory, long),
    "bentocache, grace": peer(async () => (await import("../peers/bentocache.ts")).memoryUnserialized, long),
    "async-cache-dedupe, stale, TTL 1 s": peer(
      async () => (await import("../peers/asyncCacheDedupe.ts")).memory,
      long,
      1000
    ),
    "smart-cache": peer(async () => (await import("../peers/smartCache.ts")).memory, long)
  },
  base: "Map + promise",
  targets: [
    { subject: "smart-cache", measure: "reads that wait", says: "nobody waits", limit: 0 },
    {
      subject: "smart-cache",
      measure: "computes",
      says: "hardly more computes than expiries",
      limit: 1.2 * length / ttl
    },
    {
      subject: "smart-cache",
      measure: "age P99",
      says: "1.1 TTL, since the compute ended (that is when a TTL begins here)",
      limit: 1.1 * ttl
    },
    {
      subject: "smart-cache",
      measure: "age P99 since the compute began",
      says: "1.1 TTL, since the compute began",
      limit: 1.1 * ttl
    }
  ],
  rounds: 5
}
