/** How the store does, as the cache tells, and what reads do while it does not answer. */
import { assert, describe, it } from "@effect/vitest"
import * as CacheError from "@smart-cache/core/CacheError"
import type * as CacheStore from "@smart-cache/core/CacheStore"
import * as Invalidation from "@smart-cache/core/Invalidation"
import * as ChaosStore from "@smart-cache/core/testing/ChaosStore"
import { Clock, Duration, Effect } from "effect"
import { TestClock } from "effect/testing"
import { logged } from "./logged.ts"
import { begin, joined, memory, open, type Setup, source } from "./SmartCacheSupport.ts"

const marker = "secret-key-4711"

/** A store that does as it is told from now on, and counts what it is asked. */
const moody = () => {
  const state = { mood: ChaosStore.none, asked: [] as Array<string> }
  const plan: ChaosStore.Plan = (step) =>
    Effect.sync(() => {
      state.asked.push(step)
      return state.mood
    })
  return { state, store: ChaosStore.make(memory(), plan) }
}

const failing = (kind: "refused" | "unrelated" | undefined) => {
  const error = CacheError.make({
    _tag: "StoreFailed",
    operation: "read",
    cause: Object.assign(new Error(`no such thing as ${marker}`), { code: "ECONNREFUSED" }),
    ...(kind !== undefined && { kind })
  })
  const fail = () => Effect.fail(error)
  return { ...memory(), read: fail, lease: fail, release: fail } satisfies CacheStore.Shape
}

const away = () => Effect.fail(CacheError.make({ _tag: "StoreFailed", operation: "any", cause: "away" }))

/** A clock that somebody has set back by an hour, though time goes on. */
const hourBack = Effect.map(Clock.Clock, (clock): Clock.Clock => {
  const back = () => clock.currentTimeMillisUnsafe() - 3_600_000
  return Object.assign(Object.create(clock), { currentTimeMillisUnsafe: back, currentTimeMillis: Effect.sync(back) })
})

const settled = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const fiber = yield* begin(effect)
    yield* TestClock.adjust(60_000)
    return yield* joined(fiber)
  })

/** A cache whose store has failed until the breaker opened, at the first moment of that. */
const broken = (setup: Setup = {}) =>
  Effect.gen(function*() {
    const { state, store } = moody()
    const opened = yield* open({ store, ...setup })
    state.mood = ChaosStore.fail
    for (let i = 0; i < 5; i++) yield* Effect.exit(opened.cache.get(`before:${i}`, Effect.succeed(0)))
    assert.strictEqual((yield* opened.cache.health).breaker, "open")
    state.asked.length = 0
    return { ...opened, state }
  })

describe("a store that hangs", () => {
  it.effect("costs its first readers storeTimeout, and the others nothing", () =>
    Effect.gen(function*() {
      const { state, store } = moody()
      const { cache, settings } = yield* open({ store })
      state.mood = ChaosStore.hang
      const timed = (key: string) => Effect.timed(cache.get(key, Effect.sleep(100)))
      const first = yield* Effect.forEach(Array.from({ length: 5 }), (_, i) => begin(timed(`first:${i}`)))
      yield* TestClock.adjust(settings.storeTimeout + 100)
      const later = yield* begin(timed("later"))
      yield* TestClock.adjust(100)
      const [, { metadata }] = yield* joined(later)
      assert.strictEqual(metadata.reason, "store_unavailable")
      yield* TestClock.adjust(10_000)
      const slowest = (yield* Effect.forEach(first, joined)).map(([took]) => Duration.toMillis(took))
      assert.isAbove(Math.max(...slowest), settings.storeTimeout)
    }))
})

