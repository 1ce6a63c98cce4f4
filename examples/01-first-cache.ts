import * as CacheDefinition from "@smart-cache/core/CacheDefinition"
import * as SmartCache from "@smart-cache/core/SmartCache"
import { Console, Effect, Layer, Schema } from "effect"

const slowModel = (match: string) =>
  Effect.as(Effect.sleep("100 millis"), { match, home: 0.48, draw: 0.27, away: 0.25 })

// Defined once: how a key is built, what a value must fit, how it is computed.
class Forecasts extends CacheDefinition.Service<Forecasts>()("app/Forecasts", {
  key: (match: string) => `forecast:${match}`,
  value: Schema.Struct({ match: Schema.String, home: Schema.Finite, draw: Schema.Finite, away: Schema.Finite }),
  compute: slowModel
}) {}

const program = Effect.gen(function*() {
  const forecasts = yield* Forecasts
  // A hundred readers of a missing key: one compute.
  const first = yield* Effect.all(Array.from({ length: 100 }, () => forecasts.get("ars-che")), {
    concurrency: "unbounded"
  })
  const again = yield* forecasts.get("ars-che")
  yield* Console.log(first[0]?.metadata.source, first[99]?.metadata.source, again.metadata.strategy, again.value.home)
})

await Effect.runPromise(Effect.provide(program, Layer.provide(Forecasts.layer, SmartCache.layer())))

// Output:
// compute in_flight serve_fresh 0.48
