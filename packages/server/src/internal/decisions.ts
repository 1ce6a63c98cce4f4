/** The cache at work: reads as they are answered and invalidations as they happen. */
import type { DecisionEvent } from "@smart-cache/core/CacheResult"
import type { InvalidationEvent } from "@smart-cache/core/Invalidation"
import { SmartCache } from "@smart-cache/core/SmartCache"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Filter, Invalidated } from "../api/Insight.ts"
import { numeric } from "../api/Numbers.ts"
import { Limits } from "./limits.ts"
import { metadata } from "./reads.ts"
import { sampled, Skipped } from "./sampled.ts"
import type { Message } from "./streams.ts"

const fits = ({ key, reason, strategy }: Filter) => (decision: DecisionEvent): boolean =>
  (strategy === undefined || decision.metadata.strategy === strategy) &&
  (reason === undefined || decision.metadata.reason === reason) &&
  (key === undefined || decision.key.includes(key))

const invalidated = ({ at, report }: InvalidationEvent): typeof Invalidated.Type => {
  const { invalidation } = report
  return {
    at,
    event: invalidation._tag === "Event" ? invalidation.event : null,
    subjects: invalidation._tag === "Event" ? invalidation.subjects : [],
    affected: report.affected,
    preserved: report.preserved,
    dropped: numeric(report.dropped),
    saved_pct: numeric(report.savedPct)
  }
}

const messages = <A>(source: Stream.Stream<A>, perSecond: number, message: (element: A) => Message) =>
  Stream.map(
    sampled(source, perSecond),
    (each): Message => each instanceof Skipped ? { event: "skipped", data: { count: each.count } } : message(each)
  )

/** Everything that happens and fits, no faster than a stream may carry. */
export const make = Effect.gen(function*() {
  const cache = yield* SmartCache
  const { decisionsPerSecond, invalidationsPerSecond } = yield* Limits
  // Beside each other, so that a flood of reads hides no invalidation.
  const invalidations = messages(cache.invalidations, invalidationsPerSecond, (each) => ({
    event: "invalidation",
    data: invalidated(each)
  }))
  return (filter: Filter): Stream.Stream<Message> =>
    Stream.merge(
      messages(Stream.filter(cache.decisions, fits(filter)), decisionsPerSecond, (each) => ({
        event: "decision",
        data: { key: each.key, ...metadata(each.metadata) }
      })),
      invalidations
    )
})
