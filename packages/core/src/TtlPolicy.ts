/**
 * How long a value is fresh, as data: fixed, by zones before a deadline, by
 * value, by how fast the market drifts, and combinations of them (spec §2).
 *
 * All times are milliseconds; instants are epoch milliseconds of the `Clock`.
 * A policy never grants life past the deadline, whatever it is made of.
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Layer from "effect/Layer"

/** A band of time before the deadline, and the TTL inside it. */
export interface Zone {
  readonly name: string
  /** Begins this many milliseconds before the deadline (inclusive); `Infinity` for the farthest zone. */
  readonly within: number
  readonly ttl: number
}

/** A policy is data: it prints, compares and travels. */
export type Policy =
  | { readonly _tag: "Fixed"; readonly ttl: number }
  | {
    readonly _tag: "Zones"
    readonly zones: ReadonlyArray<Zone>
    /** What the band after the deadline is called. */
    readonly after: string
    /** A confirmed context multiplies every TTL by this. */
    readonly confirmedFactor: number
  }
  | { readonly _tag: "ByValue"; readonly ttl: (value: unknown) => Duration.Input }
  | { readonly _tag: "Drift"; readonly epsilon: number; readonly min: number; readonly max: number }
  | { readonly _tag: "Jittered"; readonly policy: Policy; readonly fraction: number }
  | { readonly _tag: "Capped"; readonly policy: Policy; readonly max: number }
  | { readonly _tag: "Shortest"; readonly policies: ReadonlyArray<Policy> }

/** What a policy may look at when it grants life to a value. */
export interface Grant {
  readonly createdAt: number
  /** Epoch milliseconds, `Infinity` when the value has no deadline. */
  readonly deadline: number
  /** Whether what the value rests on is confirmed (football: the lineups). */
  readonly confirmed: boolean
  /** Upper bound on the TTL from a nervous market; `Infinity` when calm. */
  readonly cap: number
  /** Standard deviation of the log-odds per √second, `NaN` when unknown. */
  readonly drift: number
  /** Uniform in [0, 1), for jitter. */
  readonly draw: number
  readonly value: unknown
}

const positive = (what: string, input: Duration.Input): number => {
  const millis = toMillis(input)
  if (!(millis > 0 && Number.isFinite(millis))) {
    throw new RangeError(`TtlPolicy.${what} must be a positive, finite duration, got ${String(input)}`)
  }
  return millis
}

/** Milliseconds of a duration, `NaN` when it is none; a negative number stays negative instead of becoming zero. */
const toMillis = (input: Duration.Input): number => {
  if (typeof input === "number") return input
  const parsed = Duration.fromInput(input)
  return parsed._tag === "Some" ? Duration.toMillis(parsed.value) : Number.NaN
}

/** One TTL for everything. */
export const fixed = (ttl: Duration.Input): Policy => ({ _tag: "Fixed", ttl: positive("fixed: ttl", ttl) })

export interface ZonesOptions {
  /** From far to near: `within` strictly descending, starting with `"Infinity"`, so that no moment is left out. */
  readonly zones: ReadonlyArray<
    { readonly name: string; readonly within: Duration.Input; readonly ttl: Duration.Input }
  >
  /** Name of the time after the deadline. `"after"` by default. */
  readonly after?: string | undefined
  /** TTL factor of a confirmed context, at least 1. 1 by default. */
  readonly confirmedFactor?: number | undefined
}

/**
 * TTLs that follow a deadline.
 *
 * @example
 * ```ts
 * TtlPolicy.zones({
 *   zones: [
 *     { name: "far", within: "Infinity", ttl: "6 hours" },
 *     { name: "near", within: "1 hour", ttl: "60 seconds" }
 *   ]
 * })
 * ```
 */
