/** What a tracer sees of the cache, and what it must not. */
import { assert, describe, it } from "@effect/vitest"
import * as CacheOutcome from "@smart-cache/core/CacheOutcome"
import * as Invalidation from "@smart-cache/core/Invalidation"
import * as ChaosStore from "@smart-cache/core/testing/ChaosStore"
import { Arbitrary, Cause, Effect, Exit, Option, Tracer } from "effect"
import { TestClock } from "effect/testing"
import { inspect } from "node:util"
import { nameOf } from "../src/internal/nameOf.ts"
import { integer, oneOf } from "./arbitraries.ts"
import { logged } from "./logged.ts"
import { begin, joined, open, source } from "./SmartCacheSupport.ts"
import { recorder } from "./spansOf.ts"

const marker = "secret-4711"

describe("spans", () => {
  it.effect("of a miss: the look, the lease, the compute and the fill under the read", () => {
    const { layer, told } = recorder()
    return Effect.gen(function*() {
      const { cache } = yield* open()
      yield* cache.get("k", Effect.succeed(1), { tags: ["a", "b"] })
      const spans = told()
      assert.deepStrictEqual(spans.map(({ ended, name, parent }) => [name, parent, ended]), [
        ["read", undefined, "ok"],
        ["store.read", 0, "ok"],
        ["store.lease", 0, "ok"],
        ["compute", 0, "ok"],
        ["store.fill", 0, "ok"]
      ])
      assert.deepStrictEqual(spans.map(({ attributes }) => attributes), [
        {
          strategy: "compute",
          reason: "miss",
          refresh: "none",
          source: "compute",
          vix: "unknown",
          tags: 2,
          stamp: 1
        },
        { outcome: "absent" },
        { outcome: "Granted" },
        { tags: 2, stamp: 1 },
        { outcome: "stored" }
      ])
    }).pipe(Effect.provide(layer))
  })

  it.effect("of a memory hit: none", () => {
    const { layer, spans } = recorder()
    return Effect.gen(function*() {
      const { cache } = yield* open()
      yield* cache.get("k", Effect.succeed(1))
      const before = spans.length
      for (let i = 0; i < 100; i++) yield* cache.get("k", Effect.succeed(1))
      assert.strictEqual(spans.length, before)
    }).pipe(Effect.provide(layer))
  })

  it.effect("of readers who share a compute: a read each, one compute", () => {
    const { layer, told } = recorder()
    return Effect.gen(function*() {
      const { cache } = yield* open()
      const readers = yield* Effect.forEach(
        Array.from({ length: 10 }),
        () => begin(cache.get("k", source(100).compute))
      )
      yield* TestClock.adjust(100)
      for (const reader of readers) yield* joined(reader)
      const spans = told()
      assert.lengthOf(spans.filter(({ name }) => name === "compute"), 1)
      const sources = spans.filter(({ name }) => name === "read").map(({ attributes }) => attributes["source"])
      assert.deepStrictEqual(sources, ["compute", ...Array.from({ length: 9 }, () => "in_flight")])
    }).pipe(Effect.provide(layer))
  })

  it.effect("of a stale hit: a read, and a refresh in a trace of its own that is linked to it", () => {
    const { layer, told } = recorder()
    return Effect.gen(function*() {
      const { cache } = yield* open()
      yield* cache.set("k", 1)
      yield* TestClock.adjust(1500)
      const before = told().length
      yield* cache.get("k", Effect.succeed(2))
      const spans = told().slice(before)
      assert.deepStrictEqual(spans.map(({ name }) => name), [
        "read",
        "refresh",
        "store.lease",
        "compute",
        "store.fill"
      ])
      const [read, refresh, ...steps] = spans
      assert.deepStrictEqual(read!.attributes, {
        strategy: "serve_stale",
        reason: "stale",
        refresh: "stale",
        source: "memory",
        vix: "unknown",
        tags: 0,
        stamp: 1
      })
      assert.deepStrictEqual([refresh!.parent, refresh!.links], [undefined, [before]])
      assert.deepStrictEqual(steps.map(({ parent }) => parent), [before + 1, before + 1, before + 1])
    }).pipe(Effect.provide(layer))
  })

  it.effect("of a compute that fails: the kind of its error, and whatever the compute does below it", () => {
    const { layer, spans, told } = recorder()
    return Effect.gen(function*() {
      const { cache } = yield* open()
      const error = Object.assign(new TypeError(`no such ${marker}`), { code: "E_NONE" })
      const compute = Effect.withSpan(Effect.fail(error), "query")
      yield* Effect.exit(cache.get("k", compute))
      const failed = told().filter(({ ended }) => ended === "failed").map(({ name }) => name)
      assert.deepStrictEqual(failed, ["read", "compute", "query"])
      const computed = spans.findIndex(({ name }) => name === "smart-cache.compute")
      assert.strictEqual(told().find(({ name }) => name === "query")?.parent, computed)
      const { status } = spans[computed]!
      const exit = status._tag === "Ended" ? status.exit : Exit.void
      assert.strictEqual(Exit.isFailure(exit) && String(Cause.squash(exit.cause)), "TypeError E_NONE")
    }).pipe(Effect.provide(layer))
  })

  it.effect("of a step that hangs: a failure", () => {
    const { layer, spans } = recorder()
    return Effect.gen(function*() {
      const { cache } = yield* open({ store: (store) => ChaosStore.make(store, () => Effect.succeed(ChaosStore.hang)) })
      const reader = yield* begin(cache.get("k", Effect.succeed(1)))
      yield* TestClock.adjust(20_000)
      yield* joined(reader)
      const steps = spans.filter(({ name }) => name.startsWith("smart-cache.store."))
      assert.isAbove(steps.length, 1)
      for (const { name, status } of steps) {
        // An interruption would be no failure to whoever collects spans.
        const failure = status._tag === "Ended" && Exit.isFailure(status.exit) ? Cause.squash(status.exit.cause) : name
        assert.strictEqual(String(failure), "StoreFailed")
      }
    }).pipe(Effect.provide(layer))
  })

  it.effect("end once, whatever a tracer makes of it, and without what an error says", () => {
    const ends: Array<unknown> = []
    // It does not tell that it has ended.
    const endless = Tracer.make({
      span: (options) =>
        Object.assign(new Tracer.NativeSpan(options), { end: (_: bigint, exit: unknown) => ends.push(exit) })
    })
    return Effect.gen(function*() {
      const { cache } = yield* open()
      yield* Effect.exit(cache.get(marker, Effect.fail({ _tag: "SourceDown", words: marker })))
      // The read, the look, the lease, the compute and the release.
      assert.lengthOf(ends, 5)
      assert.notInclude(inspect(ends, { depth: 12, showHidden: true }), marker)
    }).pipe(Effect.provideService(Tracer.Tracer, endless))
  })

  it("name a failure by what cannot be a path, a key or a sentence", () => {
    for (const name of ["user/4711-secret-key", "a.b", "a-b", "x".repeat(41), "two words", ""]) {
      assert.strictEqual(nameOf({ _tag: name }), "failure")
      assert.strictEqual(nameOf({ name }), "failure")
    }
    assert.strictEqual(nameOf({ _tag: "NoSuchMatch" }), "NoSuchMatch")
  })

  it.effect("of an invalidation: what was named, and the stamp", () => {
    const { layer, told } = recorder()
    return Effect.gen(function*() {
      const { cache } = yield* open()
      const { stamp } = yield* cache.invalidate(Invalidation.tags("a", "b"))
      yield* Effect.exit(cache.invalidate(Invalidation.event("none", "match")))
      assert.deepStrictEqual(told().map(({ attributes, ended, name, parent }) => [name, parent, ended, attributes]), [
        ["invalidate", undefined, "ok", { target: "Tags", tags: 2, stamp }],
        ["store.invalidate", 0, "ok", { stamp }],
        ["invalidate", undefined, "failed", { target: "Event" }]
      ])
    }).pipe(Effect.provide(layer))
  })

  it.effect("are not made where tracing is switched off, or nobody has installed a tracer", () => {
    const { layer, spans } = recorder()
    return Effect.gen(function*() {
      const { cache } = yield* open()
      yield* Effect.withTracerEnabled(cache.get("k", Effect.succeed(1)), false)
      const around = cache.get("l", Effect.option(Effect.currentParentSpan))
      const { value } = yield* Effect.provideService(around, Tracer.Tracer, Tracer.nativeTracer)
      assert.isTrue(Option.isNone(value))
      assert.lengthOf(spans, 0)
    }).pipe(Effect.provide(layer))
  })
})

