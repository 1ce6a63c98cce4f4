import { assert, describe, it } from "@effect/vitest"
import * as Percentiles from "@smart-cache/lab/Percentiles"
import * as Schema from "effect/Schema"

describe("Percentiles.of", () => {
  it.prop(
    "gives the smallest value that enough of the values do not exceed",
    [Schema.Array(Schema.Finite)],
    ([values]) => {
      const result = Percentiles.of(values)
      const smallest = (share: number): number =>
        values.toSorted((a, b) => a - b).find((value) =>
          values.filter((each) => each <= value).length >= share * values.length
        ) ?? 0
      assert.deepEqual(result, { p50: smallest(0.5), p95: smallest(0.95), p99: smallest(0.99), max: smallest(1) })
    }
  )

  it("gives zeros of nothing", () => {
    assert.deepStrictEqual(Percentiles.of([]), { p50: 0, p95: 0, p99: 0, max: 0 })
  })

  it("leaves its input as it was", () => {
    const values = [3, 1, 2]
    Percentiles.of(values)
    assert.deepStrictEqual(values, [3, 1, 2])
  })
})
