import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Entry, Stamp } from "../CacheEntry.ts"
import type { SmartCacheError } from "../CacheError.ts"
import * as Decision from "../Decision.ts"
import type { ReadContext } from "../ReadContext.ts"
import type { KeyState } from "../SwrService.ts"
import type { Verdict } from "../VixService.ts"
import * as XFetch from "../XFetch.ts"
import type { Engine } from "./engine.ts"
import { problemOf } from "./problem.ts"

/** What is held about a key and what a read would do now; times in epoch milliseconds. Never the value. */
export interface Explanation {
  readonly key: string
  readonly now: number
  /** The standing entry, without its value. */
  readonly held:
    | Omit<Entry, "value"> & { readonly age: number; readonly usableUntil: number }
    | undefined
  readonly invalidated: boolean
  /** Computes that began at or before this stamp are refused. */
  readonly fence: Stamp
  readonly state: KeyState
  readonly volatility: Verdict
  /** What a read would do, if X-Fetch does not strike. */
  readonly decision: Decision.Decision
  /** Probability that X-Fetch makes such a read refresh early. */
  readonly earlyProbability: number
}

const noTags: ReadonlyArray<string> = []

/** Explains a key; records nothing and counts nothing. */
export const explain = (
  engine: Engine,
  key: string,
  context: ReadContext = {}
): Effect.Effect<Explanation, SmartCacheError> =>
  Effect.gen(function*() {
    const { desk: { rules }, services, slow } = engine
    const { guard, settings, store, swr, vix } = services
    const problem = problemOf(settings, key, context)
    if (problem !== undefined) return yield* problem
    const subject = { key, tags: context.tags ?? noTags, codec: context.codec }
    const lookup = yield* guard.insist("look", () => store.look(subject))
    const volatility = yield* vix.judge(context.odds ?? {})
    const now = yield* Clock.currentTimeMillis
    const { entry } = lookup
    const standing = entry !== undefined && swr.backingOff(key, now)
      ? "backing_off"
      : lookup.invalidated
      ? "invalidated"
      : "ok"
    const decision = Decision.decide(entry, standing, now, volatility.level, 0, context, rules)
    const held = entry === undefined ? undefined : withoutValue(entry, now, Decision.usableUntil(entry, context, rules))
    return {
      key,
      now,
      held,
      invalidated: lookup.invalidated,
      fence: lookup.fence,
      state: together(swr.state(key), slow.companions(key)),
      volatility,
      decision,
      earlyProbability: entry !== undefined && decision === Decision.fresh && standing === "ok"
        ? XFetch.probability(
          Decision.scaleOf(entry, rules),
          Decision.freshUntil(entry, context, rules) - now
        )
        : 0
    }
  })

/** Reads that go together are one to the flight. */
const together = (state: KeyState, companions: number): KeyState =>
  state.flight === undefined
    ? state
    : { ...state, flight: { ...state.flight, waiters: state.flight.waiters + companions } }

const withoutValue = (entry: Entry, now: number, usableUntil: number): Explanation["held"] => {
  const { confirmed, createdAt, deadline, delta, earlyFrom, freshUntil, stamp, staleUntil, tags } = entry
  const age = now - createdAt
  return { createdAt, freshUntil, earlyFrom, staleUntil, deadline, confirmed, delta, stamp, tags, age, usableUntil }
}
