/** Invalidations and explicit writes against computes in flight, on every path. */
import { assert, describe, it } from "@effect/vitest"
import * as Invalidation from "@smart-cache/core/Invalidation"
import * as TagGraph from "@smart-cache/core/TagGraph"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as TestClock from "effect/testing/TestClock"
import { begin, joined, open, source } from "./SmartCacheSupport.ts"

const graph = TagGraph.make({
  events: { rain: ["pitch"], whistle: ["referee"] },
  markets: { goals: ["pitch"], cards: ["referee"], corners: ["pitch", "referee"] }
})

const goals = graph.tag("match", "goals")

/** Every way to invalidate the key `a:1` tagged with `goals`. */
const ways: Readonly<Record<string, Invalidation.Invalidation>> = {
  key: Invalidation.key("a:1"),
  tag: Invalidation.tags("other", goals),
  prefix: Invalidation.prefix("a:"),
  everything: Invalidation.all,
  event: Invalidation.event("rain", "elsewhere", "match")
}

describe("an invalidation", () => {
  for (const [name, what] of Object.entries(ways)) {
    it.effect(`by ${name} beats a compute in flight: later readers get a later one, and it stays`, () =>
      Effect.gen(function*() {
        const { cache, metric } = yield* open({ graph })
        const { compute, log } = source(100)
        const read = cache.get("a:1", compute, { tags: [goals] })
        const early = yield* begin(read)
        yield* TestClock.adjust(50)
        yield* cache.invalidate(what)
        const late = yield* Effect.forEach(Array.from({ length: 100 }), () => begin(read))
        yield* TestClock.adjust(150)
        assert.strictEqual((yield* joined(early)).value, 1)
        assert.isTrue((yield* Effect.forEach(late, joined)).every((result) => result.value === 2))
        assert.strictEqual((yield* read).value, 2)
        assert.deepStrictEqual([log.begun, log.most], [2, 1])
        assert.strictEqual((yield* cache.explain("a:1")).held!.createdAt, 200)
        assert.deepStrictEqual([metric("fills_refused"), metric("coalesced_waiters")], [1, 99])
      }))

    it.effect(`by ${name} beats a background refresh in flight, which makes room when nobody waits for it`, () =>
      Effect.gen(function*() {
        const { cache } = yield* open({ graph })
        const { compute, log } = source(100)
        yield* cache.set("a:1", 0, { tags: [goals] })
        yield* TestClock.adjust(1500)
        assert.strictEqual((yield* cache.get("a:1", compute, { tags: [goals] })).metadata.refresh, "stale")
        yield* TestClock.adjust(50)
        yield* cache.invalidate(what)
        const late = yield* begin(cache.get("a:1", compute))
        yield* TestClock.adjust(100)
        const { metadata, value } = yield* joined(late)
        assert.deepStrictEqual([value, metadata.strategy], [2, "compute"])
        assert.deepStrictEqual([log.interrupted, log.most], [1, 1])
      }))

    it.effect(`by ${name} beats an early refresh in flight`, () =>
      Effect.gen(function*() {
        const { cache, metric } = yield* open({ graph, config: { beta: 1000 } })
        const { compute, log } = source(100)
        const read = cache.get("a:1", compute, { tags: [goals] })
        const first = yield* begin(read)
        yield* TestClock.adjust(1050)
        yield* joined(first)
        // One of so many reads so near to the end is early.
        for (let i = 0; i < 200 && log.begun === 1; i++) assert.strictEqual((yield* read).value, 1)
        assert.deepStrictEqual([log.begun, metric("xfetch_early_refreshes") > 0], [2, true])
        yield* TestClock.adjust(20)
        yield* cache.invalidate(what)
        const late = yield* begin(read)
        yield* TestClock.adjust(200)
        assert.strictEqual((yield* joined(late)).value, 3)
        assert.strictEqual(log.most, 1)
      }).pipe(Random.withSeed("early")))

    it.effect(`by ${name} beats a bypass in flight and a batch in flight`, () =>
      Effect.gen(function*() {
        const { cache } = yield* open({ graph })
        const forced = source(100)
        const batched = source(100)
        const batch = batched.counted((n) => Effect.as(Effect.sleep(100), new Map([["a:1", 10 * n], ["a:2", 10 * n]])))
        yield* cache.set("a:1", 0, { tags: [goals] })
        const first = yield* begin(cache.get("a:1", forced.compute, { refresh: "force", tags: [goals] }))
        const second = yield* begin(cache.getMany(["a:2"], () => batch, { tags: [goals] }))
        yield* TestClock.adjust(50)
        yield* cache.invalidate(what)
        if (name === "key") yield* cache.invalidate(Invalidation.key("a:2"))
        const late = yield* begin(cache.getMany(["a:1", "a:2"], () => batch))
        yield* TestClock.adjust(200)
        yield* joined(first)
        yield* joined(second)
        const results = yield* joined(late)
        // The first batch was too early for both; they need not come in one batch, as they become free one by one.
        assert.isTrue(Array.from(results.values()).every((result) => result.value > 10))
        assert.deepStrictEqual([forced.log.most, forced.log.begun], [1, 1])
      }))

    it.effect(`by ${name} drops what is held, and says so`, () =>
      Effect.gen(function*() {
        const { cache } = yield* open({ graph })
        yield* cache.set("a:1", 0, { tags: [goals] })
        yield* cache.set("b:1", 0, { tags: [graph.tag("match", "cards")] })
        const { dropped } = yield* cache.invalidate(what)
        assert.strictEqual(dropped, name === "everything" ? 2 : 1)
        assert.deepStrictEqual(
          [(yield* cache.explain("a:1")).held, (yield* cache.explain("b:1")).held !== undefined],
          [undefined, name !== "everything"]
        )
      }))
  }

  it.effect("acknowledged before a value was computed leaves that value alone", () =>
    Effect.gen(function*() {
      const { cache } = yield* open({ graph })
      for (const what of Object.values(ways)) {
        yield* cache.invalidate(what)
        yield* cache.set("a:1", 1, { tags: [goals] })
        assert.strictEqual((yield* cache.get("a:1", Effect.succeed(2))).value, 1)
      }
    }))

  it.effect("of an unknown event is refused, names it and changes nothing", () =>
    Effect.gen(function*() {
      const { cache, snapshot } = yield* open({ graph })
      yield* cache.set("a:1", 0, { tags: [goals] })
      const before = yield* snapshot
      const { message, reason } = yield* Effect.flip(cache.invalidate(Invalidation.event("snow", "match")))
      assert.strictEqual(reason._tag, "UnknownEvent")
      assert.match(message, /"snow".*rain, whistle/)
      assert.deepStrictEqual(yield* snapshot, before)
      assert.isDefined((yield* cache.explain("a:1")).held)
    }))
})

