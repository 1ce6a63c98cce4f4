/**
 * The embedded store: entries in this process, bounded by count and bytes, with
 * the same stamps, fences and leases that a shared store keeps.
 *
 * The least recently read entries leave first (`lru-cache`). An invalidation by
 * tag costs O(tags): it stamps the tags, and entries are checked when they are
 * read.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { CacheConfig } from "./CacheConfig.ts"
import * as CacheStore from "./CacheStore.ts"
import { Memory } from "./internal/memory.ts"
import type { Bounds } from "./MemoryTier.ts"

export type Options = Bounds

const check = (options: Options): void => {
  for (const name of ["maxEntries", "maxBytes", "maxMarkers"] as const) {
    if (!(Number.isInteger(options[name]) && options[name] > 0)) {
      throw new RangeError(`MemoryStore.make: ${name} must be a positive integer, got ${options[name]}`)
    }
  }
}

/**
 * Makes an embedded store; throws `RangeError` on a bound that is no positive integer.
 *
 * Time is read from the `Clock` only to end leases.
 */
export const make = (options: Options): CacheStore.Shape => {
  check(options)
  const memory = new Memory(options)
  return {
    local: "memory",
    shared: "memory",
    peek: (key) => memory.peek(key),
    read: CacheStore.endsWithin(0, ({ key, tags }) => Effect.sync(() => memory.read(key, tags))),
    instant: () => memory.changes,
    look: ({ key, tags }) => Effect.sync(() => memory.read(key, tags)),
    lease: (claim) => Effect.map(Clock.currentTimeMillis, (now) => memory.lease(claim, now)),
    release: (key, token) => Effect.sync(() => memory.release(key, token)),
    stamp: () => Effect.sync(() => memory.next()),
    fill: (fill) => Effect.sync(() => memory.fill(fill)),
    invalidate: (target) => Effect.sync(() => memory.invalidate(target)),
    held: () => memory.held()
  }
}

/** The embedded store, sized by the settings. */
export const layer: Layer.Layer<CacheStore.CacheStore, never, CacheConfig> = Layer.effect(
  CacheStore.CacheStore,
  Effect.map(CacheConfig, make)
)
