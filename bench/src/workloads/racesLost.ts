/**
 * Loads that an invalidation overtakes: a load begins and reads the source, the source changes, its tag is invalidated,
 * the load ends. Whoever is served the old value from then on is served what was said to be gone.
 */
import { setTimeout as sleep } from "node:timers/promises"
import type { Measured, Started, Subject } from "../frame/workload.ts"
import type { Open } from "../peers/peer.ts"

interface Value {
  readonly key: string
  readonly version: number
}

const triesARound = 20

/** How long a load takes to return what it has read, and when in it the source changes. */
const loading = 20
const changing = 8

const started = async (open: Open, redis: string): Promise<Started> => {
  const versions = new Map<string, number>()
  const versionOf = (key: string) => versions.get(key) ?? 0
  const load = async (key: string): Promise<Value> => {
    const version = versionOf(key)
    await sleep(loading)
    return { key, version }
  }
  const settings = { load, ttl: 3_600_000, capacity: 10_000, tagsOf: (key: string) => [`tag:${key}`] }
  const { close, invalidateTag, read } = await open<Value>(settings, redis)
  const checked = async (key: string): Promise<number> => {
    const value = await read(key)
    if (value?.key !== key) throw new Error(`a wrong value for ${key}: ${JSON.stringify(value)}`)
    return value.version
  }
  /** Whether the old value was served after its invalidation. */
  const lost = async (key: string): Promise<boolean> => {
    const early = checked(key)
    await sleep(changing)
    const version = versionOf(key) + 1
    versions.set(key, version)
    await invalidateTag!(`tag:${key}`)
    await early
    return await checked(key) < version
  }
  let tries = 0
  return {
    round: async (): Promise<Measured> => {
      const races = await Promise.all(Array.from({ length: triesARound }, () => lost(`raced:${process.pid}:${tries++}`)))
      return { "stale served": races.filter((stale) => stale).length }
    },
    stop: close
  }
}

export const subject = (load: () => Promise<Open>) => async (): Promise<Subject> => {
  const open = await load()
  return { start: (redis) => started(open, redis) }
}

export const measures = [{ name: "stale served", unit: "count", better: "less" }] as const

export const title = `loads raced by an invalidation of their tag: ${triesARound} a round, how many are served later`