describe("while the breaker is open", () => {
  it.effect("reads compute without asking, and nothing is asked on behalf of their computes", () =>
    Effect.gen(function*() {
      const { cache, state } = yield* broken()
      const { log } = source()
      const results = yield* Effect.all(Array.from({ length: 20 }, (_, i) => cache.get(`k:${i}`, Effect.succeed(i))))
      assert.deepStrictEqual(results.map(({ value }) => value), Array.from({ length: 20 }, (_, i) => i))
      assert.deepStrictEqual(state.asked, [])
      assert.strictEqual(log.begun, 0)
    }))

  it.effect("a key is computed once at a time, and nobody is given a compute that began before he came", () =>
    Effect.gen(function*() {
      const { cache } = yield* broken()
      const { compute, log } = source(100)
      const first = yield* begin(cache.get("k", compute))
      yield* TestClock.adjust(50)
      const crowd = yield* Effect.forEach(Array.from({ length: 30 }), () => begin(cache.get("k", compute)))
      yield* TestClock.adjust(50)
      assert.strictEqual((yield* joined(first)).value, 1)
      yield* TestClock.adjust(100)
      const values = (yield* Effect.forEach(crowd, joined)).map(({ value }) => value)
      assert.deepStrictEqual(values, Array.from({ length: 30 }, () => 2))
      assert.deepStrictEqual([log.begun, log.most], [2, 1])
    }))

  it.effect("invalidations and writes still ask, and fail with what the store says", () =>
    Effect.gen(function*() {
      const { cache, state } = yield* broken()
      const errors = yield* Effect.all([
        Effect.flip(cache.invalidate(Invalidation.all)),
        Effect.flip(cache.set("k", 1)),
        Effect.flip(cache.explain("k"))
      ])
      assert.deepStrictEqual(state.asked, ["invalidate", "stamp", "look"])
      for (const { message } of errors) assert.include(message, "chaos: refused")
    }))

  it.effect("one of those that is acknowledged closes it", () =>
    Effect.gen(function*() {
      const { cache, state } = yield* broken()
      state.mood = ChaosStore.none
      yield* cache.invalidate(Invalidation.key("k"))
      assert.strictEqual((yield* cache.health).breaker, "closed")
      state.asked.length = 0
      yield* cache.get("k", Effect.succeed(1))
      assert.include(state.asked, "read")
    }))

  it.effect("one read at a time tries, after a second, and then after twice as long", () =>
    Effect.gen(function*() {
      const { cache, state } = yield* broken()
      const crowd = Effect.all(Array.from({ length: 10 }, (_, i) => cache.get(`k:${i}`, Effect.succeed(i))), {
        concurrency: "unbounded"
      })
      const counts: Array<number> = []
      for (const millis of [999, 1, 1999, 1, 3999, 1]) {
        yield* TestClock.adjust(millis)
        state.asked.length = 0
        yield* crowd
        counts.push(state.asked.length)
      }
      assert.deepStrictEqual(counts, [0, 1, 0, 1, 0, 1])
      state.mood = ChaosStore.none
      yield* TestClock.adjust(8000)
      yield* crowd
      assert.strictEqual((yield* cache.health).breaker, "closed")
    }))

  it.effect("nobody is given a compute that began before he came, though the clock has gone back since", () =>
    Effect.gen(function*() {
      yield* TestClock.adjust("2 hours")
      const { cache } = yield* broken()
      const { compute, log } = source(100)
      const clock = yield* hourBack
      const reading = Effect.provideService(cache.get("k", compute), Clock.Clock, clock)
      const first = yield* begin(reading)
      yield* TestClock.adjust(50)
      const second = yield* begin(reading)
      yield* TestClock.adjust(150)
      assert.deepStrictEqual([(yield* joined(first)).value, (yield* joined(second)).value, log.most], [1, 2, 1])
    }))

  it.effect("a fill is no probe: of one that succeeds nothing would be learnt", () =>
    Effect.gen(function*() {
      const { state, store } = moody()
      // The compute's lease needs no renewal, which would be one.
      const { cache } = yield* open({ store, config: { leaseTtl: 30_000 } })
      const computing = yield* begin(cache.get("k", source(5000).compute))
      state.mood = ChaosStore.fail
      for (let i = 0; i < 5; i++) yield* cache.get(`before:${i}`, Effect.succeed(0))
      state.mood = ChaosStore.none
      state.asked.length = 0
      yield* TestClock.adjust(5000)
      assert.strictEqual((yield* joined(computing)).value, 1)
      assert.deepStrictEqual(state.asked, ["release"])
      assert.strictEqual((yield* cache.health).breaker, "closed")
    }))

  it.effect("what a store holds for this process alone stands in", () =>
    Effect.gen(function*() {
      const { store } = moody()
      const held: Array<CacheStore.Fill> = []
      const { cache, health } = yield* Effect.map(
        open({
          store: {
            ...store,
            read: away,
            lease: away,
            fill: away,
            offline: {
              lease: () => Effect.succeed({ _tag: "Granted", stamp: 0.5 }),
              fill: (fill) => Effect.sync(() => held.push(fill)).pipe(Effect.as("stored" as const))
            }
          }
        }),
        (opened) => ({ ...opened, health: opened.cache.health })
      )
      for (let i = 0; i < 10; i++) yield* cache.get(`k:${i}`, Effect.succeed(i))
      assert.strictEqual((yield* health).breaker, "open")
      assert.deepStrictEqual(held.map(({ entry }) => entry.value), Array.from({ length: 10 }, (_, i) => i))
    }))
})

