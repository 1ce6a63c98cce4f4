/**
 * The steps of the store on one kind of server: all at once where every key is at
 * hand, slot by slot on a Cluster.
 */
import type { Stamp } from "@smart-cache/core/CacheEntry"
import type { SmartCacheError } from "@smart-cache/core/CacheError"
import type * as CacheStore from "@smart-cache/core/CacheStore"
import type * as Effect from "effect/Effect"
import type { Texts } from "./reads.ts"

/** What a step is about, by the names of the cache. */
export interface About {
  readonly key: string
  readonly tags: ReadonlyArray<string>
}

export interface Wish extends About {
  readonly token: string
  readonly millis: number
  readonly newerThan: Stamp
}

/**
 * What was seen with the answer, as a read of value, marks of everything, sequence and marks of the asked tags would
 * have seen it; `undefined` where keys lie apart.
 */
interface Sight {
  readonly seen: Texts | undefined
}

export type Answer =
  | Sight & { readonly _tag: "granted"; readonly stamp: Stamp }
  | Sight & { readonly _tag: "busy"; readonly stamp: Stamp; readonly remaining: number }
  /** An entry with a later stamp; unless its marks were seen, they may beat it. */
  | Sight & { readonly _tag: "newer"; readonly text: string }

export interface Stored extends About {
  readonly token: string | undefined
  readonly text: string
  readonly stamp: Stamp
  /** Milliseconds for which the entry is of use. */
  readonly life: number
}

export interface Plane {
  /** Whether an answer says all that a read would. */
  readonly sees: "all" | "apart"
  readonly lease: (wish: Wish) => Effect.Effect<Answer, SmartCacheError>
  readonly release: (key: string, token: string) => Effect.Effect<void, SmartCacheError>
  readonly stamp: (about: About) => Effect.Effect<Stamp, SmartCacheError>
  readonly fill: (stored: Stored) => Effect.Effect<CacheStore.Filled, SmartCacheError>
  readonly invalidate: (target: CacheStore.Target) => Effect.Effect<Stamp, SmartCacheError>
}

export interface Lifetimes {
  /** Milliseconds after which no compute that began may still fill; tombstones last longer. */
  readonly horizon: number
  /** Milliseconds that a tag's mark lasts at least. */
  readonly marks: number
  /** Bytes of a text that is no entry of any process, and is not to be sent to one. */
  readonly giant: number
}

/** Microseconds, as stamps count them: one that is so much later than the last is none. */
export const farAhead = 86_400_000_000

/** Marks of so many prefixes are kept apart; more of them beat everything. */
export const maxPrefixes = 64

/** Tombstones and explicit writes outlive every compute that they beat; clocks of a Cluster's nodes may differ by this. */
const clockMargin = 10_000

/** No entry stays longer, milliseconds: marks of prefixes may then be forgotten. */
export const longestLife = 366 * 86_400_000

export const lifeOf = (life: number, { horizon }: Lifetimes): number =>
  Math.ceil(Math.min(Math.max(life, horizon + clockMargin), longestLife))

export const tombstoneLife = ({ horizon }: Lifetimes): number => Math.ceil(horizon + clockMargin)

export const marksLife = (life: number, lifetimes: Lifetimes): number =>
  Math.ceil(Math.max(lifetimes.marks, lifeOf(life, lifetimes) + lifetimes.horizon))