export const zones = (options: ZonesOptions): Policy => {
  const confirmedFactor = options.confirmedFactor ?? 1
  if (!(confirmedFactor >= 1 && Number.isFinite(confirmedFactor))) {
    throw new RangeError(
      `TtlPolicy.zones: confirmedFactor must be a finite number of at least 1, got ${confirmedFactor}`
    )
  }
  const table = options.zones.map(({ name, ttl, within }) => ({
    name,
    within: toMillis(within),
    ttl: positive(`zones: ttl of "${name}"`, ttl)
  }))
  if (table[0]?.within !== Infinity) {
    throw new RangeError(
      `TtlPolicy.zones: the first zone must begin at "Infinity", got ${table[0]?.within ?? "no zones"}`
    )
  }
  table.forEach((zone, i) => {
    const farther = table[i - 1]
    if (!(zone.within > 0) || (farther !== undefined && !(zone.within < farther.within))) {
      throw new RangeError(
        `TtlPolicy.zones: "within" must descend and stay positive, got ${zone.within} ms for "${zone.name}" after ${farther?.within} ms`
      )
    }
  })
  const after = options.after ?? "after"
  const names = [...table.map((zone) => zone.name), after]
  // They become names of metrics.
  if (new Set(names).size < names.length || !names.every((name) => /^[a-z][a-z0-9_]*$/.test(name))) {
    throw new RangeError(
      `TtlPolicy.zones: names must be distinct, of small letters, digits and _, got ${names.join(", ")}`
    )
  }
  return { _tag: "Zones", zones: table, after, confirmedFactor }
}

/** A TTL taken from the computed value (adaptive); zero means: do not store. */
export const byValue = <A>(ttl: (value: A) => Duration.Input): Policy => ({
  _tag: "ByValue",
  // The policy is only ever given values of the cache it is made for.
  ttl: ttl as (value: unknown) => Duration.Input
})

export interface DriftOptions {
  /** Tolerated standard deviation of what is served, in log-odds. */
  readonly epsilon: number
  readonly min: Duration.Input
  readonly max: Duration.Input
}

/**
 * `clamp((ε/σ)², min, max)`: the TTL after which a random walk of the market's speed has a standard deviation of ε
 * (spec §5). `max` while the speed is unknown.
 */
export const drift = (options: DriftOptions): Policy => {
  const min = positive("drift: min", options.min)
  const max = positive("drift: max", options.max)
  if (!(options.epsilon > 0 && Number.isFinite(options.epsilon))) {
    throw new RangeError(`TtlPolicy.drift: epsilon must be positive and finite, got ${options.epsilon}`)
  }
  if (min > max) throw new RangeError(`TtlPolicy.drift: min must not exceed max, got ${min} ms > ${max} ms`)
  return { _tag: "Drift", epsilon: options.epsilon, min, max }
}

/** Shortens each TTL by up to `fraction` at random, never lengthens it, so that no bound is crossed. */
export const jittered = (policy: Policy, fraction: number): Policy => {
  if (!(fraction >= 0 && fraction < 1)) {
    throw new RangeError(`TtlPolicy.jittered: fraction must be in [0, 1), got ${fraction}`)
  }
  return { _tag: "Jittered", policy, fraction }
}

/** At most `max`. */
export const capped = (policy: Policy, max: Duration.Input): Policy => ({
  _tag: "Capped",
  policy,
  max: positive("capped: max", max)
})

/** The shortest of several. */
export const shortest = (...policies: ReadonlyArray<Policy>): Policy => {
  if (policies.length === 0) throw new RangeError("TtlPolicy.shortest: at least one policy is needed, got none")
  return { _tag: "Shortest", policies }
}

const zoneIndex = (zones: ReadonlyArray<Zone>, remaining: number): number => {
  let i = zones.length - 1
  while (i > 0 && zones[i]!.within < remaining) i--
  return i
}

const rawTtl = (policy: Policy, grant: Grant, now: number): number => {
  switch (policy._tag) {
    case "Fixed":
      return policy.ttl
    case "Zones":
      return policy.zones[zoneIndex(policy.zones, grant.deadline - now)]!.ttl *
        (grant.confirmed ? policy.confirmedFactor : 1)
    case "ByValue":
      return toMillis(policy.ttl(grant.value))
    case "Drift":
      return grant.drift > 0
        ? Math.min(Math.max((policy.epsilon / grant.drift) ** 2 * 1000, policy.min), policy.max)
        : policy.max
    case "Jittered":
      return rawTtl(policy.policy, grant, now) * (1 - grant.draw * policy.fraction)
    case "Capped":
      return Math.min(rawTtl(policy.policy, grant, now), policy.max)
    case "Shortest":
      return Math.min(...policy.policies.map((each) => rawTtl(each, grant, now)))
  }
}

