import * as Invalidation from "@smart-cache/core/Invalidation"
import { SmartCache } from "@smart-cache/core/SmartCache"
import { TagGraph } from "@smart-cache/core/TagGraph"
import * as Effect from "effect/Effect"
import type { EventReport, MatchEvent } from "../api/Changes.ts"
import { numeric } from "../api/Numbers.ts"
import * as Problems from "../api/Problems.ts"
import { Fixtures } from "../Fixtures.ts"
import { ofCache } from "./cacheProblems.ts"
import * as Idempotency from "./idempotency.ts"
import { Limits } from "./limits.ts"

const unknownEvent = (event: string, known: ReadonlyArray<string>) => {
  const message = `there is no event ${JSON.stringify(event)}; there are ${known.join(", ") || "none"}`
  return new Problems.Unprocessable({ detail: message, errors: [{ path: ["payload", "event"], message }] })
}

const unknownMatch = (match: string) => new Problems.NotFound({ detail: `there is no match ${JSON.stringify(match)}` })

type Failure = Problems.NotFound | Problems.Unprocessable | Problems.Unavailable | Problems.Internal

/** Takes events in: what is unknown is refused before anything changes, and a repeat changes nothing. */
export const make = Effect.gen(function*() {
  const cache = yield* SmartCache
  const graph = yield* TagGraph
  const fixtures = yield* Fixtures
  const { answers: capacity, answersFor: timeToLive } = yield* Limits
  const once = yield* Idempotency.make<EventReport, Failure>({ capacity, timeToLive })

  /** Part of what runs once: a repeat is given its answer also when the match has left the offer meanwhile. */
  const check = Effect.fnUntraced(function*(event: string, matches: ReadonlyArray<string>) {
    if (graph.affected(event) === undefined) return yield* unknownEvent(event, graph.events)
    for (const match of matches) {
      if (!(yield* fixtures.knows(match))) return yield* unknownMatch(match)
    }
  })

  const invalidate = (event: string, matches: ReadonlyArray<string>) =>
    cache.invalidate(Invalidation.event(event, ...matches)).pipe(
      Effect.map((report): EventReport => ({
        event,
        match_keys: matches,
        affected: report.affected,
        preserved: report.preserved,
        dropped: numeric(report.dropped),
        saved_pct: numeric(report.savedPct),
        stamp: numeric(report.stamp)
      })),
      Effect.catch(ofCache)
    )

  return Effect.fnUntraced(function*({ event, match_key }: MatchEvent, key: string | undefined) {
    const matches = Array.from(new Set(typeof match_key === "string" ? [match_key] : match_key))
    const run = Effect.andThen(check(event, matches), invalidate(event, matches))
    return yield* key === undefined ? run : once(key, JSON.stringify([event, matches]), run)
  })
})
