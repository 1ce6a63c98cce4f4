import * as Effect from "effect/Effect"
import * as CacheError from "../CacheError.ts"
import type * as CacheStore from "../CacheStore.ts"
import type { EventTarget, Invalidation, Report } from "../Invalidation.ts"
import type { Services } from "./services.ts"
import * as Spans from "./spans.ts"

const unknownEvent = (event: string, known: ReadonlyArray<string>) =>
  CacheError.make({ _tag: "UnknownEvent", event: event.slice(0, 80), known })

const drop = ({ guard, store }: Services, what: CacheStore.Target) =>
  guard.insist("invalidate", () => store.invalidate(what))

const direct = (services: Services, what: CacheStore.Target) =>
  Effect.map(drop(services, what), ({ dropped, stamp }): Report => {
    const { metrics } = services
    metrics.add(what._tag === "All" ? "full_invalidations" : "surgical_invalidations", 1)
    metrics.add("entries_dropped", dropped ?? 0)
    return { invalidation: what, stamp, affected: [], preserved: [], dropped, savedPct: 0 }
  })

const byEvent = (services: Services, what: EventTarget) => {
  const { graph, metrics } = services
  const affected = graph.affected(what.event)
  if (affected === undefined) return Effect.fail(unknownEvent(what.event, graph.events))
  const touched = new Set(affected)
  const preserved = graph.markets.filter((market) => !touched.has(market))
  const tags = what.subjects.flatMap((subject) => affected.map((market) => graph.tag(subject, market)))
  return Effect.map(drop(services, { _tag: "Tags", tags }), ({ dropped, stamp }): Report => {
    metrics.add("surgical_invalidations", 1)
    metrics.add("entries_dropped", dropped ?? 0)
    metrics.add("markets_affected", affected.length * what.subjects.length)
    metrics.add("markets_preserved", preserved.length * what.subjects.length)
    const savedPct = graph.markets.length === 0 ? 0 : preserved.length / graph.markets.length * 100
    return { invalidation: what, stamp, affected, preserved, dropped, savedPct }
  })
}

/** Carries out an invalidation and reports it; an unknown event changes nothing. */
export const invalidate = (
  services: Services,
  what: Invalidation
): Effect.Effect<Report, CacheError.SmartCacheError> =>
  Spans.invalidate(
    { target: what._tag, tags: what._tag === "Tags" ? what.tags.length : undefined },
    () => what._tag === "Event" ? byEvent(services, what) : direct(services, what)
  )
