/**
 * A stale value is served at once and refreshed behind; while the source fails, the good
 * value stays and says so; a slow source is not waited for when something can stand in.
 */
import * as SmartCache from "@smart-cache/core/SmartCache"
import { Console, Data, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"

class ModelDown extends Data.TaggedError("ModelDown") {}

interface Answer {
  readonly metadata: { readonly strategy: string; readonly reason: string }
  readonly value: number
}

const show = (what: string, { metadata, value }: Answer) =>
  Console.log(`${what}: ${value} (${metadata.strategy}, ${metadata.reason})`)

const program = Effect.gen(function*() {
  const cache = yield* SmartCache.SmartCache
  yield* show("first", yield* cache.get("k", Effect.succeed(1)))
  yield* TestClock.adjust("11 minutes")
  yield* show("stale", yield* cache.get("k", Effect.succeed(2)))
  yield* show("refreshed behind", yield* cache.get("k", Effect.succeed(3)))
  yield* TestClock.adjust("25 minutes")
  yield* show("source down", yield* cache.get("k", Effect.fail(new ModelDown())))
  yield* show("backing off", yield* cache.get("k", Effect.succeed(4)))
  const error = yield* Effect.flip(cache.get("other", Effect.fail(new ModelDown())))
  yield* Console.log(`nothing to stand in: ${error._tag}`)
})

// The clock of the examples that wait is Effect's TestClock: minutes pass at once.
await Effect.runPromise(
  Effect.provide(program, Layer.merge(SmartCache.layer({ config: { ttl: "10 minutes" } }), TestClock.layer()))
)

// Output:
// first: 1 (compute, miss)
// stale: 1 (serve_stale, stale)
// refreshed behind: 2 (serve_fresh, hit)
// source down: 2 (serve_stale, compute_failed)
// backing off: 2 (serve_stale, compute_failed)
// nothing to stand in: ModelDown
