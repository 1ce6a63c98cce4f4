/**
 * Loads that an invalidation overtakes: a load begins and reads the source, the source changes, its tag is invalidated,
 * the load ends. Whoever is served the old value from then on is served what was said to be gone.
 */
import type { Measured, Started, Subject } from "../frame/workload.ts"
import type { Open } from "../peers/peer.ts"
import { token } from "../workload.ts"

interface Value {
  readonly key: string
  readonly version: number
}

const triesARound = 20

/** What a load says and is told: it has read the source, and may end. */
interface Race {
  readonly begun: PromiseWithResolvers<void>
  readonly over: PromiseWithResolvers<void>
  version: number
}

const started = async (open: Open, redis: string): Promise<Started> => {
  const races = new Map<string, Race>()
  const load = async (key: string): Promise<Value> => {
    const race = races.get(key)!
    const { version } = race
    race.begun.resolve()
    await race.over.promise
    return { key, version }
  }
  const settings = { load, ttl: 3_600_000, capacity: 10_000, tagsOf: (key: string) => [`tag:${key}`] }
  const { check, close, invalidateTag, read } = await open<Value>(settings, redis)
  const checked = async (key: string): Promise<number> => {
    const value = await read(key)
    if (value?.key !== key) throw new Error(`a wrong value for ${key}: ${JSON.stringify(value)}`)
    return value.version
  }
  /** Whether the old value was served after its invalidation. */
  const lost = async (key: string): Promise<boolean> => {
    const race = { begun: Promise.withResolvers<void>(), over: Promise.withResolvers<void>(), version: 0 }
    races.set(key, race)
    const early = checked(key)
    await race.begun.promise
    race.version = 1
    await invalidateTag!(`tag:${key}`)
    race.over.resolve()
    await early
    return await checked(key) === 0
  }
  let tries = 0
  return {
    round: async (): Promise<Measured> => {
      races.clear()
      const keys = Array.from({ length: triesARound }, () => `raced:${token}:${tries++}`)
      const outcomes = await Promise.all(keys.map(lost))
      await check?.()
      return { "stale served": outcomes.filter((stale) => stale).length }
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
