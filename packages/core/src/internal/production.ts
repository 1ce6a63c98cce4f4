/**
 * Making a value under a lease: computing it, its entry, and keeping that in the store.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Settings } from "../CacheConfig.ts"
import type { Entry, Stamp } from "../CacheEntry.ts"
import type { SmartCacheError } from "../CacheError.ts"
import type * as CacheMetrics from "../CacheMetrics.ts"
import type * as CacheStore from "../CacheStore.ts"
import * as XFetch from "../XFetch.ts"
import { bounded } from "./compute.ts"
import type { Landing } from "./flight.ts"
import type { Guard } from "./guarded.ts"
import type { Leasing } from "./leasing.ts"
import * as Spans from "./spans.ts"

/** What is to be computed. */
export interface Order<A, E, R> extends CacheStore.Subject {
  readonly compute: Effect.Effect<A, E, R>
  /** The entry that is held, whatever its age: gives δ. */
  readonly basis: Entry | undefined
  /** Makes the entry of a computed value, or refuses the value or its TTL. */
  readonly admit: (
    value: A,
    now: number,
    delta: number,
    stamp: Stamp
  ) => Effect.Effect<Entry, SmartCacheError>
}

export interface Parts {
  readonly settings: Settings
  readonly store: CacheStore.Shape
  readonly metrics: CacheMetrics.Shape
  readonly guard: Guard
  readonly leasing: Leasing
}

export class Production {
  /** Computes under way. */
  underWay = 0
  private readonly parts: Parts

  constructor(parts: Parts) {
    this.parts = parts
  }

  /** Produces while the lease lasts; without one (`stamp` 0: the store is out of reach) there is nothing to renew. */
  under<A, E, R>(order: Order<A, E, R>, stamp: Stamp, token: string): Effect.Effect<Landing, E | SmartCacheError, R> {
    if (stamp === 0) return this.produce(order, stamp)
    return Effect.flatMap(
      Effect.forkChild(this.parts.leasing.renew(order, token)),
      (renewing) => Effect.onExit(this.produce(order, stamp), () => Effect.sync(() => renewing.interruptUnsafe()))
    )
  }

  /** Computes the value and makes its entry. */
  produce<A, E, R>(order: Order<A, E, R>, stamp: Stamp): Effect.Effect<Landing, E | SmartCacheError, R> {
    const { metrics, settings } = this.parts
    const producing = Effect.gen(function*() {
      metrics.add("computes", 1)
      const began = yield* Clock.currentTimeMillis
      const value = yield* bounded(order.key, order.compute, settings.hardTimeout)
      const ended = yield* Clock.currentTimeMillis
      const entry = yield* order.admit(value, ended, XFetch.smooth(order.basis?.delta, ended - began), stamp)
      return { entry, source: "compute" as const }
    })
    const counted = Effect.tapError(producing, () => Effect.sync(() => metrics.add("compute_errors", 1)))
    return Spans.compute({ tags: order.tags.length, stamp }, this.running(counted))
  }

  private running<A, E, R>(producing: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> {
    return Effect.acquireUseRelease(
      Effect.sync(() => this.underWay++),
      () => producing,
      () => Effect.sync(() => this.underWay--)
    )
  }

  /**
   * Stores the entry, if it is not undefined what became of that; without life (TTL 0, past its deadline) or without a
   * stamp it is only handed over.
   */
  keep(
    { codec, key }: CacheStore.Subject,
    entry: Entry,
    token: string
  ): Effect.Effect<CacheStore.Filled | undefined, SmartCacheError> {
    if (entry.stamp === 0 || entry.freshUntil <= entry.createdAt) return Effect.void as Effect.Effect<undefined>
    const { guard, metrics, store } = this.parts
    const { offline } = store
    const fill = { key, codec, entry, token }
    const filling = guard.ask("fill", key, () => store.fill(fill), {
      offline: offline === undefined ? undefined : () => offline.fill(fill)
    })
    return Effect.map(filling, (filled) => {
      if (filled === "silent") return undefined
      if (filled === "refused") metrics.add("fills_refused", 1)
      if (filled === "too_large") metrics.add("values_too_large", 1)
      return filled
    })
  }
}
