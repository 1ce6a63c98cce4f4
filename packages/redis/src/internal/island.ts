/**
 * A process that cannot reach its store lives on what it computes itself.
 *
 * Without this, every read would compute while Redis is away, and the source would
 * bear what the cache used to. A value that was computed meanwhile is held for
 * `staleness` from the start of its compute, so that it is never older than memory
 * may be anyway; it is never written to Redis.
 */
import type { Entry } from "@smart-cache/core/CacheEntry"
import type * as CacheMetrics from "@smart-cache/core/CacheMetrics"
import type * as CacheStore from "@smart-cache/core/CacheStore"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/** Of computes that no store has ordered: before every stamp of a server. */
const ownStamp = 0.5

interface Held {
  readonly entry: Entry
  readonly until: number
}

export interface Options {
  /** Milliseconds. */
  readonly staleness: number
  /** Milliseconds that a compute takes at most. */
  readonly hardTimeout: number
  readonly maxEntries: number
  readonly clock: Clock.Clock
  readonly metrics: CacheMetrics.Shape
}

/** In the order of their ends, so that whatever has ended is in front. */
const sweep = <A>(map: Map<string, A>, most: number, ended: (value: A) => boolean): void => {
  for (const [key, value] of map) {
    if (map.size <= most && !ended(value)) return
    map.delete(key)
  }
}

export class Island {
  private readonly held = new Map<string, Held>()
  /** When the computes began that have a lease of their own, by token. */
  private readonly begun = new Map<string, number>()
  private readonly options: Options

  constructor(options: Options) {
    this.options = options
  }

  /** Something was invalidated; what it was is not worth looking at. */
  clear(): void {
    this.held.clear()
    this.begun.clear()
  }

  /** The store, and what this process computes while it is out of reach. */
  around(store: CacheStore.Shape): CacheStore.Shape {
    return {
      ...store,
      peek: (key) => store.peek(key) ?? this.peek(key),
      lease: (claim) => Effect.catch(store.lease(claim), () => this.lease(claim)),
      fill: (fill) => fill.entry.stamp === ownStamp ? this.fill(fill) : store.fill(fill),
      invalidate: (target) => Effect.tap(store.invalidate(target), () => Effect.sync(() => this.clear()))
    }
  }

  private peek(key: string): Entry | undefined {
    const held = this.held.get(key)
    return held !== undefined && this.options.clock.currentTimeMillisUnsafe() < held.until ? held.entry : undefined
  }

  private lease({ token }: CacheStore.Claim): Effect.Effect<CacheStore.Lease> {
    const { hardTimeout, maxEntries, metrics } = this.options
    return Effect.map(Clock.currentTimeMillis, (now) => {
      metrics.add("store_errors", 1)
      this.begun.set(token, now)
      sweep(this.begun, maxEntries, (began) => now - began > hardTimeout)
      return { _tag: "Granted", stamp: ownStamp }
    })
  }

  private fill({ entry, key, token }: CacheStore.Fill): Effect.Effect<CacheStore.Filled> {
    const { maxEntries, staleness } = this.options
    return Effect.map(Clock.currentTimeMillis, (now) => {
      const began = token === undefined ? undefined : this.begun.get(token)
      if (token !== undefined) this.begun.delete(token)
      if (began === undefined) return "refused"
      this.held.delete(key)
      this.held.set(key, { entry, until: began + staleness })
      sweep(this.held, maxEntries, ({ until }) => until <= now)
      return "stored"
    })
  }
}
