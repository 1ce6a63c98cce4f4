/** What the curves' points share: reads in one fiber, timed and checked. */
import type { CacheResult } from "@smart-cache/core/CacheResult"
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"

export interface Value {
  readonly id: number
}

export const wrong = (id: number): Error => new Error(`a read of ${id} was given the value of another`)

/** Nanoseconds of this thread's processor time so far: what others on the machine take is not in it. */
export const processorTime = (): number => {
  const { system, user } = process.threadCpuUsage()
  return (system + user) * 1000
}

/** Processor time of each of `n` steps in one fiber; each step's value is checked to be that of the id it read. */
export const nanosEach = (
  n: number,
  idOf: (at: number) => number,
  read: (id: number) => Effect.Effect<CacheResult<Value>, unknown>
): Effect.Effect<number> =>
  Effect.suspend(() => {
    const start = processorTime()
    let at = 0
    let id = 0
    const reads = Effect.whileLoop({
      while: () => at < n,
      body: () => read(id = idOf(at++)),
      step: ({ value }) => {
        if (value.id !== id) throw wrong(id)
      }
    })
    return Effect.orDie(Effect.map(reads, () => (processorTime() - start) / n))
  })

/** Processor time of each of `n` look-ups in a bare `Map`: what the processor's caches make of so many objects. */
export const bare = (
  map: ReadonlyMap<string, Value>,
  keys: ReadonlyArray<string>,
  idOf: (at: number) => number,
  n: number
): number => {
  const start = processorTime()
  for (let at = 0; at < n; at++) {
    const id = idOf(at)
    if (map.get(keys[id]!)?.id !== id) throw wrong(id)
  }
  return (processorTime() - start) / n
}

/** Walks over `count` ids, each as often as the others, in an order without neighbours. */
export const scattered = (count: number): (at: number) => number => {
  const gcd = (a: number, b: number): number => b === 0 ? a : gcd(b, a % b)
  let step = Math.max(1, Math.round(count * 0.618))
  while (gcd(step, count) > 1) step++
  return (at) => (at * step) % count
}

export type Cache = SmartCache.SmartCache["Service"]

/** A cache of a point's own, on the embedded store. */
export const embedded = async (options: SmartCache.Options = {}) => {
  const runtime = ManagedRuntime.make(SmartCache.layer(options))
  return { runtime, cache: await runtime.runPromise(Effect.service(SmartCache.SmartCache)) }
}
