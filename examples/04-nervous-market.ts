/**
 * The volatility guard: odds are history, a jump is a panic, and a panic bypasses the
 * cache until the market calms down. What is computed in a panic is stored.
 */
import * as SmartCache from "@smart-cache/core/SmartCache"
import { Console, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"

const market = "ars-che:over-under-2-5-goals"

const program = Effect.gen(function*() {
  const cache = yield* SmartCache.SmartCache
  let computes = 0
  const price = Effect.sync(() => ++computes)
  const read = (odds: number) => cache.get("k", price, { odds: { [market]: odds } })

  for (const odds of [1.9, 1.91, 1.9, 1.92, 1.91]) {
    yield* read(odds)
    yield* TestClock.adjust("1 minute")
  }
  const calm = yield* read(1.91)
  const jump = yield* read(1.6)
  yield* Console.log(`calm: ${calm.metadata.strategy}, ${calm.metadata.vix}`)
  yield* Console.log(`jump: ${jump.metadata.strategy}, ${jump.metadata.vix}, z = ${jump.metadata.z.toFixed(1)}`)
  yield* Console.log(`${computes} computes`)
})

await Effect.runPromise(Effect.provide(program, Layer.merge(SmartCache.layer(), TestClock.layer())))

// Output:
// calm: serve_fresh, normal
// jump: bypass, panic, z = 30.8
// 2 computes
