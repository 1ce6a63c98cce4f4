/** A hit, and the first one after an invalidation of something else, with more and more tags an entry. */
import * as Invalidation from "@smart-cache/core/Invalidation"
import * as Effect from "effect/Effect"
import { curve } from "./curve.ts"
import { embedded, nanosEach, processorTime } from "./reads.ts"

const keyCount = 1000
const passes = 100
const pool = 256

const tagsOf = (id: number, count: number): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, i) => `tag:${(id * 7 + i) % pool}`)

const start = async (size: number) => {
  const { cache, runtime } = await embedded()
  const keys = Array.from({ length: keyCount }, (_, id) => `tagged:${id}`)
  const contexts = keys.map((_, id) => ({ tags: tagsOf(id, size) }))
  const missing = Effect.die(new Error("an entry was not held"))
  const read = (id: number) => cache.get(keys[id]!, missing, contexts[id])
  const pass = nanosEach(keyCount, (at) => at, read)
  let invalidated = 0
  /** Names an unused tag: every entry stands, and each is to be checked once. */
  const invalidation = Effect.suspend(() => cache.invalidate(Invalidation.tags(`other:${invalidated++ % 1000}`)))
  const checked = Effect.gen(function*() {
    // One clock for all: a pass alone is too short for it, and an invalidation is nothing beside a thousand reads.
    const start = processorTime()
    for (let i = 0; i < passes; i++) {
      yield* invalidation
      yield* pass
    }
    return (processorTime() - start) / passes / keyCount
  })
  await runtime.runPromise(Effect.gen(function*() {
    for (const [id, key] of keys.entries()) yield* cache.set(key, { id }, contexts[id])
    for (let i = 0; i < 1000; i++) yield* invalidation
  }))
  return {
    round: async () => ({
      "hit": await runtime.runPromise(nanosEach(keyCount * passes, (at) => at % keyCount, read)),
      "first hit after an invalidation": await runtime.runPromise(checked)
    }),
    stop: () => runtime.dispose()
  }
}

export const workload = curve({
  name: "tags",
  title: "tags an entry",
  x: "tags",
  sizes: [0, 1, 2, 4, 8, 16, 32],
  few: [1, 4, 32],
  redis: "none",
  measures: [{ name: "hit", unit: "ns" }, { name: "first hit after an invalidation", unit: "ns" }],
  laws: [
    { measure: "hit", growth: "flat", why: "tags are looked at only after an invalidation" },
    { measure: "first hit after an invalidation", growth: "linear", why: "one look at the mark of each tag" }
  ],
  start
})