/**
 * The TTL in force at `now` for a value of this grant: zero from the deadline on.
 * Not a number, negative or infinite when a `byValue` function misbehaves.
 */
export const ttlAt = (policy: Policy, grant: Grant, now: number): number =>
  now >= grant.deadline ? 0 : Math.min(rawTtl(policy, grant, now), grant.cap)

/** Moments before the deadline at which the TTL may change, farthest first. */
const boundaries = (policy: Policy): ReadonlyArray<number> => {
  switch (policy._tag) {
    case "Zones":
      return policy.zones.slice(1).map((zone) => zone.within)
    case "Jittered":
    case "Capped":
      return boundaries(policy.policy)
    case "Shortest":
      return Array.from(new Set(policy.policies.flatMap(boundaries))).toSorted((a, b) => b - a)
    default:
      return []
  }
}

/**
 * The first moment `t` at which `t − createdAt ≥ multiple · ttl(t)`.
 *
 * With `multiple` 1 the end of freshness, with 2 the end of a stale window of one
 * TTL. No read is so served beyond the TTL of the zone in which it reads, expiry
 * never passes the deadline, and a later creation never means an earlier expiry.
 *
 * @example
 * ```ts
 * const policy = TtlPolicy.fixed("1 minute")
 * TtlPolicy.expiry(policy, { ...TtlPolicy.plainGrant, createdAt: 0 }, 1) // 60000
 * ```
 */
export const expiry = (policy: Policy, grant: Grant, multiple: number): number => {
  const { createdAt, deadline } = grant
  let start = createdAt
  if (deadline !== Infinity) {
    for (const before of boundaries(policy)) {
      const end = deadline - before
      if (end <= start) continue
      const expires = Math.max(start, createdAt + multiple * ttlAt(policy, grant, start))
      if (expires < end) return expires
      start = end
    }
  }
  return Math.min(Math.max(start, createdAt + multiple * ttlAt(policy, grant, start)), Math.max(deadline, createdAt))
}

/** A grant without deadline, confirmation, cap, drift, draw or value, created at 0: a base to spread over. */
export const plainGrant: Grant = {
  createdAt: 0,
  deadline: Infinity,
  confirmed: false,
  cap: Infinity,
  drift: Number.NaN,
  draw: 0,
  value: undefined
}

const zonesOf = (policy: Policy): Extract<Policy, { _tag: "Zones" }> | undefined => {
  switch (policy._tag) {
    case "Zones":
      return policy
    case "Jittered":
    case "Capped":
      return zonesOf(policy.policy)
    case "Shortest":
      return policy.policies.map(zonesOf).find((found) => found !== undefined)
    default:
      return undefined
  }
}

/** The names of the policy's zones, far to near, the time after the deadline last; none without zones. */
export const zoneNames = (policy: Policy): ReadonlyArray<string> => {
  const found = zonesOf(policy)
  return found === undefined ? [] : [...found.zones.map((zone) => zone.name), found.after]
}

/** Tells the position of a moment's zone in {@link zoneNames}, −1 without zones; made once, because every read asks. */
export const zoneIndexer = (policy: Policy): (deadline: number, now: number) => number => {
  const found = zonesOf(policy)
  if (found === undefined) return () => -1
  const { zones } = found
  return (deadline, now) => now >= deadline ? zones.length : zoneIndex(zones, deadline - now)
}

/** The policy in use. */
export class TtlPolicy extends Context.Service<TtlPolicy, Policy>()("smart-cache/TtlPolicy") {}

/** A layer with one policy. */
export const layer = (policy: Policy): Layer.Layer<TtlPolicy> => Layer.succeed(TtlPolicy, policy)
