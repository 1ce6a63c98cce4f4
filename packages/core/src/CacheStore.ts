/**
 * Where entries live: atomic steps, no decisions.
 *
 * Stamps are numbers of one increasing sequence of the store. A compute takes one
 * before it reads anything; an invalidation takes one when it happens. An entry
 * stands only while its stamp is later than every invalidation of its key, its
 * tags, its prefix and everything; a fill is refused when a later invalidation or
 * a compute that began later was there first ("newest start wins"). Correctness
 * rests on the stamps alone: the lease only saves work (theory: leases and fences,
 * Nishtala et al., NSDI 2013).
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Codec } from "./CacheCodec.ts"
import type { Entry, Stamp } from "./CacheEntry.ts"
import type { SmartCacheError } from "./CacheError.ts"
import type { Source } from "./CacheOutcome.ts"

/** What a step is about. */
export interface Subject {
  readonly key: string
  /** Tags of the entries under this key. */
  readonly tags: ReadonlyArray<string>
  /** How the values are written down outside of this process; without one they are taken as they are. */
  readonly codec: Codec | undefined
}

export interface Lookup {
  /** The entry, if one is held and stands. */
  readonly entry: Entry | undefined
  /** No entry stands, but the key, a tag or everything was invalidated. */
  readonly invalidated: boolean
  /** Computes that began at or before this stamp are invalid for this key and these tags. */
  readonly fence: Stamp
  /** The stamp of a lease that was asked for with the read, if it was granted; no entry stands then. */
  readonly granted?: Stamp | undefined
}

/** Who asks for a lease. */
export interface Applicant {
  /** Made by the caller, so that it can give back a lease whose grant it never heard of. */
  readonly token: string
  /** The lease ends by itself after so many milliseconds; asking again with the same token renews it. */
  readonly millis: number
}

/** The wish to compute a key. */
export interface Claim extends Subject, Applicant {
  /** Nobody need compute when an entry with a later stamp than this stands; `Infinity` computes all the same. */
  readonly newerThan: Stamp
}

/** Taken by a compute before it reads anything. */
export type Lease =
  | { readonly _tag: "Granted"; readonly stamp: Stamp }
  /** Somebody has stored a newer entry, and it stands for this key and these tags; nothing was granted. */
  | { readonly _tag: "Newer"; readonly entry: Entry }
  /**
   * Somebody else computes this key, under a lease with this stamp. It ends in so many milliseconds at the latest;
   * `ended` ends when this process hears that it has ended, which may be never.
   */
  | {
    readonly _tag: "Busy"
    readonly stamp: Stamp
    readonly remaining: number
    readonly ended: Effect.Effect<void>
  }

export interface Fill {
  readonly key: string
  readonly codec: Codec | undefined
  readonly entry: Entry
  /** The lease to end with this fill; without one it is an explicit write, which beats older computes even when its entry has left. */
  readonly token: string | undefined
}

/** What became of a fill: stored, beaten by something later, or larger than the store may hold. */
export type Filled = "stored" | "refused" | "too_large"

/** What is to be dropped. */
export type Target =
  | { readonly _tag: "Key"; readonly key: string }
  | { readonly _tag: "Tags"; readonly tags: ReadonlyArray<string> }
  | { readonly _tag: "Prefix"; readonly prefix: string }
  | { readonly _tag: "All" }

export interface Invalidated {
  readonly stamp: Stamp
  /**
   * Entries dropped; one that carries several of the tags counts for each of them. `undefined` when the store
   * cannot tell without looking at every entry.
   */
  readonly dropped: number | undefined
}

/** What a cache asks a store for, and what it is answered. */
export interface Answers {
  readonly read: Lookup
  readonly look: Lookup
  readonly lease: Lease
  readonly release: void
  readonly stamp: Stamp
  readonly fill: Filled
  readonly invalidate: Invalidated
}

/** What is held in this process. */
export interface Held {
  readonly entries: number
  readonly bytes: number
}

/** Looks at the whole store. */
export interface Read {
  /**
   * A store that expects to find nothing may ask who applies for the lease, and grant it in the same step.
   *
   * To be asked while the read runs, and only if the lease is then applied for: until the read is over nobody else
   * applies for it with a read, and what may have been granted is given back when nobody computes.
   */
  (subject: Subject, applicant?: () => Applicant | undefined): Effect.Effect<Lookup, SmartCacheError>
  /**
   * Milliseconds within which it ends by itself; without it the cache sees to that, which costs a timer and a fiber more
   * than the rest of it. It is kept to: a read that says so and hangs keeps its readers waiting for ever. A function
   * around this one does not have it, and may take its time.
   */
  readonly within?: number
}

/** The same look at the store, known to end by itself within so many milliseconds; 0: at once. */
export const endsWithin = (millis: number, read: Read): Read =>
  Object.assign<Read, { within: number }>((subject, applicant) => read(subject, applicant), { within: millis })

export interface Shape {
  /** What {@link peek} reads from. */
  readonly local: Extract<Source, "memory" | "redis">
  /** What {@link read} reads from. */
  readonly shared: Extract<Source, "memory" | "redis">
  /** The standing entry this process holds, without leaving the fiber; the only step of a memory hit. */
  readonly peek: (key: string) => Entry | undefined
  /** The standing entry of the whole store, and the fence for a compute of this key with these tags. */
  readonly read: Read
  /**
   * Tells whether the answer of a {@link read} may be shared with a reader who came after it was asked for: only while
   * this number is what it was then.
   *
   * A store through which every change goes counts invalidations and explicit writes, each before it is acknowledged.
   * One that others change too counts its reads as it sends them: whoever comes later may have heard of what the answer
   * does not know. One that cannot tell gives another number each time, and nothing is shared. Fills of computes need
   * not change it.
   */
  readonly instant: () => number
  /** What {@link read} would find, for somebody who only wants to know: nothing is held or asked for because of it. */
  readonly look: (subject: Subject) => Effect.Effect<Lookup, SmartCacheError>
  /** Asks to compute a key; asked again with the same token, the same lease is granted, and lasts anew. */
  readonly lease: (claim: Claim) => Effect.Effect<Lease, SmartCacheError>
  /** Gives a lease back without a fill; a token that does not hold the lease does nothing. */
  readonly release: (key: string, token: string) => Effect.Effect<void, SmartCacheError>
  /** A stamp for an explicit write, later than every compute that has begun. */
  readonly stamp: (subject: Subject) => Effect.Effect<Stamp, SmartCacheError>
  /** Stores an entry unless something later was there first. */
  readonly fill: (fill: Fill) => Effect.Effect<Filled, SmartCacheError>
  readonly invalidate: (target: Target) => Effect.Effect<Invalidated, SmartCacheError>
  readonly held: () => Held
  /**
   * What stands in for two of the steps while they fail or the store is not asked, in a store that can keep computes in
   * this process: its leases order nothing. Without it such a compute has no stamp, and its value is not kept.
   */
  readonly offline?: Pick<Shape, "lease" | "fill"> | undefined
}

/** The store in use. */
export class CacheStore extends Context.Service<CacheStore, Shape>()("smart-cache/CacheStore") {}
