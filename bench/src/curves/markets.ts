/** A hit whose context brings the odds of more and more markets. */
import * as Effect from "effect/Effect"
import { curve } from "./curve.ts"
import { embedded, nanosEach } from "./reads.ts"

const keyCount = 20
const reads = 50_000

const oddsOf = (id: number, count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, market) => [`match-${id}:market-${market}`, 1.5 + market / 50]))

const start = async (size: number) => {
  const { cache, runtime } = await embedded()
  const keys = Array.from({ length: keyCount }, (_, id) => `match:${id}`)
  const contexts = keys.map((_, id) => ({ odds: oddsOf(id, size) }))
  const missing = Effect.die(new Error("an entry was not held"))
  const hits = (n: number) => nanosEach(n, (at) => at % keyCount, (id) => cache.get(keys[id]!, missing, contexts[id]))
  await runtime.runPromise(Effect.gen(function*() {
    for (const [id, key] of keys.entries()) yield* cache.set(key, { id }, contexts[id])
  }))
  return {
    round: async () => {
      // A verdict on unchanged odds lasts seconds: what a round begins with is that of the round before.
      await runtime.runPromise(hits(keyCount))
      return { hit: await runtime.runPromise(hits(reads)) }
    },
    stop: () => runtime.dispose()
  }
}

export const workload = curve({
  name: "markets",
  title: "markets in a read's context",
  x: "markets",
  sizes: [1, 2, 5, 10, 25, 50, 99],
  few: [1, 10, 99],
  redis: "none",
  measures: [{ name: "hit", unit: "ns" }],
  laws: [{ measure: "hit", growth: "linear", why: "each market's verdict is looked up" }],
  start
})
