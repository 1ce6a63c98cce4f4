/** What a process computes while Redis is away, and what it must not outlive. */
import { assert, describe, it } from "@effect/vitest"
import type { Entry } from "@smart-cache/core/CacheEntry"
import * as CacheError from "@smart-cache/core/CacheError"
import type * as CacheStore from "@smart-cache/core/CacheStore"
import * as MemoryStore from "@smart-cache/core/MemoryStore"
import { Clock, Effect } from "effect"
import { TestClock } from "effect/testing"
import { Island } from "../../src/internal/island.ts"
import { single } from "../servers/single.ts"
import { open } from "../stampede/caches.ts"
import { freshNamespace } from "../support/shared.ts"

const staleness = 2000

const away = Effect.fail(CacheError.make({ _tag: "StoreFailed", operation: "any", cause: "injected" }))

/** A store that can be away, whose own memory is not trusted, and what a process holds beside it. */
const setup = Effect.gen(function*() {
  const memory = MemoryStore.make({ maxEntries: 10, maxBytes: 1e6, maxMarkers: 10 })
  const state = { away: true, released: Array<string>() }
  const or = <A>(step: Effect.Effect<A, CacheError.SmartCacheError>) => Effect.suspend(() => state.away ? away : step)
  const inner: CacheStore.Shape = {
    ...memory,
    peek: () => undefined,
    lease: (claim) => or(memory.lease(claim)),
    fill: (fill) => or(memory.fill(fill)),
    invalidate: (target) => or(memory.invalidate(target)),
    release: (key, token) => Effect.andThen(Effect.sync(() => state.released.push(token)), memory.release(key, token))
  }
  const clock = yield* Clock.Clock
  const island = new Island({ staleness, hardTimeout: 30_000, maxEntries: 10, clock })
  return { state, store: island.around(inner) }
})

const claim = { key: "k", tags: [], codec: undefined, token: "t", millis: 3000, newerThan: 0 }

const fillOf = (value: string, stamp: number): CacheStore.Fill => {
  const times = { createdAt: 0, freshUntil: 1e6, earlyFrom: 1e6, staleUntil: 2e6, deadline: Infinity }
  const entry: Entry = { ...times, value, confirmed: false, delta: 1, stamp, tags: [] }
  return { key: "k", codec: undefined, entry, token: "t" }
}

/** Claims, or renews, and says what was given for it: by the store, else by the process itself. */
const claimed = (store: CacheStore.Shape) =>
  Effect.map(
    Effect.catch(store.lease(claim), () => store.offline!.lease(claim)),
    (lease) => lease._tag === "Granted" ? lease.stamp : Number.NaN
  )

describe("what a process holds while its store is away", () => {
  it.effect("is held for `staleness` from the first claim, however often that is renewed", () =>
    Effect.gen(function*() {
      const { store } = yield* setup
      const stamp = yield* claimed(store)
      yield* TestClock.adjust(staleness - 100)
      yield* claimed(store)
      yield* store.fill(fillOf("v", stamp))
      assert.strictEqual(store.peek("k")?.value, "v")
      yield* TestClock.adjust(100)
      assert.isUndefined(store.peek("k"))
      yield* claimed(store)
      for (let renewal = 0; renewal < 9; renewal++) {
        yield* TestClock.adjust(1000)
        yield* claimed(store)
      }
      yield* store.fill(fillOf("late", stamp))
      assert.isUndefined(store.peek("k"))
    }))

  it.effect("is no compute that an acknowledged invalidation of its own has overtaken, renewed or not", () =>
    Effect.gen(function*() {
      const { state, store } = yield* setup
      const stamp = yield* claimed(store)
      yield* TestClock.adjust(100)
      state.away = false
      yield* store.invalidate({ _tag: "Key", key: "k" })
      state.away = true
      yield* claimed(store)
      assert.strictEqual(yield* store.fill(fillOf("old", stamp)), "refused")
      assert.isUndefined(store.peek("k"))
    }))

  it.effect("is gone once a write of its own is acknowledged", () =>
    Effect.gen(function*() {
      const { state, store } = yield* setup
      yield* store.fill(fillOf("old", yield* claimed(store)))
      assert.strictEqual(store.peek("k")?.value, "old")
      state.away = false
      const stamp = yield* store.stamp({ key: "k", tags: [], codec: undefined })
      assert.strictEqual(yield* store.fill({ ...fillOf("new", stamp), token: undefined }), "stored")
      assert.isUndefined(store.peek("k"))
    }))

  it.effect("gives back the lease that the store may have granted unheard", () =>
    Effect.gen(function*() {
      const { state, store } = yield* setup
      yield* store.fill(fillOf("v", yield* claimed(store)))
      assert.deepStrictEqual(state.released, ["t"])
    }))
})

describe("a process whose Redis comes back", () => {
  it.live("never reads what it computed meanwhile after a write of its own", () =>
    Effect.gen(function*() {
      const server = yield* single()
      const trust = 4000
      const { cache } = yield* open({
        url: server.url,
        store: { namespace: freshNamespace(), staleness: trust },
        config: { ttl: "10 minutes" }
      })
      const older = cache.get("k", Effect.succeed("older"))
      yield* server.stop
      // Nothing that memory holds is trusted any more, and the process has only itself.
      yield* Effect.sleep(trust + 200)
      assert.strictEqual((yield* older).value, "older")
      yield* server.restart
      while ((yield* Effect.exit(cache.set("k", "newer")))._tag === "Failure") {
        yield* Effect.andThen(older, Effect.sleep(2))
      }
      const seen = new Set<string>()
      for (let read = 0; read < 200; read++) {
        seen.add((yield* cache.get("k", Effect.succeed("computed"))).value)
        yield* Effect.sleep(5)
      }
      assert.notInclude([...seen], "older")
    }))
})
