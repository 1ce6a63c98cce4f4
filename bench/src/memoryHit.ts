/**
 * A memory hit beside its peers: each contender is a loop of `n` reads that checks every value.
 */
import * as SmartCache from "@smart-cache/core/SmartCache"
import { BentoCache, bentostore } from "bentocache"
import { memoryDriver } from "bentocache/drivers/memory"
import * as Cache from "effect/Cache"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as ManagedRuntime from "effect/ManagedRuntime"
import type { Contender } from "./rounds.ts"
import { keyCount, keyOf, sequenceLength, type Value, values } from "./workload.ts"

export const inFiberReads = 200_000
const awaitedReads = 50_000

export const keys: ReadonlyArray<string> = Array.from({ length: keyCount }, (_, i) => keyOf(i))

const taggedKeys: ReadonlyArray<string> = keys.map((key) => JSON.parse(JSON.stringify(`${key}:tagged`)) as string)

const verify = (i: number, value: Value | undefined): void => {
  if (value?.id !== i) throw new Error(`a contender returned a wrong value for ${keyOf(i)}`)
}

/** Runs `n` reads in one fiber; `valueOf` takes the value out of what a read gives, as a caller would. */
export const inFiber = <A>(
  sequence: Uint16Array,
  read: (i: number) => Effect.Effect<A, unknown>,
  valueOf: (result: A) => Value
) =>
(n: number): Promise<void> => {
  let at = 0
  return Effect.runPromise(Effect.orDie(Effect.whileLoop({
    while: () => at < n,
    body: () => read(sequence[at & (sequenceLength - 1)]!),
    step: (result) => verify(sequence[at++ & (sequenceLength - 1)]!, valueOf(result))
  })))
}

const whole = (value: Value): Value => value
export const ofResult = (result: { readonly value: Value }): Value => result.value

const awaited = (sequence: Uint16Array, read: (i: number) => Promise<Value | undefined>) => async (n: number) => {
  for (let at = 0; at < n; at++) {
    const i = sequence[at & (sequenceLength - 1)]!
    verify(i, await read(i))
  }
}

const floor = (sequence: Uint16Array): Contender => {
  const map = new Map(keys.map((key, i) => [key, { value: values[i]!, expires: Infinity }]))
  const get = (key: string): Effect.Effect<Value> =>
    Effect.withFiber((fiber) => {
      const now = fiber.getRef(Clock.Clock).currentTimeMillisUnsafe()
      const entry = map.get(key)!
      return now < entry.expires ? Exit.succeed(entry.value) : Effect.die("expired")
    })
  return {
    name: "floor: Map + Clock in Effect",
    kind: "in a fiber",
    reads: inFiberReads,
    run: inFiber(sequence, (i) => get(keys[i]!), whole)
  }
}

const effectCache = async (sequence: Uint16Array): Promise<Contender> => {
  const cache = await Effect.runPromise(Cache.make({
    lookup: (key: string) => Effect.sync(() => values[keys.indexOf(key)]!),
    capacity: 10_000,
    timeToLive: "1 hour"
  }))
  return {
    name: base,
    kind: "in a fiber",
    reads: inFiberReads,
    run: inFiber(sequence, (i) => Cache.get(cache, keys[i]!), whole)
  }
}

const smartCache = async (sequence: Uint16Array): Promise<ReadonlyArray<Contender>> => {
  const runtime = ManagedRuntime.make(SmartCache.layer())
  const cache = await runtime.runPromise(Effect.service(SmartCache.SmartCache))
  const compute = values.map((value) => Effect.succeed(value))
  const odds = { "m:1": 1.9, "m:2": 3.4, "m:3": 4.2 }
  const tagged = { tags: ["a", "b", "c", "d", "e"], odds }
  const nested = (i: number) => cache.get(keys[i]!, compute[i]!)
  const full = (i: number) => cache.get(taggedKeys[i]!, compute[i]!, tagged)
  const context = await runtime.context()
  const runPromise = Effect.runPromiseWith(context)
  return [
    { name: "smart-cache get", kind: "in a fiber", reads: inFiberReads, run: inFiber(sequence, nested, ofResult) },
    {
      name: "smart-cache get, 5 tags, 3 odds",
      kind: "in a fiber",
      reads: inFiberReads,
      run: inFiber(sequence, full, ofResult)
    },
    {
      name: "smart-cache get by runPromise",
      kind: "awaited",
      reads: awaitedReads,
      run: awaited(sequence, async (i) => (await runPromise(nested(i))).value)
    }
  ]
}

const bento = (sequence: Uint16Array, name: string, serialize: boolean): Contender => {
  const cache = new BentoCache({
    default: "memory",
    stores: { memory: bentostore().useL1Layer(memoryDriver({ maxItems: 10_000, serialize })) }
  })
  const read = (i: number) => cache.getOrSet({ key: keys[i]!, ttl: "1h", factory: () => values[i]! })
  return { name, kind: "awaited", reads: awaitedReads, run: awaited(sequence, read) }
}

/** What every other is compared with. */
export const base = "effect Cache.get"

/** Every contender, warmed by nothing yet. */
export const contenders = async (sequence: Uint16Array): Promise<ReadonlyArray<Contender>> => [
  floor(sequence),
  await effectCache(sequence),
  ...await smartCache(sequence),
  bento(sequence, "bentocache, memory, no serialization", false),
  bento(sequence, "bentocache, memory, default", true)
]
