/** Events that are told again when the world has gone on. */
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Fixtures } from "../src/Fixtures.ts"
import * as Events from "../src/internal/events.ts"
import { cache } from "./support/app.ts"

/** The one match on offer, until it leaves. */
const offer = () => {
  const matches = new Set(["ars-che"])
  const fixtures = Layer.succeed(Fixtures, {
    list: Effect.succeed([]),
    knows: (match) => Effect.sync(() => matches.has(match))
  })
  return { matches, layer: Layer.merge(cache, fixtures) }
}

const rain = { event: "weather_rain", match_key: "ars-che" }

it.effect("a repeat is given its answer also when the match has left the offer", () => {
  const { layer, matches } = offer()
  return Effect.gen(function*() {
    const tell = yield* Events.make
    const first = yield* tell(rain, "a")
    matches.clear()
    assert.deepStrictEqual(yield* tell(rain, "a"), first)
    assert.propertyVal(yield* Effect.flip(tell(rain, "b")), "status", 404)
  }).pipe(Effect.provide(layer), Effect.scoped)
})

it.effect("a key that was used is refused for another body, whatever is wrong with that", () =>
  Effect.gen(function*() {
    const tell = yield* Events.make
    yield* tell(rain, "a")
    assert.propertyVal(yield* Effect.flip(tell({ ...rain, event: "snowman" }, "a")), "status", 409)
    assert.propertyVal(yield* Effect.flip(tell({ ...rain, match_key: "nobody" }, "a")), "status", 409)
  }).pipe(Effect.provide(offer().layer), Effect.scoped))

it.effect("what was refused is looked at again", () => {
  const { layer, matches } = offer()
  return Effect.gen(function*() {
    const tell = yield* Events.make
    const event = { event: "weather_rain", match_key: "tot-liv" }
    assert.propertyVal(yield* Effect.flip(tell(event, "a")), "status", 404)
    matches.add("tot-liv")
    assert.deepStrictEqual((yield* tell(event, "a")).match_keys, ["tot-liv"])
  }).pipe(Effect.provide(layer), Effect.scoped)
})