const words: ReadonlySet<unknown> = new Set([
  ...CacheOutcome.strategies,
  ...CacheOutcome.reasons,
  ...CacheOutcome.vixLevels,
  "none",
  "early",
  "stale",
  "memory",
  "compute",
  "in_flight",
  "found",
  "absent",
  "invalidated",
  "Granted",
  "Newer",
  "Busy",
  "stored",
  "refused",
  "too_large",
  "Key",
  "Tags",
  "Prefix",
  "All",
  "Event"
])

describe("whatever happens", () => {
  const acts = Arbitrary.array(
    Arbitrary.all({
      act: oneOf("read", "read", "read", "set", "invalidate"),
      key: oneOf("a", "b"),
      end: oneOf("succeeds", "fails", "dies", "hangs"),
      odds: oneOf(undefined, 2, 2.01, 9),
      wait: integer(0, 1500)
    }),
    { maxLength: 40 }
  )

  it.effect.prop(
    "no span, line or attribute holds a key, a value, a tag or what an error says",
    { acts },
    ({ acts }) => {
      const { layer, spans } = recorder()
      const log = logged()
      const run = Effect.gen(function*() {
        const chances = { fail: 0.2, hang: 0.1, loseReply: 0.1, delay: 0.1 }
        const { cache } = yield* open({ store: (store) => ChaosStore.make(store, ChaosStore.random(chances)) })
        const computes = {
          succeeds: Effect.succeed(marker),
          fails: Effect.fail(marker),
          dies: Effect.die(marker),
          hangs: Effect.never
        }
        for (const { act, end, key, odds, wait } of acts) {
          const name = `${marker}:${key}`
          const context = { tags: [`${marker}:tag`], ...(odds !== undefined && { odds: { market: odds } }) }
          const effect: Effect.Effect<unknown, unknown> = act === "read"
            ? cache.get(name, computes[end], context)
            : act === "set"
            ? cache.set(name, marker, context)
            : cache.invalidate(Invalidation.tags(`${marker}:tag`))
          yield* begin(Effect.exit(effect))
          yield* TestClock.adjust(wait)
        }
        yield* TestClock.adjust(60_000)
      })
      return Effect.gen(function*() {
        yield* Effect.scoped(Effect.andThen(run, TestClock.adjust(60_000)))
        assert.notInclude(inspect([spans, log.lines], { depth: 12, showHidden: true }), marker)
        for (const [name, value] of spans.flatMap(({ attributes }) => Array.from(attributes))) {
          assert.isTrue(typeof value === "number" || words.has(value), `${name}: ${String(value)}`)
        }
      }).pipe(Effect.provide([layer, log.layer]))
    },
    { arbitrary: { runs: 60 } }
  )
})
