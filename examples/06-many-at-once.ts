/**
 * Many keys in one call: what is held is served, the rest is computed together, once.
 */
import * as SmartCache from "@smart-cache/core/SmartCache"
import { Console, Effect } from "effect"

const program = Effect.gen(function*() {
  const cache = yield* SmartCache.SmartCache
  yield* cache.set("b", "held already")
  const results = yield* cache.getMany(["a", "b", "c"], (missing) =>
    Effect.as(
      Console.log(`computing ${missing.join(" and ")}`),
      new Map(missing.map((key) => [key, `computed ${key}`]))
    ))
  for (const [key, { metadata, value }] of results) yield* Console.log(`${key}: ${value} (${metadata.strategy})`)
})

await Effect.runPromise(program.pipe(Effect.provide(SmartCache.layer())))

// Output:
// computing a and c
// a: computed a (compute)
// b: held already (serve_fresh)
// c: computed c (compute)