/** The step, unless it concerns the one key that cannot be read. */
const unlessBad = <A>(key: string, step: Effect.Effect<A, CacheError.SmartCacheError>) => key === "bad" ? away() : step

/** A store with such a key, which holds nothing near. */
const spoilt = (): CacheStore.Shape => {
  const inner = memory()
  return {
    ...inner,
    peek: () => undefined,
    read: (subject, applicant) => unlessBad(subject.key, inner.read(subject, applicant)),
    lease: (claim) => unlessBad(claim.key, inner.lease(claim)),
    release: (key, token) => unlessBad(key, inner.release(key, token))
  }
}

describe("a key that cannot be read", () => {
  for (const onStoreError of ["allow", "fail"] as const) {
    it.effect(`costs no other key the store: ${onStoreError}`, () =>
      Effect.gen(function*() {
        const { cache } = yield* open({ store: spoilt(), config: { onStoreError } })
        yield* cache.set("good", 1)
        for (let i = 0; i < 50; i++) yield* Effect.exit(cache.get("bad", Effect.succeed(1)))
        assert.strictEqual((yield* cache.health).breaker, "closed")
        assert.strictEqual((yield* cache.get("good", Effect.succeed(2))).value, 1)
      }))
  }
})

describe("reads that may not do without the store", () => {
  it.effect("ask it however long it has failed, so that none fails once it is back", () =>
    Effect.gen(function*() {
      const { state, store } = moody()
      const { cache } = yield* open({ store, config: { onStoreError: "fail" } })
      state.mood = ChaosStore.fail
      for (let i = 0; i < 40; i++) {
        const error = yield* Effect.flip(cache.get(`k:${i}`, Effect.succeed(i)))
        assert.strictEqual(error.reason._tag, "StoreFailed")
        yield* TestClock.adjust(1000)
      }
      const { breaker, state: condition } = yield* cache.health
      assert.deepStrictEqual([breaker, condition], ["closed", "degraded"])
      state.mood = ChaosStore.none
      for (let i = 0; i < 40; i++) assert.strictEqual((yield* cache.get(`k:${i}`, Effect.succeed(i))).value, i)
    }))
})