describe("set", () => {
  it.effect("beats every compute in flight: theirs is handed over, its value stays", () =>
    Effect.gen(function*() {
      const { cache, metric } = yield* open()
      const { compute } = source(100)
      const reader = yield* begin(cache.get("k", compute))
      yield* TestClock.adjust(50)
      assert.strictEqual(yield* cache.set("k", -1), "stored")
      assert.strictEqual((yield* cache.get("k", compute)).value, -1)
      yield* TestClock.adjust(50)
      assert.strictEqual((yield* joined(reader)).value, 1)
      assert.strictEqual((yield* cache.get("k", compute)).value, -1)
      assert.strictEqual(metric("fills_refused"), 1)
    }))

  it.effect("beats a background refresh in flight", () =>
    Effect.gen(function*() {
      const { cache } = yield* open()
      const { compute, log } = source(100)
      yield* cache.set("k", 0)
      yield* TestClock.adjust(1500)
      yield* cache.get("k", compute)
      yield* cache.set("k", -1)
      yield* TestClock.adjust(100)
      assert.deepStrictEqual([(yield* cache.get("k", compute)).value, log.ended], [-1, 1])
    }))

  it.effect("after an invalidation stands, and an invalidation after it takes it away", () =>
    Effect.gen(function*() {
      const { cache } = yield* open()
      yield* cache.invalidate(Invalidation.all)
      yield* cache.set("k", 1)
      assert.isDefined((yield* cache.explain("k")).held)
      yield* cache.invalidate(Invalidation.key("k"))
      assert.isUndefined((yield* cache.explain("k")).held)
    }))
})
