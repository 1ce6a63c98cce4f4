/** The invalidation of a tag that more and more entries carry. */
import * as Invalidation from "@smart-cache/core/Invalidation"
import * as Effect from "effect/Effect"
import { curve } from "./curve.ts"
import { embedded } from "./reads.ts"

const most = 100_000

/** Invalidations of tags that nothing carries, so that the step itself is compiled. */
const warming = 2000

const start = async (size: number) => {
  const { cache, runtime } = await embedded({ config: { maxEntries: most, maxBytes: 2 ** 40 } })
  const keys = Array.from({ length: most }, (_, id) => `entry:${id}`)
  const carried = { tags: ["carried"] }
  const other = { tags: ["other"] }
  const timed = (what: Invalidation.Invalidation) =>
    Effect.gen(function*() {
      const start = process.hrtime.bigint()
      const { dropped } = yield* cache.invalidate(what)
      return { dropped, micros: Number(process.hrtime.bigint() - start) / 1000 }
    })
  const round = Effect.gen(function*() {
    for (let id = 0; id < size; id++) yield* cache.set(keys[id]!, { id }, carried)
    const { dropped, micros } = yield* timed(Invalidation.tags("carried"))
    if (dropped !== size) return yield* Effect.die(new Error(`${dropped} of ${size} entries were dropped`))
    const [first, last] = [yield* cache.explain(keys[0]!), yield* cache.explain(keys[size - 1]!)]
    if (first.decision.reason !== "invalidated" || last.decision.reason !== "invalidated") {
      return yield* Effect.die(new Error("an entry stood although its tag was invalidated"))
    }
    return { invalidation: micros }
  })
  await runtime.runPromise(Effect.gen(function*() {
    for (const [id, key] of keys.entries()) yield* cache.set(key, { id }, other)
    for (let i = 0; i < warming; i++) yield* timed(Invalidation.tags(`nothing:${i}`))
  }))
  return { round: () => runtime.runPromise(round), stop: () => runtime.dispose() }
}

export const workload = curve({
  name: "invalidation",
  title: `entries under an invalidated tag, of ${most.toLocaleString("en")} held`,
  x: "entries under the tag",
  sizes: [100, 1000, 10_000, 100_000],
  few: [100, 10_000],
  redis: "none",
  measures: [{ name: "invalidation", unit: "µs" }],
  laws: [{ measure: "invalidation", growth: "flat", why: "it stamps the tag; entries are checked when they are read" }],
  start
})
