/** A hit, and what an entry takes, with more and more entries held; every entry is read as often as the others. */
import * as Effect from "effect/Effect"
import { setTimeout } from "node:timers/promises"
import { curve } from "./curve.ts"
import { bare, type Cache, embedded, nanosEach, scattered } from "./reads.ts"

const reads = 200_000

/** Bytes in use after a collection; typed arrays lie outside of the heap. */
const used = (): number => {
  globalThis.gc?.()
  globalThis.gc?.()
  const { external, heapUsed } = process.memoryUsage()
  return heapUsed + external
}

/** By reads: a write would leave a mark of each key beside its entry. */
const fill = (cache: Cache, keys: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    for (const [id, key] of keys.entries()) yield* cache.get(key, Effect.succeed({ id }))
  })

const keysOf = (size: number): ReadonlyArray<string> =>
  Array.from({ length: size }, (_, id) => `odds:bench:v1:match:{${id}}:match-odds`)

/** Another cache has all code loaded and compiled, which is no entry's; it stays, so that it is in both sums. */
const warm = async () => {
  const { cache, runtime } = await embedded({ config: { maxEntries: 100 } })
  await runtime.runPromise(fill(cache, keysOf(10_000)))
  return runtime
}

const start = async (size: number) => {
  const keys = keysOf(size)
  const map = new Map(keys.map((key, id) => [key, { id }]))
  const other = await warm()
  await setTimeout(100)
  const before = used()
  const { cache, runtime } = await embedded({ config: { maxEntries: size, maxBytes: 2 ** 40 } })
  await runtime.runPromise(fill(cache, keys))
  await setTimeout(100)
  const bytes = (used() - before) / size
  const idOf = scattered(size)
  const missing = Effect.die(new Error("an entry was not held"))
  return {
    round: async () => ({
      "hit": await runtime.runPromise(nanosEach(reads, idOf, (id) => cache.get(keys[id]!, missing))),
      "Map": bare(map, keys, idOf, reads),
      "an entry": bytes
    }),
    stop: async () => {
      await runtime.dispose()
      await other.dispose()
    }
  }
}

export const workload = curve({
  name: "entries",
  title: "entries held",
  x: "entries",
  sizes: [1000, 3000, 10_000, 30_000, 100_000, 300_000, 1_000_000],
  few: [1000, 10_000],
  redis: "none",
  measures: [{ name: "hit", unit: "ns" }, { name: "Map", unit: "ns" }, { name: "an entry", unit: "bytes" }],
  laws: [
    { measure: "hit", over: "Map", growth: "flat", why: "one look-up by hash; what both pay more is the processor's" },
    { measure: "an entry", growth: "flat", why: "an envelope, a cell and their place in the order of use" }
  ],
  start
})
