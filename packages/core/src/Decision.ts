/**
 * The decision of one read: a pure function of the entry, the time, the
 * volatility, a random draw and the request (spec §1). Everything effectful
 * surrounds it; the live cache, the tests and the simulator share it.
 */
import type { Entry } from "./CacheEntry.ts"
import type { Reason, Refresh, Strategy, VixLevel } from "./CacheOutcome.ts"
import { reasons, strategyOf } from "./CacheOutcome.ts"
import * as TtlPolicy from "./TtlPolicy.ts"
import * as XFetch from "./XFetch.ts"

export interface Decision {
  /** Position of the reason in `CacheOutcome.reasons`, for the counters. */
  readonly code: number
  readonly strategy: Strategy
  /** Whether a held value is served. */
  readonly serves: boolean
  readonly reason: Reason
  readonly refresh: Refresh
}

/** What the reader says about the key; what it leaves out, it takes as the entry has it. */
export interface Request {
  /** When the value stops being of use, epoch milliseconds (football: the kickoff). None by default. */
  readonly deadline?: number | undefined
  /** Whether what the value rests on is confirmed (football: the lineups). */
  readonly confirmed?: boolean | undefined
  /** `"force"` computes whatever is held. */
  readonly refresh?: "force" | undefined
}

/** What the reader does not choose. */
export interface Rules {
  readonly policy: TtlPolicy.Policy
  readonly enabled: boolean
  /** X-Fetch's β; 0 turns early refresh off. */
  readonly beta: number
  /** The stale window as a multiple of the TTL. */
  readonly staleFactor: number
  /** Milliseconds past the stale window in which a value may stand in for a failing compute. */
  readonly failSafe: number
  /** Age in milliseconds from which a nervous market makes a fresh value stale. */
  readonly warningTtl: number
}

/**
 * What is known about the key beside its entry.
 *
 * `invalidated`: an entry was held but an invalidation beat it. `backing_off`: the
 * last refresh failed and its back-off is not over.
 */
export type Standing = "ok" | "invalidated" | "backing_off"

const decision = (reason: Reason, refresh: Refresh = "none"): Decision => {
  const strategy = strategyOf[reason]
  return Object.freeze({
    code: reasons.indexOf(reason),
    strategy,
    serves: strategy === "serve_fresh" || strategy === "serve_stale",
    reason,
    refresh
  })
}

/** Every decision there is, made once: a read allocates none. */
export const disabled = decision("disabled")
export const panic = decision("vix_panic")
export const forced = decision("forced")
export const deadlinePassed = decision("deadline_passed")
export const miss = decision("miss")
export const invalidated = decision("invalidated")
export const tooStale = decision("too_stale")
export const storeUnavailable = decision("store_unavailable")
export const stale = decision("stale", "stale")
export const warned = decision("vix_warning", "stale")
export const computeFailed = decision("compute_failed")
export const computeSlow = decision("compute_slow")
export const fresh = decision("hit")
export const freshEarly = decision("hit", "early")

/**
 * The end of a window of `multiple` TTLs for this reader: the entry's own, or
 * earlier when the reader knows a nearer deadline or less certainty than the
 * writer did (a match brought forward, a lineup withdrawn).
 */
const windowEnd = (entry: Entry, own: number, multiple: number, request: Request, rules: Rules): number => {
  const { confirmed, deadline } = request
  if (
    (deadline === undefined || deadline === entry.deadline) &&
    (confirmed === undefined || confirmed === entry.confirmed)
  ) return own
  const grant = {
    ...TtlPolicy.plainGrant,
    createdAt: entry.createdAt,
    deadline: deadline ?? entry.deadline,
    confirmed: confirmed ?? entry.confirmed,
    value: entry.value
  }
  return Math.min(own, TtlPolicy.expiry(rules.policy, grant, multiple))
}

/** When freshness ends for this reader. */
export const freshUntil = (entry: Entry, request: Request, rules: Rules): number =>
  windowEnd(entry, entry.freshUntil, 1, request, rules)

/** When the stale window ends for this reader. */
export const staleUntil = (entry: Entry, request: Request, rules: Rules): number =>
  windowEnd(entry, entry.staleUntil, 1 + rules.staleFactor, request, rules)

/** Until when the entry may stand in for a failing or slow compute; never past a deadline. */
export const usableUntil = (entry: Entry, request: Request, rules: Rules): number =>
  Math.min(entry.staleUntil + rules.failSafe, entry.deadline, request.deadline ?? Infinity)

/** Whether the draw could matter, so that a read far from the expiry spends no random number. */
export const needsDraw = (entry: Entry, now: number): boolean => now >= entry.earlyFrom

/** X-Fetch's βδ for an entry. */
export const scaleOf = (entry: Entry, rules: Rules): number =>
  XFetch.scale(rules.beta, entry.delta, entry.freshUntil - entry.createdAt)

const strikes = (entry: Entry, now: number, draw: number, until: number, rules: Rules): boolean =>
  needsDraw(entry, now) && XFetch.lead(scaleOf(entry, rules), draw) >= until - now

const decideWarned = (entry: Entry, standing: Standing, now: number, rules: Rules): Decision | undefined =>
  now - entry.createdAt < rules.warningTtl ? undefined : standing === "backing_off" ? computeFailed : warned

/**
 * Decides one read.
 *
 * `draw` is uniform in [0, 1) and matters only near the expiry ({@link needsDraw}).
 * Order: bypass, lookup, staleness, freshness. Total: every input gives exactly
 * one of the decisions above.
 *
 * @example
 * ```ts
 * Decision.decide(undefined, "ok", 0, "normal", 0, {}, rules) // Decision.miss
 * ```
 */
export const decide = (
  entry: Entry | undefined,
  standing: Standing,
  now: number,
  volatility: VixLevel,
  draw: number,
  request: Request,
  rules: Rules
): Decision => {
  if (!rules.enabled) return disabled
  if (volatility === "panic") return panic
  if (request.refresh === "force") return forced
  if (request.deadline !== undefined && now >= request.deadline) return deadlinePassed
  if (entry === undefined) return standing === "invalidated" ? invalidated : miss
  // A clock that went back makes ages meaningless: computing again is the safe side.
  if (now < entry.createdAt || now >= entry.deadline) return tooStale
  const until = freshUntil(entry, request, rules)
  const backingOff = standing === "backing_off"
  if (now < until) {
    const nervous = volatility === "warning" ? decideWarned(entry, standing, now, rules) : undefined
    return nervous ?? (!backingOff && strikes(entry, now, draw, until, rules) ? freshEarly : fresh)
  }
  if (now < staleUntil(entry, request, rules)) return backingOff ? computeFailed : stale
  return backingOff && now < usableUntil(entry, request, rules) ? computeFailed : tooStale
}
