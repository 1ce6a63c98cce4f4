/**
 * What to invalidate, as data, and what came of it (spec §6).
 */
import type { Target } from "./CacheStore.ts"

/** An event that touched some subjects (football: matches). */
export interface EventTarget {
  readonly _tag: "Event"
  readonly event: string
  readonly subjects: ReadonlyArray<string>
}

export type Invalidation = Target | EventTarget

/** One key. */
export const key = (key: string): Invalidation => ({ _tag: "Key", key })

/** Every entry that carries one of the tags. */
export const tags = (...tags: ReadonlyArray<string>): Invalidation => ({ _tag: "Tags", tags })

/**
 * The markets of these subjects that the event touches, as the `TagGraph` has it.
 *
 * @example
 * ```ts
 * cache.invalidate(Invalidation.event("weather_rain", "ars-che", "tot-liv"))
 * ```
 */
export const event = (event: string, ...subjects: ReadonlyArray<string>): Invalidation => ({
  _tag: "Event",
  event,
  subjects
})

/** Every key that starts so; for operators, it looks at all keys. */
export const prefix = (prefix: string): Invalidation => ({ _tag: "Prefix", prefix })

/** Everything. */
export const all: Invalidation = { _tag: "All" }

/** What an invalidation did. */
export interface Report {
  readonly invalidation: Invalidation
  /** Computes that began before this stamp are refused from now on. */
  readonly stamp: number
  /** Markets that the event touches; empty for other invalidations. */
  readonly affected: ReadonlyArray<string>
  /** Markets that it leaves alone. */
  readonly preserved: ReadonlyArray<string>
  /** Entries dropped, if the store can tell; one that carries several of the tags counts for each of them. */
  readonly dropped: number | undefined
  /** Share of the markets' recomputation saved, percent; 0 for other invalidations. */
  readonly savedPct: number
}

/** One invalidation, for those who watch; epoch milliseconds. */
export interface InvalidationEvent {
  readonly at: number
  readonly report: Report
}
