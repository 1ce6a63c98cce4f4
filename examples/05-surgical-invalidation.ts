/**
 * An event drops what depends on it and nothing else: rain touches 39 of 99 markets.
 */
import * as Invalidation from "@smart-cache/core/Invalidation"
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as Events from "@smart-cache/football/Events"
import * as Markets from "@smart-cache/football/Markets"
import { Console, Effect } from "effect"

const match = "ars-che"

const program = Effect.gen(function*() {
  const cache = yield* SmartCache.SmartCache
  for (const { id } of Markets.all) {
    yield* cache.get(`${match}:${id}`, Effect.succeed(0.5), { tags: [Events.graph.tag(match, id)] })
  }
  const report = yield* cache.invalidate(Invalidation.event("weather_rain", match))
  yield* Console.log(
    `${report.affected.length} affected, ${report.dropped} dropped, ${report.preserved.length} preserved, ${
      report.savedPct.toFixed(1)
    } % saved`
  )
  const corners = yield* cache.get(`${match}:corners-odds`, Effect.succeed(0.6))
  const cards = yield* cache.get(`${match}:bookings-odds`, Effect.succeed(0.6))
  yield* Console.log(`corners: ${corners.metadata.reason}, cards: ${cards.metadata.reason}`)

  const explained = yield* cache.explain(`${match}:bookings-odds`)
  yield* Console.log(`a read of the cards would now: ${explained.decision.strategy}`)
})

await Effect.runPromise(program.pipe(Effect.provide(SmartCache.layer({ graph: Events.graph }))))

// Output:
// 39 affected, 39 dropped, 60 preserved, 60.6 % saved
// corners: invalidated, cards: hit
// a read of the cards would now: serve_fresh
