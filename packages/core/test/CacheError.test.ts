import { assert, describe, it } from "@effect/vitest"
import * as CacheError from "@smart-cache/core/CacheError"
import { Effect, Schema } from "effect"

const reasons: ReadonlyArray<readonly [CacheError.SmartCacheReason, ReadonlyArray<string>]> = [
  [{ _tag: "InvalidKey", length: 0, problem: "is empty" }, ["0 characters", "is empty"]],
  [{ _tag: "InvalidContext", field: "deadline", got: "NaN", expected: "epoch milliseconds" }, [
    "deadline",
    "NaN",
    "epoch"
  ]],
  [{ _tag: "InvalidOdds", market: "draw", got: "0.5", expected: "more than 1" }, ["draw", "0.5", "more than 1"]],
  [{ _tag: "InvalidTtl", got: "NaN", expected: "a duration" }, ["NaN", "a duration", "not stored"]],
  [{ _tag: "InvalidValue", cache: "odds", problem: "no number" }, ["odds", "no number"]],
  [{ _tag: "ComputeDied", key: "k", defect: new Error("boom") }, ["\"k\"", "boom"]],
  [{ _tag: "HardTimeout", key: "k", millis: 50 }, ["\"k\"", "50 ms"]],
  [{ _tag: "StoreFailed", operation: "read", cause: "cut" }, ["read", "cut"]],
  [{ _tag: "UnknownEvent", event: "hail", known: ["rain", "snow"] }, ["hail", "rain, snow"]],
  [{ _tag: "Closed", key: "k" }, ["\"k\"", "closed"]]
]

describe("an error of the cache", () => {
  it("says what is wrong in each of its reasons, with what was got", () => {
    assert.sameMembers(
      reasons.map(([reason]) => reason._tag),
      CacheError.SmartCacheReason.members.map((member) => member.fields._tag.ast.literal as string) as never
    )
    for (const [reason, words] of reasons) {
      const error = CacheError.make(reason)
      assert.strictEqual(error._tag, "SmartCacheError")
      assert.instanceOf(error, Error)
      for (const word of words) assert.include(error.message, word)
      assert.notInclude(error.message, "undefined")
    }
    assert.include(CacheError.make({ _tag: "UnknownEvent", event: "hail", known: [] }).message, "none")
  })

  it.effect("travels as data and comes back the same", () =>
    Effect.gen(function*() {
      const codec = Schema.toCodecJson(CacheError.SmartCacheError)
      for (const [reason] of reasons) {
        const json = JSON.stringify(yield* Schema.encodeEffect(codec)(CacheError.make(reason)))
        const back = yield* Schema.decodeUnknownEffect(codec)(JSON.parse(json))
        assert.instanceOf(back, CacheError.SmartCacheError)
        assert.strictEqual(back.message, CacheError.make(reason).message)
      }
    }))

  it.effect("can be caught by its reason", () =>
    Effect.gen(function*() {
      const failing = Effect.fail(CacheError.make({ _tag: "HardTimeout", key: "k", millis: 50 }))
      const caught = Effect.catchReason(
        failing,
        "SmartCacheError",
        "HardTimeout",
        ({ millis }) => Effect.succeed(millis)
      )
      assert.strictEqual(yield* caught, 50)
    }))

  it("has a message even when what was thrown cannot be printed", () => {
    const unprintable = [
      Object.create(null) as unknown,
      {
        toString: () => {
          throw new Error("no")
        }
      },
      Symbol("x"),
      undefined
    ]
    for (const thrown of unprintable) {
      assert.include(CacheError.make({ _tag: "ComputeDied", key: "k", defect: thrown }).message, "\"k\"")
      assert.include(CacheError.make({ _tag: "StoreFailed", operation: "read", cause: thrown }).message, "read")
    }
  })

  it("shows numbers and kinds of what was got, and never a text", () => {
    const shown = [1, Number.NaN, true, null, undefined, "secret", { secret: 1 }, Symbol("secret"), () => "secret"].map(
      CacheError.show
    )
    assert.deepStrictEqual(shown, [
      "1",
      "NaN",
      "true",
      "null",
      "undefined",
      "a string of 6 characters",
      "a value of type object",
      "a value of type symbol",
      "a value of type function"
    ])
  })
})
