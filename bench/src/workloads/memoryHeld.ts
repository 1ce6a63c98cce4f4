/** Memory that 100,000 small entries hold: heap and external bytes after full collections, an entry, key and value included. */
import { setTimeout as sleep } from "node:timers/promises"
import type { Subject, Workload } from "../frame/workload.ts"
import type { Open } from "../peers/peer.ts"

const entries = 100_000
const lifetime = 3_600_000

interface Value {
  readonly id: number
  readonly name: string
  readonly active: boolean
}

const keyOf = (i: number): string => `k:${i}`
const indexOf = (key: string): number => Number(key.slice(2))
const load = async (key: string): Promise<Value> => {
  const i = indexOf(key)
  return { id: i, name: `name ${i}`, active: i % 2 === 0 }
}

const tags: ReadonlyArray<string> = ["league:1", "team:7", "team:9", "day:2026-03-01", "venue:3"]

/** How an application makes its tags: none, one array for many entries, or a new one for each. */
const tagged = {
  untagged: undefined,
  "tags shared": () => tags,
  "tags of its own": (key: string) => tags.map((_, at) => tags[(indexOf(key) + at) % tags.length]!)
}

/** What is reachable; several collections, for what finalizers let go. */
const reachable = async (): Promise<number> => {
  for (let i = 0; i < 4; i++) {
    globalThis.gc!()
    await sleep(10)
  }
  const { external, heapUsed } = process.memoryUsage()
  return heapUsed + external
}

const readersAtOnce = 100

const readAll = async (read: (key: string) => Promise<Value>): Promise<void> => {
  let next = 0
  const loop = async () => {
    while (next < entries) {
      const i = next++
      const value = await read(keyOf(i))
      if (value?.id !== i || value.name !== `name ${i}`) throw new Error(`a wrong value for ${keyOf(i)}`)
    }
  }
  await Promise.all(Array.from({ length: readersAtOnce }, loop))
}

/** What is reachable while the entries are held; nothing of them outlives the call. */
const filled = async (open: Open, tagsOf: ((key: string) => ReadonlyArray<string>) | undefined): Promise<number> => {
  let computes = 0
  const counted = (key: string) => {
    computes++
    return load(key)
  }
  const asked = tagsOf === undefined ? {} : { tagsOf }
  const { close, read } = await open<Value>({ load: counted, ttl: lifetime, capacity: entries, ...asked }, "")
  await readAll(read)
  const held = await reachable()
  // All of them are still there.
  await readAll(read)
  if (computes !== entries) throw new Error(`${computes} computes of ${entries} entries`)
  await close()
  return held
}

const subject = (module: () => Promise<Open>, tags: keyof typeof tagged = "untagged") => async (): Promise<Subject> => {
  const open = await module()
  const round = async () => {
    const full = await filled(open, tagged[tags])
    // What is let go, and not what grows: a process that has just begun has garbage of its own.
    return { "an entry": (full - await reachable()) / entries }
  }
  return { start: async () => ({ round, stop: async () => {} }) }
}

export const workload: Workload = {
  name: "memory-held",
  title: `memory held by ${entries.toLocaleString("en")} entries {id, name, active} with a lifetime, keys included`,
  redis: "none",
  measures: [{ name: "an entry", unit: "bytes", better: "less" }],
  subjects: {
    Map: subject(async () => (await import("../peers/map.ts")).map),
    "lru-cache fetch": subject(async () => (await import("../peers/lruCache.ts")).fetch),
    "async-cache-dedupe": subject(async () => (await import("../peers/asyncCacheDedupe.ts")).memory),
    "async-cache-dedupe, tags shared": subject(
      async () => (await import("../peers/asyncCacheDedupe.ts")).memory,
      "tags shared"
    ),
    "cache-manager, unbounded": subject(async () => (await import("../peers/cacheManager.ts")).memory),
    "cache-manager, bounded": subject(async () => (await import("../peers/cacheManager.ts")).memoryBounded),
    cachified: subject(async () => (await import("../peers/cachified.ts")).memory),
    "bentocache, unserialized": subject(async () => (await import("../peers/bentocache.ts")).memoryUnserialized),
    bentocache: subject(async () => (await import("../peers/bentocache.ts")).memory),
    "bentocache, tags shared": subject(async () => (await import("../peers/bentocache.ts")).memory, "tags shared"),
    "cacheable, uncloned": subject(async () => (await import("../peers/cacheable.ts")).memoryUncloned),
    "Effect Cache": subject(async () => (await import("../peers/effectCache.ts")).cache),
    "smart-cache": subject(async () => (await import("../peers/smartCache.ts")).memory),
    "smart-cache, tags shared": subject(async () => (await import("../peers/smartCache.ts")).memory, "tags shared"),
    "smart-cache, tags of its own": subject(
      async () => (await import("../peers/smartCache.ts")).memory,
      "tags of its own"
    )
  },
  base: "lru-cache fetch",
  targets: [
    {
      subject: "smart-cache, tags shared",
      measure: "an entry",
      says: "envelope included, one array of tags for all entries",
      limit: 300
    },
    {
      subject: "smart-cache, tags of its own",
      measure: "an entry",
      says: "envelope included, and an array of tags for each entry",
      limit: 300
    }
  ],
  rounds: 5
}
