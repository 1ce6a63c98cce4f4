import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { SmartCacheError } from "../CacheError.ts"
import type { CacheResult } from "../CacheResult.ts"
import type { ReadContext } from "../ReadContext.ts"
import type { Engine } from "./engine.ts"

/** One compute for several keys; its fiber belongs to those who wait for it. */
interface Batch<A, E> {
  readonly keys: Set<string>
  waiters: number
  fiber: Fiber.Fiber<ReadonlyMap<string, A>, E> | undefined
}

/**
 * Gathers the keys that are asked for in one go into one compute.
 *
 * (`Effect.request` batches too, but detaches a batch that has begun: nobody could
 * interrupt it, and it would outlive the cache.)
 */
const gather = <A, E, R>(
  compute: (keys: ReadonlyArray<string>) => Effect.Effect<ReadonlyMap<string, A>, E, R>
) => {
  let gathering: Batch<A, E> | undefined
  const begin = (batch: Batch<A, E>) => {
    const run = Effect.suspend(() => {
      gathering = undefined
      return compute(Array.from(batch.keys))
    })
    // Whoever is going to ask has asked when the scheduler comes back.
    return Effect.map(Effect.forkDetach(Effect.andThen(Effect.yieldNow, run), { startImmediately: true }), (fiber) => {
      batch.fiber = fiber
      return batch
    })
  }
  const join = (key: string) =>
    Effect.suspend(() => {
      const batch = gathering ?? { keys: new Set<string>(), waiters: 0, fiber: undefined }
      batch.keys.add(key)
      batch.waiters++
      if (batch === gathering) return Effect.succeed(batch)
      gathering = batch
      return begin(batch)
    })
  const leave = (batch: Batch<A, E>, key: string) =>
    Effect.suspend(() => {
      batch.waiters--
      if (batch === gathering) batch.keys.delete(key)
      if (batch === gathering && batch.waiters === 0) gathering = undefined
      if (batch.waiters === 0) return Fiber.interrupt(batch.fiber!)
      // The key is being computed until the batch ends: no other compute of it may begin before.
      return batch === gathering ? Effect.void : Effect.asVoid(Fiber.await(batch.fiber!))
    })
  return (key: string): Effect.Effect<A, E, R> =>
    Effect.acquireUseRelease(
      join(key),
      (batch) => Effect.flatMap(Fiber.join(batch.fiber!), (values) => pick(values, key)),
      (batch) => leave(batch, key)
    )
}

const pick = <A>(values: ReadonlyMap<string, A>, key: string): Effect.Effect<A> =>
  values.has(key)
    ? Effect.succeed(values.get(key)!)
    : Effect.die(new Error(`getMany's compute returned no value for "${key}"`))

/**
 * Reads many keys; those that must be computed are computed together.
 *
 * Each key goes through `get`, so it joins computes of others and counts as a read.
 */
export const getMany = <A, E, R>(
  engine: Engine,
  keys: Iterable<string>,
  compute: (missing: ReadonlyArray<string>) => Effect.Effect<ReadonlyMap<string, A>, E, R>,
  context: ReadContext | ((key: string) => ReadContext) = {}
): Effect.Effect<ReadonlyMap<string, CacheResult<A>>, E | SmartCacheError, R> =>
  Effect.suspend(() => {
    const load = gather(compute)
    const contextOf = typeof context === "function" ? context : () => context
    const one = (key: string) =>
      Effect.map(engine.get(key, load(key), contextOf(key)), (result) => [key, result] as const)
    return Effect.map(
      Effect.forEach(new Set(keys), one, { concurrency: "unbounded" }),
      (results) => new Map(results)
    )
  })
