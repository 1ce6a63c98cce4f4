/**
 * One compute of one key, and those who wait for it.
 *
 * The fiber belongs to the cache's scope, never to a reader: a reader that leaves
 * only leaves. The compute is interrupted when the last reader has left, unless the
 * cache itself wants it (`background`).
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import type { Entry, Stamp } from "../CacheEntry.ts"
import type { SmartCacheError } from "../CacheError.ts"
import type { Source } from "../CacheOutcome.ts"

/** A value that arrived, and where from. */
export interface Landing {
  readonly entry: Entry
  readonly source: Source
}

/** How a flight ends: with a landing, an error of the compute (`unknown`) or of the cache, or with nothing (`"retry"`). */
export type Outcome = Exit.Exit<Landing | "retry", unknown>

export class Flight {
  readonly done = Deferred.makeUnsafe<Landing | "retry", unknown>()
  readonly startedAt: number
  /** Number of the last odds change that the compute can know. */
  readonly change: number
  /** Once known: computes that began at it. */
  stamp: Stamp | undefined = undefined
  waiters = 0
  background: boolean
  /** Interrupted, not yet ended. Nobody joins; whoever needs the key waits for the end. */
  closing = false
  /** The store heard of the fill, which ended the lease. */
  filled = false
  fiber: Fiber.Fiber<unknown, unknown> | undefined = undefined

  constructor(startedAt: number, change: number, background: boolean) {
    this.startedAt = startedAt
    this.change = change
    this.background = background
  }

  /** Nobody wants the value any more. */
  abandon(): void {
    this.closing = true
    this.fiber?.interruptUnsafe()
  }

  land(outcome: Outcome): void {
    Deferred.doneUnsafe(this.done, outcome)
  }

  /** Waits for the outcome as one of those who want it. */
  readonly board: Effect.Effect<Landing | "retry", unknown> = Effect.acquireUseRelease(
    Effect.sync(() => {
      this.waiters++
    }),
    () => Deferred.await(this.done),
    () =>
      Effect.sync(() => {
        this.waiters--
        if (this.waiters === 0 && !this.background && !Deferred.isDoneUnsafe(this.done)) this.abandon()
      })
  )

  /** Waits for the end without wanting the value. */
  readonly ended: Effect.Effect<void> = Effect.ignore(Deferred.await(this.done))
}

/** What a reader needs of a compute that it would join. */
export interface Demand {
  /** Computes that began at or before this stamp are invalid for the reader; 0 when nothing is known. */
  readonly fence: Stamp
  /** The compute must know this odds change. */
  readonly change: number
  /** The compute must have begun at this moment or later. */
  readonly notBefore: number
}

/** Whether a compute that is under way can serve a reader; an unknown stamp is checked again at the landing. */
export const suits = (flight: Flight, demand: Demand): boolean =>
  !flight.closing &&
  flight.change >= demand.change &&
  flight.startedAt >= demand.notBefore &&
  (flight.stamp === undefined || flight.stamp > demand.fence)

/** A value that arrived serves a reader only if its compute began after the reader's fence. */
export const serves = (landing: Landing, demand: Demand): boolean =>
  demand.fence === 0 || landing.entry.stamp > demand.fence

export type FlightError<E> = E | SmartCacheError
