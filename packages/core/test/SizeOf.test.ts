import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { sizeOf } from "../src/internal/sizeOf.ts"

const size = (value: unknown) => sizeOf(value, Infinity)

describe("the size of a value", () => {
  it("is at least what its text and its binary data take", () => {
    assert.isAtLeast(size("x".repeat(1000)), 2000)
    for (
      const binary of [
        new Uint8Array(5000),
        new Float64Array(625),
        new DataView(new ArrayBuffer(5000)),
        new ArrayBuffer(5000)
      ]
    ) {
      assert.isAtLeast(size(binary), 5000)
      assert.isAtLeast(size({ nested: [binary] }), 5000)
    }
    assert.isAtLeast(size(new Map([["x".repeat(500), "y".repeat(500)]])), 2000)
    assert.isAtLeast(size(new Set(["x".repeat(1000)])), 2000)
    assert.isAtLeast(size({ ["x".repeat(1000)]: 1 }), 2000)
  })

  it("of a wide value of many rows is no less than its parts", () => {
    const rows = Array.from({ length: 100_000 }, (_, i) => ({ a: `${i} ${"x".repeat(90)}`, b: i, c: [i, i] }))
    const parts = rows.slice(0, 100).reduce((sum, row) => sum + size(row.a) + 32 + 16, 0) * 1000
    assert.isAtLeast(size(rows), parts)
    assert.isAtMost(size(rows), 2 * parts)
  })

  it("of a deep value is no less than its parts, and takes no stack", () => {
    let chain: unknown = null
    for (let i = 0; i < 100_000; i++) chain = { next: chain, text: "x".repeat(10) }
    assert.isAtLeast(size(chain), 100_000 * (32 + 36))
  })

  it("counts what is shared once, and ends at a cycle", () => {
    const shared = { text: "x".repeat(1000) }
    assert.isBelow(size([shared, shared, shared]), 2 * size(shared))
    const cycle: Record<string, unknown> = {}
    cycle["self"] = cycle
    assert.isBelow(size(cycle), 200)
    assert.isBelow(size([{ name: 1 }, { name: 2 }]), 2 * size({ name: 1 }) + 40)
  })

  it("is not counted further than the limit", () => {
    const endless = {
      [Symbol.iterator]: undefined,
      get more(): unknown {
        return { ...endless }
      }
    }
    assert.isAbove(sizeOf([endless], 1000), 0)
    assert.isAtMost(sizeOf(Array.from({ length: 1_000_000 }, () => 1), 1000), 1016)
    const holes: Array<unknown> = []
    holes.length = 4_000_000_000
    assert.isAtMost(sizeOf(holes, 1000), 1008)
  })

  it("is asked of values that do not want to be looked into without a failure", () => {
    const thrower = {
      get value(): never {
        throw new Error("not now")
      }
    }
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    const hostile = new Proxy({}, {
      ownKeys: () => {
        throw new Error("no")
      }
    })
    for (
      const value of [
        thrower,
        proxy,
        hostile,
        [proxy, thrower],
        Object.create(null),
        Symbol("x"),
        () => 1,
        5n,
        undefined
      ]
    ) {
      assert.isAbove(size(value), 0)
    }
  })

  it("knows values of a Schema class by their fields", () => {
    class Point extends Schema.Class<Point>("Point")({ name: Schema.String }) {}
    assert.isAtLeast(size(new Point({ name: "x".repeat(1000) })), 2000)
  })
})
