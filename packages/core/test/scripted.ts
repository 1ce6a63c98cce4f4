/**
 * A sequence of reads, invalidations and failures through a real cache, and the values
 * of all 35 published metrics after it, worked out by hand.
 */
import * as Invalidation from "@smart-cache/core/Invalidation"
import type { ReadContext } from "@smart-cache/core/ReadContext"
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as TagGraph from "@smart-cache/core/TagGraph"
import * as VixService from "@smart-cache/core/VixService"
import { Effect, Exit, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { football, hours, minutes } from "./football.ts"

/** The sequence needs these: every hit timed, no early refresh, no second chance for a failure. */
export const options: SmartCache.Options = {
  config: { latencySampling: 1, beta: 0, failSafe: 0, retryBase: 1, retryMax: 1 },
  ttl: football,
  graph: TagGraph.make({
    events: { rain: ["pitch"] },
    markets: { corners: ["pitch"], goals: ["pitch"], cards: ["referee"] }
  })
}

/** What a compute takes, milliseconds of the test clock. */
const takes = 100

const computing = Effect.as(Effect.sleep(takes), "value")
const failing = Effect.andThen(Effect.sleep(takes), Effect.fail("no source"))

/** Plays the sequence on the test clock, in something over two minutes of it. */
export const play = Effect.gen(function*() {
  const cache = yield* SmartCache.SmartCache
  const vix = yield* VixService.VixService
  const read = Effect.fnUntraced(function*(
    key: string,
    context: ReadContext,
    compute: Effect.Effect<string, string> = computing
  ) {
    const fiber = yield* Effect.forkChild(cache.get(key, compute, context), { startImmediately: true })
    yield* TestClock.adjust(takes)
    return yield* Fiber.await(fiber)
  })
  const [tomorrow, today, soon, next, last] = [hours(48), hours(12), hours(3), minutes(30), minutes(14)]
  const corners = ["s:corners"]

  // Five misses, one in each zone, 100 ms each; two hits in `standard`.
  yield* read("a", { deadline: tomorrow, tags: corners })
  yield* read("a", { deadline: tomorrow, tags: corners })
  yield* read("a", { deadline: tomorrow, tags: corners })
  yield* read("b", { deadline: today })
  yield* read("c", { deadline: soon })
  yield* read("d", { deadline: next })
  yield* read("e", { deadline: last })

  // `e` lives 30 s and is stale for 30 more: served stale, refreshed behind, once well and once in vain.
  yield* TestClock.adjust("35 seconds")
  yield* read("e", { deadline: last })
  yield* TestClock.adjust("35 seconds")
  yield* read("e", { deadline: last }, failing)

  // `d` lives 60 s and is stale for 60 more; then it is computed again, 100 ms.
  yield* TestClock.adjust("60 seconds")
  yield* read("d", { deadline: next })

  // After its deadline, 100 ms; forced, 100 ms; a failure, 100 ms.
  yield* read("f", { deadline: 1 })
  yield* read("a", { deadline: tomorrow, tags: corners, refresh: "force" })
  yield* read("h", { deadline: tomorrow }, failing)

  // A calm market: a miss of 100 ms; a nervous one: a hit; a panic: around the cache, 100 ms.
  for (let i = 0; i < 5; i++) yield* vix.observe({ market: "m", odds: 2 })
  yield* read("g", { deadline: tomorrow, odds: { m: 2 } })
  yield* read("g", { deadline: tomorrow, odds: { m: 2.0175 } })
  yield* read("g", { deadline: tomorrow, odds: { m: 5 } })

  // The event drops `a`, which is computed again, 100 ms; the key drops `b`; at last all six that are held go.
  yield* cache.invalidate(Invalidation.event("rain", "s"))
  yield* read("a", { deadline: tomorrow, tags: corners })
  yield* cache.invalidate(Invalidation.key("b"))
  yield* cache.invalidate(Invalidation.all)
  const refused = yield* Effect.exit(cache.get("", computing))
  if (Exit.isSuccess(refused)) return yield* Effect.die(new Error("an empty key was read"))
})

/**
 * 17 reads: 3 hits (two of `a`, one of `g`), 2 stale, 10 that computed (`a` to `e`, `d` again, `f`, `h`, `g`, `a`
 * again), 2 around the cache.
 */
export const expected = {
  cache_hit_fresh: 3,
  cache_hit_stale: 2,
  cache_miss: 10,
  // `h`, and the empty key.
  cache_errors: 2,
  hit_rate_pct: 5 / 17 * 100,
  vix_panic_detected: 1,
  vix_warning_detected: 1,
  vix_normal: 15,
  cache_bypass_vix: 1,
  vix_panic_rate_pct: 1 / 17 * 100,
  // `a` three times, once forced, once after the event; `h`; `g` three times.
  golden_hour_standard: 9,
  golden_hour_prematch: 1,
  golden_hour_active: 1,
  golden_hour_golden: 2,
  golden_hour_warmup: 3,
  golden_hour_match_started: 1,
  swr_served_stale: 2,
  swr_served_fresh: 3,
  swr_too_stale: 1,
  swr_background_success: 1,
  swr_background_error: 1,
  surgical_invalidation: 2,
  full_invalidation: 1,
  markets_affected_logical: 2,
  // `a`, `b`, and in the end `a`, `c`, `d`, `e` and `g`.
  cache_keys_deleted_actual: 7,
  markets_preserved: 1,
  avg_cpu_saved_pct: 1 / 3 * 100,
  strategy_bypass: 2,
  strategy_compute: 10,
  strategy_serve_stale: 2,
  strategy_serve_fresh: 3,
  total_requests: 17,
  // 12 reads waited 100 ms.
  avg_latency_ms: 1200 / 17,
  max_latency_ms: 100,
  min_latency_ms: 0
} as const
