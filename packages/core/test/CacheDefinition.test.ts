/** Typed caches: what the types say, and that values are held to their Schema. */
import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import * as CacheDefinition from "@smart-cache/core/CacheDefinition"
import type { SmartCacheError } from "@smart-cache/core/CacheError"
import type { CacheResult } from "@smart-cache/core/CacheResult"
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

class Rates extends Context.Service<Rates, { readonly of: (currency: string) => unknown }>()("test/Rates") {}

class Down extends Schema.TaggedError<Down>()("Down", { currency: Schema.String }) {}

interface Input {
  readonly currency: string
}

interface Asked {
  readonly tags?: ReadonlyArray<string>
}

const computed: Array<string> = []

class Prices extends CacheDefinition.Service<Prices>()("test/Prices", {
  key: ({ currency }: Input) => `price:${currency}`,
  value: Schema.Struct({ rate: Schema.Finite, at: Schema.Struct({ day: Schema.Int }) }),
  compute: ({ currency }) =>
    Effect.gen(function*() {
      computed.push(currency)
      if (currency === "down") return yield* new Down({ currency })
      // What comes from outside has the type that it claims, or not.
      return (yield* Rates).of(currency) as { readonly rate: number; readonly at: { readonly day: number } }
    }),
  context: (_input, { tags }: Asked) => ({ tags })
}) {}

const rates = Rates.of({
  of: (currency) => currency === "bad" ? { rate: 1, at: { day: "hunter2" } } : { rate: currency.length, at: { day: 1 } }
})

const provided = <A, E>(test: Effect.Effect<A, E, Prices | SmartCache.SmartCache>) =>
  Effect.suspend(() => {
    computed.length = 0
    const services = Prices.layer.pipe(
      Layer.provideMerge(SmartCache.layer()),
      Layer.provide(Layer.succeed(Rates, rates))
    )
    return Effect.provide(test, services)
  })

type Price = { readonly rate: number; readonly at: { readonly day: number } }

describe("the types of a definition", () => {
  it("keep the compute's error, ask for its services once, at the layer, and infer the rest", () => {
    expectTypeOf(Prices.layer).toEqualTypeOf<Layer.Layer<Prices, never, SmartCache.SmartCache | Rates>>()
    type Get = Prices["Service"]["get"]
    expectTypeOf<Parameters<Get>>().toEqualTypeOf<[input: Input, context: Asked]>()
    expectTypeOf<ReturnType<Get>>().toEqualTypeOf<Effect.Effect<CacheResult<Price>, Down | SmartCacheError>>()
    type Many = Prices["Service"]["getMany"]
    expectTypeOf<ReturnType<Many>>().toEqualTypeOf<
      Effect.Effect<ReadonlyArray<CacheResult<Price>>, Down | SmartCacheError>
    >()
    expectTypeOf<Effect.Services<ReturnType<Get>>>().toEqualTypeOf<never>()
  })

  it("of get keep error and services of the compute", () => {
    const read = Effect.flatMap(
      SmartCache.SmartCache,
      (cache) => cache.get("k", {} as Effect.Effect<"value", Down, Rates>)
    )
    expectTypeOf(read).toEqualTypeOf<
      Effect.Effect<CacheResult<"value">, Down | SmartCacheError, SmartCache.SmartCache | Rates>
    >()
  })
})

describe("a definition", () => {
  it.effect("computes with the services of its layer, and caches by its key", () =>
    provided(Effect.gen(function*() {
      const prices = yield* Prices
      assert.strictEqual((yield* prices.get({ currency: "EUR" }, {})).value.rate, 3)
      assert.strictEqual((yield* prices.get({ currency: "EUR" }, {})).metadata.reason, "hit")
      yield* prices.invalidate({ currency: "EUR" })
      assert.strictEqual((yield* prices.get({ currency: "EUR" }, { tags: ["t"] })).metadata.reason, "invalidated")
      assert.deepStrictEqual((yield* prices.explain({ currency: "EUR" }, {})).held!.tags, ["t"])
      assert.deepStrictEqual(computed, ["EUR", "EUR"])
    })))

  it.effect("reads many in their order, each at most once", () =>
    provided(Effect.gen(function*() {
      const prices = yield* Prices
      const inputs = ["EUR", "USDT", "EUR"].map((currency) => ({ currency }))
      const results = yield* prices.getMany(inputs, {})
      assert.deepStrictEqual(results.map((result) => result.value.rate), [3, 4, 3])
      assert.deepStrictEqual(computed, ["EUR", "USDT"])
    })))

  it.effect("refuses a value that does not fit, naming cache and path, and never the value", () =>
    provided(Effect.gen(function*() {
      const prices = yield* Prices
      const bad = { rate: 1, at: { day: "hunter2" } }
      for (const refused of [prices.get({ currency: "bad" }, {}), prices.set({ currency: "bad" }, bad, {})]) {
        const error = yield* Effect.flip<unknown, Down | SmartCacheError, never>(refused)
        assert.isTrue(error._tag === "SmartCacheError" && error.reason._tag === "InvalidValue")
        assert.match(error.message, /"test\/Prices"[^]*\["at"\]\["day"\]/)
        assert.notMatch(JSON.stringify(error) + error.message + String(error.stack), /hunter2/)
      }
      assert.isUndefined((yield* prices.explain({ currency: "bad" }, {})).held)
    })))

  it.effect("keeps a good value when a refresh computes one that does not fit", () =>
    provided(Effect.gen(function*() {
      const prices = yield* Prices
      yield* prices.set({ currency: "bad" }, { rate: 7, at: { day: 1 } }, {})
      const cache = yield* SmartCache.SmartCache
      yield* Effect.exit(cache.get("price:bad", Effect.fail("no"), { refresh: "force" }))
      assert.strictEqual((yield* prices.get({ currency: "bad" }, {})).value.rate, 7)
    })))

  it.effect("leaves the compute's own error in its own type", () =>
    provided(Effect.gen(function*() {
      const prices = yield* Prices
      const caught = yield* Effect.catchTag(prices.get({ currency: "down" }, {}), "Down", (error) =>
        Effect.succeed(error.currency))
      assert.strictEqual(caught, "down")
    })))
})
