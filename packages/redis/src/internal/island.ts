/**
 * A process that cannot reach its store lives on what it computes itself.
 *
 * Without this, every read would compute while Redis is away, and the source would
 * bear what the cache used to. A value that was computed meanwhile is held for
 * `staleness` from the start of its compute, so that it is never older than memory
 * may be anyway; it is never written to Redis.
 */
import type { Entry } from "@smart-cache/core/CacheEntry"
import type * as CacheStore from "@smart-cache/core/CacheStore"
import type * as Clock from "effect/Clock"
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
}

/** In the order of their ends, so that whatever has ended is in front. */
const sweep = <A>(map: Map<string, A>, most: number, ended: (value: A) => boolean): void => {
  for (const [key, value] of map) {
    if (map.size <= most && !ended(value)) return
    map.delete(key)
  }
}

/** A compute that has a lease of its own; what was invalidated meanwhile it may not know. */
interface Begun {
  readonly at: number
  overtaken: boolean
}

export class Island {
  private readonly held = new Map<string, Held>()
  /** By token. */
  private readonly begun = new Map<string, Begun>()
  private readonly options: Options

  constructor(options: Options) {
    this.options = options
  }

  /** Something was invalidated; what it was is not worth looking at. */
  clear(): void {
    this.held.clear()
    for (const begun of this.begun.values()) begun.overtaken = true
  }

  /** The store, and what this process computes while it is out of reach. */
  around(store: CacheStore.Shape): CacheStore.Shape {
    const clear = () => Effect.sync(() => this.clear())
    return {
      ...store,
      peek: (key) => store.peek(key) ?? this.peek(key),
      offline: { lease: (claim) => this.lease(claim), fill: (fill) => this.fill(fill) },
      fill: (fill) => {
        if (fill.entry.stamp !== ownStamp) {
          return fill.token === undefined ? Effect.tap(store.fill(fill), clear) : store.fill(fill)
        }
        // The store may have granted a lease of which nobody has heard.
        const release = fill.token === undefined ? Effect.void : Effect.ignore(store.release(fill.key, fill.token))
        return Effect.tap(this.fill(fill), release)
      },
      invalidate: (target) => Effect.tap(store.invalidate(target), clear)
    }
  }

  /** Milliseconds that cannot go back. */
  private now(): number {
    return Number(this.options.clock.monotonicTimeNanosUnsafe()) / 1e6
  }

  private peek(key: string): Entry | undefined {
    const held = this.held.get(key)
    return held !== undefined && this.now() < held.until ? held.entry : undefined
  }

  /** Asked again, a lease is renewed; its compute began when it was asked for first. */
  private lease({ token }: CacheStore.Claim): Effect.Effect<CacheStore.Lease> {
    const { hardTimeout, maxEntries } = this.options
    return Effect.sync(() => {
      const now = this.now()
      if (!this.begun.has(token)) this.begun.set(token, { at: now, overtaken: false })
      sweep(this.begun, maxEntries, ({ at }) => now - at > 2 * hardTimeout)
      return { _tag: "Granted", stamp: ownStamp }
    })
  }

  private fill({ entry, key, token = "" }: CacheStore.Fill): Effect.Effect<CacheStore.Filled> {
    const { maxEntries, staleness } = this.options
    return Effect.sync(() => {
      const now = this.now()
      const begun = this.begun.get(token)
      this.begun.delete(token)
      if (begun === undefined || begun.overtaken) return "refused"
      this.held.delete(key)
      this.held.set(key, { entry, until: begun.at + staleness })
      sweep(this.held, maxEntries, ({ until }) => until <= now)
      return "stored"
    })
  }
}
