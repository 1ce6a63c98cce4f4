/** Measures the heap in a process of its own, which can call for a collection: `memory.ts` starts it. */
import * as Invalidation from "@smart-cache/core/Invalidation"
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as Effect from "effect/Effect"
import { valueOf } from "../workload.ts"
import type { Setup, Sizes } from "./memory.ts"

const setup: Setup = JSON.parse(process.argv[2] ?? "")

const collect = (): number => {
  if (globalThis.gc === undefined) throw new Error("the heap's process needs --expose-gc")
  globalThis.gc()
  globalThis.gc()
  return process.memoryUsage().heapUsed
}

/** Bytes that a request allocates: the most of several rounds, for a collection in between can only hide some. */
const allocated = (request: (i: number) => Effect.Effect<unknown, unknown>) =>
  Effect.gen(function*() {
    const { requests, rounds } = setup.allocation
    let most = 0
    // The first two rounds warm the compiler up.
    for (let round = -2; round < rounds; round++) {
      const before = collect()
      let at = 0
      yield* Effect.orDie(
        Effect.whileLoop({ while: () => at < requests, body: () => request(at++), step: () => {} })
      )
      const bytes = (process.memoryUsage().heapUsed - before) / requests
      if (round >= 0) most = Math.max(most, bytes)
    }
    return most
  })

const allocation = Effect.gen(function*() {
  const cache = yield* SmartCache.SmartCache
  const value = valueOf(0)
  const compute = Effect.succeed(value)
  const full = { tags: ["a", "b", "c", "d", "e"], odds: { "m:1": 1.9, "m:2": 3.4, "m:3": 4.2 } }
  const names = Array.from({ length: 1000 }, (_, i) => `computed:${i}`)
  yield* cache.get("bare", compute)
  yield* cache.get("full", compute, full)
  const bare = yield* allocated(() => cache.get("bare", compute))
  const tagged = yield* allocated(() => cache.get("full", compute, full))
  const computed = yield* allocated((i) => cache.get(names[i % names.length]!, compute, { refresh: "force" }))
  return { bare, tagged, computed }
})

/** Bounds that the first round reaches. */
const bounded = { maxEntries: 2000, maxMarkers: 2000, vixMaxMarkets: 2000, retryMax: "1 second" } as const

const failure = new Error("a compute that fails")

/** Failures are remembered of ten thousand keys, which a hundredth of the reads would take too long to reach. */
const failures = 12_000

/** All numbers have as many digits: longer names would be growth of their own. */
const first = 2_000_000

/** Ever new keys, tags and markets; every tenth read is a hit's, some computes fail, some keys are invalidated. */
const churn = Effect.gen(function*() {
  const cache = yield* SmartCache.SmartCache
  const { requests, rounds } = setup.growth
  const heap: Array<number> = []
  for (let i = 0; i < failures; i++) yield* Effect.exit(cache.get(`failing:${first - 1 - i}`, Effect.fail(failure)))
  let n = first
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < requests; i++, n++) {
      const id = n % 10 === 9 ? n - 1 : n
      const context = { tags: [`tag:${id}`, `group:${id % 50}`], odds: { [`market:${id}`]: 1.5 + (id % 100) / 50 } }
      if (n % 100 === 50) yield* Effect.exit(cache.get(`failing:${n}`, Effect.fail(failure)))
      else {
        const { value } = yield* cache.get(`key:${id}`, Effect.sync(() => valueOf(id)), context)
        if (value.id !== id) return yield* Effect.die(new Error(`the key ${id} was given the value of ${value.id}`))
      }
      if (n % 20 === 0) yield* cache.invalidate(Invalidation.tags(`tag:${id}`))
      if (n % 1000 === 0) yield* Effect.sleep(0)
    }
    heap.push(collect())
  }
  return heap
})

const sizes: Sizes = await Effect.runPromise(Effect.gen(function*() {
  const { bare, computed, tagged } = yield* Effect.provide(allocation, SmartCache.layer())
  const heap = yield* Effect.provide(churn, SmartCache.layer({ config: bounded }))
  return { bare, tagged, computed, heap }
}))
process.send?.(sizes)
process.disconnect?.()