describe("how the store does", () => {
  it.effect("is told with the moment, the operation and the kind of failure, and in two gauges", () =>
    Effect.gen(function*() {
      const { state, store } = moody()
      const { cache, metric } = yield* open({ store })
      const levels = () => [metric("store_degraded"), metric("breaker_open")]
      yield* TestClock.adjust(1000)
      assert.deepStrictEqual(yield* cache.health, {
        store: "memory",
        state: "ok",
        breaker: "closed",
        since: 0,
        problem: undefined
      })
      assert.deepStrictEqual(levels(), [0, 0])
      state.mood = ChaosStore.hang
      yield* settled(cache.get("k", Effect.succeed(1)))
      const { breaker, problem, since, state: condition } = yield* cache.health
      assert.deepStrictEqual([condition, breaker, problem], ["degraded", "closed", "release: no answer in time"])
      assert.isAbove(since, 1000)
      assert.deepStrictEqual(levels(), [1, 0])
      for (let i = 0; i < 4; i++) yield* settled(cache.get(`k:${i}`, Effect.succeed(1)))
      assert.deepStrictEqual(levels(), [1, 1])
    }))

  it.effect("is well again with a success, once nothing has failed for five seconds", () =>
    Effect.gen(function*() {
      const { state, store } = moody()
      const { cache } = yield* open({ store })
      state.mood = ChaosStore.fail
      yield* cache.get("k", Effect.succeed(1))
      state.mood = ChaosStore.none
      yield* TestClock.adjust(4999)
      yield* cache.get("k", Effect.succeed(1))
      assert.strictEqual((yield* cache.health).state, "degraded")
      yield* TestClock.adjust(1)
      yield* cache.get("other", Effect.succeed(1))
      const { problem, since, state: condition } = yield* cache.health
      assert.deepStrictEqual([condition, since, problem], ["ok", yield* Clock.currentTimeMillis, undefined])
    }))

  it.effect("is told with seconds that have passed, whatever the clock says", () => {
    const { layer, lines } = logged()
    return Effect.gen(function*() {
      yield* TestClock.adjust("2 hours")
      const { state, store } = moody()
      const { cache } = yield* open({ store })
      state.mood = ChaosStore.fail
      yield* cache.get("k", Effect.succeed(1))
      state.mood = ChaosStore.none
      yield* TestClock.adjust(7000)
      yield* Effect.provideService(cache.get("other", Effect.succeed(1)), Clock.Clock, yield* hourBack)
      assert.deepStrictEqual(lines.map(({ annotations: { event, seconds } }) => [event, seconds]), [
        ["store_degraded", undefined],
        ["store_recovered", 7]
      ])
    }).pipe(Effect.provide(layer))
  })

  it.effect("is counted, step by step, also where a step is none of a read", () =>
    Effect.gen(function*() {
      const { state, store } = moody()
      const { cache, metric } = yield* open({ store })
      state.mood = ChaosStore.fail
      for (let i = 0; i < 20; i++) {
        yield* Effect.exit(cache.invalidate(Invalidation.key("k")))
        yield* Effect.exit(cache.set("k", 1))
      }
      assert.strictEqual(metric("store_errors"), 40)
      assert.strictEqual((yield* cache.health).breaker, "closed")
      state.asked.length = 0
      yield* cache.get("k", Effect.succeed(1))
      assert.strictEqual(metric("store_errors"), 40 + state.asked.length)
    }))

  for (const kind of ["refused", "unrelated"] as const) {
    it.effect(`a step that is ${kind} opens nothing`, () =>
      Effect.gen(function*() {
        const { cache } = yield* open({ store: failing(kind) })
        for (let i = 0; i < 50; i++) yield* cache.get(`k:${i}`, Effect.succeed(i))
        const { breaker, state } = yield* cache.health
        assert.deepStrictEqual([breaker, state], ["closed", kind === "refused" ? "degraded" : "ok"])
      }))
  }

  it.effect("a reader whose time is up says nothing about the store", () =>
    Effect.gen(function*() {
      const { state, store } = moody()
      const config = { hardTimeout: 4000, softTimeout: 3950, leaseTtl: 30_000, failSafe: 1_000_000 }
      const { cache } = yield* open({ store, config })
      yield* cache.set("k", 1)
      yield* TestClock.adjust(2500)
      const reader = yield* begin(cache.get("k", Effect.never))
      state.mood = ChaosStore.hang
      // The look for a stand-in comes when the reader has 50 ms left.
      yield* TestClock.adjust(4000)
      assert.strictEqual((yield* joined(reader)).metadata.reason, "compute_slow")
      assert.strictEqual((yield* cache.health).state, "ok")
      yield* TestClock.adjust(10_000)
    }))

  it.effect("shows and logs the name and the code of an error, never what it says", () => {
    const { layer, lines } = logged()
    return Effect.gen(function*() {
      const { cache } = yield* open({ store: failing(undefined) })
      for (let i = 0; i < 10; i++) yield* cache.get(`${marker}:${i}`, Effect.succeed(marker))
      assert.match((yield* cache.health).problem ?? "", /^[a-z]+: Error ECONNREFUSED$/)
      assert.deepStrictEqual(lines.map(({ annotations }) => annotations["event"]), ["store_degraded", "breaker_opened"])
      assert.notInclude(JSON.stringify([lines, yield* cache.health]), marker)
    }).pipe(Effect.provide(layer))
  })
})

