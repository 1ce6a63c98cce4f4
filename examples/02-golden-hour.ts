/**
 * TTLs that follow a deadline: six hours of freshness the day before, thirty seconds in
 * the last quarter of an hour, nothing from the kickoff on.
 */
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as GoldenHour from "@smart-cache/football/GoldenHour"
import { Clock, Console, Duration, Effect } from "effect"

const minutesBefore = [2000, 90, 45, 10, -1]

const program = Effect.gen(function*() {
  const cache = yield* SmartCache.SmartCache
  const now = yield* Clock.currentTimeMillis
  for (const minutes of minutesBefore) {
    const deadline = now + minutes * 60_000
    const { metadata } = yield* cache.get(`match:${minutes}`, Effect.succeed("a price"), { deadline })
    const ttl = Duration.format(Duration.millis(Math.round(metadata.ttl / 1000) * 1000))
    yield* Console.log(`${minutes} min to kickoff: zone ${metadata.zone}, ttl ${ttl}, ${metadata.reason}`)
  }
})

await Effect.runPromise(program.pipe(Effect.provide(SmartCache.layer({ ttl: GoldenHour.policy }))))

// Output:
// 2000 min to kickoff: zone standard, ttl 6h, miss
// 90 min to kickoff: zone active, ttl 15m, miss
// 45 min to kickoff: zone golden, ttl 1m, miss
// 10 min to kickoff: zone warmup, ttl 30s, miss
// -1 min to kickoff: zone match_started, ttl 0, deadline_passed
