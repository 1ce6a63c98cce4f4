/** Quantiles and buckets of a distribution against the sorted values themselves. */
import { assert, describe, it } from "@effect/vitest"
import { Arbitrary } from "effect"
import { Distribution } from "../src/internal/distribution.ts"
import { either, finite, oneOf, properties } from "./arbitraries.ts"

const repeatedly = properties(500)

const boundaries = [0, 1e-6, 1e-3, 0.1, 1, 60]

/** From nothing to an hour, also on a boundary. */
const values = Arbitrary.array(either(oneOf(...boundaries), finite(0, 1e-3), finite(1e-3, 3600)), {
  minLength: 1,
  maxLength: 200
})

const filled = (all: ReadonlyArray<number>, into = new Distribution()) => {
  for (const value of all) into.record(value, 1)
  return into
}

describe("a distribution", () => {
  it.prop("has quantiles within 1 % of the value at that rank, and its own bounds and sum", [values], ([all]) => {
    const sorted = all.toSorted((a, b) => a - b)
    const { count, max, min, p50, p95, p99, sum } = filled(all).summary()
    assert.deepStrictEqual([count, min, max], [all.length, sorted[0], sorted.at(-1)])
    assert.approximately(sum, all.reduce((a, b) => a + b, 0), 1e-6)
    for (const [q, value] of [[0.5, p50!], [0.95, p95!], [0.99, p99!]] as const) {
      const rank = q * (all.length - 1)
      const [low, high] = [sorted[Math.floor(rank)]!, sorted[Math.ceil(rank)]!]
      assert.isAtLeast(value, low * 0.9899 - 1e-12, `${q}`)
      assert.isAtMost(value, high * 1.0101 + 1e-12, `${q}`)
    }
  }, repeatedly("has qu"))

  it.prop("counts each value in the buckets at and above it, to 1 % of a boundary", [values], ([all]) => {
    for (const [boundary, count] of filled(all).buckets(boundaries)) {
      const surely = all.filter((value) => value <= boundary).length
      const perhaps = all.filter((value) => value <= boundary * 1.0203).length
      assert.isTrue(count >= surely && count <= perhaps, `${count} at ${boundary}, of ${surely} to ${perhaps}`)
    }
  }, repeatedly("counts"))

  it.prop(
    "forgets at a reset in its summary alone: what an exporter sees only rises",
    [values, values],
    ([before, after]) => {
      const distribution = filled(before)
      distribution.reset()
      assert.strictEqual(distribution.summary().count, 0)
      filled(after, distribution)
      const whole = filled([...before, ...after])
      assert.deepStrictEqual(distribution.summary(), filled(after).summary())
      assert.deepStrictEqual(distribution.buckets(boundaries), whole.buckets(boundaries))
      const { count, max, min, sum } = distribution.totals()
      assert.deepStrictEqual([count, min, max], [whole.totals().count, whole.totals().min, whole.totals().max])
      assert.approximately(sum, whole.totals().sum, 1e-6)
    },
    repeatedly("reset")
  )

  it("takes less than nothing for nothing, and a weight for so many", () => {
    const distribution = new Distribution()
    distribution.record(-5, 1)
    distribution.record(2, 99)
    const { count, max, min, p50, sum } = distribution.summary()
    assert.deepStrictEqual([count, min, max, sum], [100, 0, 2, 198])
    assert.approximately(p50!, 2, 0.02)
  })

  it("does not grow with what it is given", () => {
    const distribution = new Distribution()
    for (let i = -40; i <= 40; i += 0.001) distribution.record(10 ** i, 1)
    const { count, max } = distribution.summary()
    assert.deepStrictEqual([count, max! > 9e39], [80_001, true])
    assert.isBelow(JSON.stringify(distribution).length, 200_000)
  })
})
