/** More and more readers at once of one missing key. */
import * as Effect from "effect/Effect"
import { curve } from "./curve.ts"
import { embedded } from "./reads.ts"

const computeMs = 50

const start = async (size: number) => {
  const { cache, runtime } = await embedded()
  let stampedes = 0
  const stampede = Effect.gen(function*() {
    const id = stampedes++
    const key = `missing:${id}`
    let computes = 0
    let computed = 0
    const compute = Effect.gen(function*() {
      computes++
      const began = performance.now()
      yield* Effect.sleep(computeMs)
      computed = performance.now() - began
      return id
    })
    const began = performance.now()
    const results = yield* Effect.all(Array.from({ length: size }, () => cache.get(key, compute)), {
      concurrency: "unbounded"
    })
    const beyond = performance.now() - began - computed
    if (results.some(({ value }) => value !== id)) return yield* Effect.die(new Error("a reader got a wrong value"))
    return { computes, "beyond the compute": beyond }
  })
  return { round: () => runtime.runPromise(stampede), stop: () => runtime.dispose() }
}

export const workload = curve({
  name: "readers",
  title: `readers at once of a missing key, a compute takes ${computeMs} ms`,
  x: "readers",
  sizes: [1, 10, 100, 1000, 10_000],
  few: [1, 100],
  redis: "none",
  measures: [{ name: "computes", unit: "count" }, { name: "beyond the compute", unit: "ms" }],
  laws: [
    { measure: "computes", growth: "one", why: "single flight" },
    { measure: "beyond the compute", growth: "linear", why: "each reader is suspended and woken" }
  ],
  start
})
