import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { either, integer, oneOf, properties } from "../../core/test/arbitraries.ts"
import { plainProblem } from "../src/internal/plain.ts"
import { jsonValues } from "./support/envelopes.ts"

const repeatedly = properties(1000)

class Price {
  readonly amount = 1
}

class Point extends Schema.Class<Point>("Point")({ x: Schema.Finite }) {}

class Prices extends Array<number> {}

const holed = [1, 2, 3]
delete holed[1]

/** What JSON changes or refuses, and how it is called. */
const bad: ReadonlyArray<readonly [value: unknown, words: string]> = [
  [new Date(0), "a Date"],
  [new Map([["a", 1]]), "a Map"],
  [new Set([1]), "a Set"],
  [new Uint8Array(2), "an Uint8Array"],
  [/a/, "a RegExp"],
  [new Error("canary"), "an Error"],
  [Object(1), "a Number"],
  [new Price(), "a Price"],
  [new Point({ x: 1 }), "a Point"],
  [new Prices(), "a Prices"],
  [Object.create({ inherited: 1 }), "an Object"],
  [Object.create(Object.create(null)), "a class instance"],
  [Number.NaN, "the number NaN"],
  [Infinity, "the number Infinity"],
  [-Infinity, "the number -Infinity"],
  [12345n, "a bigint"],
  [() => 1, "a function"],
  [Symbol("canary"), "a symbol"],
  [{ toJSON: () => "canary" }, "an object with toJSON"],
  [Object.assign([1], { toJSON: () => "canary" }), "an object with toJSON"],
  [[1, undefined], "undefined in an array"],
  [holed, "a hole in an array"]
]

const chain = (levels: number): unknown => {
  let value: unknown = 1
  for (let i = 0; i < levels; i++) value = i % 2 === 0 ? { next: value } : [value]
  return value
}

describe("a value without a Schema", () => {
  it.prop("is plain when it is JSON", [jsonValues], ([value]) => {
    assert.isUndefined(plainProblem(value))
  }, repeatedly("JSON"))

  it("is plain with what only vanishes", () => {
    for (
      const value of [undefined, { a: undefined, b: [{ c: undefined }] }, Object.assign(Object.create(null), { a: 1 })]
    ) {
      assert.isUndefined(plainProblem(value))
    }
  })

  it.each(bad.map(([value, words]) => ({ value, words })))("is not plain as $words", ({ value, words }) => {
    const said = plainProblem(value)
    assert.isTrue(said?.startsWith(words), said)
    assert.notInclude(said!, "canary")
    assert.notInclude(said!, "12345")
  })

  const places = Arbitrary.array(either<string | number>(integer(0, 3), oneOf("a", "b1", "__proto__", "toString")), {
    maxLength: 8
  })

  it.prop(
    "that hides one such part is not plain, and is told where it is",
    [places, integer(0, bad.length - 1)],
    ([place, which]) => {
      const [part, words] = bad[which]!
      const value = place.reduceRight<unknown>((inner, at) => {
        if (typeof at === "number") return [...Array.from({ length: at }, () => [1, null, "x"]), inner, { c: 1 }]
        return Object.fromEntries([["first", { a: [1] }], [at, inner], ["last", null]])
      }, part)
      const path = place.map((at) => typeof at === "number" ? `[${at}]` : `.${at}`).join("")
      const said = plainProblem(value)
      assert.isTrue(said?.startsWith(words), said)
      assert.include(said!, path === "" ? " value" : ` at value${path}`)
    },
    repeatedly("hidden")
  )

  it("is told its place in few words, whatever its names are", () => {
    const said = plainProblem({ "a b": { ["x".repeat(5000)]: { "\"\n": [new Date(0)] } } })
    assert.strictEqual(said, `a Date at value["a b"]["${"x".repeat(40)}…"]["\\"\\n"][0]`)
    let deep: unknown = 1n
    for (let i = 0; i < 500; i++) deep = [deep]
    assert.isBelow(plainProblem(deep)!.length, 100)
  })

  it("may be a thousand levels deep, and no cycle", () => {
    assert.isUndefined(plainProblem(chain(1000)))
    assert.match(plainProblem(chain(1001))!, /^a cycle, or more than 1000 levels, at value/)
    assert.match(plainProblem(chain(1_000_000))!, /^a cycle/)
    const cycle: Record<string, unknown> = { a: 1 }
    cycle["left"] = cycle
    cycle["right"] = [cycle, cycle]
    assert.match(plainProblem(cycle)!, /^a cycle, or more than 1000 levels, at value\.left\.left/)
  })

  it("may hold the same part twice", () => {
    const shared = { a: [1] }
    assert.isUndefined(plainProblem([shared, shared, { shared }]))
  })

  it("is asked without a failure when it does not want to be looked into", () => {
    const thrower = {
      get secret(): never {
        throw new Error("canary")
      }
    }
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    for (const value of [thrower, [proxy], { thrower }]) {
      assert.strictEqual(plainProblem(value), "a value that throws when it is looked into")
    }
  })
})