describe("the log", () => {
  it.effect("tells of each change once", () => {
    const { layer, lines } = logged()
    return Effect.gen(function*() {
      const { cache, state } = yield* broken()
      for (let i = 0; i < 100; i++) yield* cache.get("k", Effect.succeed(1))
      state.mood = ChaosStore.none
      yield* TestClock.adjust(20_000)
      for (let i = 0; i < 100; i++) yield* cache.get("k", Effect.succeed(1))
      assert.deepStrictEqual(lines.map(({ annotations, level }) => [level, annotations["event"]]), [
        ["WARN", "store_degraded"],
        ["WARN", "breaker_opened"],
        ["INFO", "breaker_closed"],
        ["INFO", "store_recovered"]
      ])
    }).pipe(Effect.provide(layer))
  })

  it.effect("tells that a market panics and is calm again, of no reader, and not which it is: that is a tag", () => {
    const { layer, lines } = logged()
    return Effect.gen(function*() {
      const { cache, vix } = yield* open({ config: { vixMinSamples: 5 } })
      const market = `{${marker}}:match-odds`
      for (let i = 0; i < 8; i++) yield* vix.observe({ market, odds: 2 + (i % 2) / 100 })
      for (let i = 0; i < 50; i++) yield* cache.get(`${marker}:${i}`, Effect.succeed(i), { odds: { [market]: 9 } })
      for (let i = 0; i < 50; i++) yield* cache.get(`${marker}:${i}`, Effect.succeed(i), { odds: { [market]: 2 } })
      yield* TestClock.adjust(60_000)
      assert.deepStrictEqual(lines.map(({ annotations }) => annotations), [
        { event: "market_panic" },
        { event: "market_calm" }
      ])
      assert.notInclude(JSON.stringify(lines), marker)
    }).pipe(Effect.provide(layer))
  })

  it.effect("tells of refreshes that fail, of many at once", () => {
    const { layer, lines } = logged()
    return Effect.gen(function*() {
      const { cache } = yield* open()
      const keys = Array.from({ length: 40 }, (_, i) => `${marker}:${i}`)
      for (const key of keys) yield* cache.set(key, marker)
      yield* TestClock.adjust(1500)
      for (const key of keys) yield* cache.get(key, Effect.fail({ _tag: "SourceDown", words: marker }))
      yield* TestClock.adjust(20_000)
      assert.deepStrictEqual(lines.map(({ annotations }) => annotations), [
        { event: "refresh_failed", problem: "SourceDown" },
        { event: "refresh_failed", problem: "SourceDown", suppressed: 38 }
      ])
    }).pipe(Effect.provide(layer))
  })
})
