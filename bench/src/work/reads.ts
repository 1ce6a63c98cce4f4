/** Reads whose work is counted. */
import type { Metadata } from "@smart-cache/core/CacheResult"
import type { ReadContext } from "@smart-cache/core/ReadContext"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { type Value, valueOf } from "../workload.ts"
import { type Place, type Scenario, scenario, type Stage, work } from "./scenario.ts"

const value = valueOf(7)

/** What a read must say of itself. */
type Expected = Partial<Pick<Metadata, "strategy" | "source" | "reason" | "refresh">>

const compute = ({ meter }: Stage): Effect.Effect<Value> =>
  Effect.sync(() => {
    meter.computed()
    return value
  })

const never: Effect.Effect<Value> = Effect.die(new Error("bench: computed what was to be found"))

/** Throws when an answer is another than was meant: the work counted would be that of something else. */
const verify = (
  { metadata, value: { id } }: { readonly metadata: Metadata; readonly value: Value },
  expected: Expected
) => {
  const wrong = (Object.keys(expected) as ReadonlyArray<keyof Expected>).find((name) =>
    metadata[name] !== expected[name]
  )
  if (wrong !== undefined) throw new Error(`bench: ${wrong} is ${metadata[wrong]}, ${expected[wrong]} was meant`)
  if (id !== value.id) throw new Error(`bench: a read was given the value ${id}`)
}

const read = (
  { cache }: Stage,
  key: string,
  compute: Effect.Effect<Value>,
  expected: Expected,
  context?: ReadContext
) => Effect.map(cache.get(key, compute, context), (result) => verify(result, expected))

const tags = ["a", "b", "c", "d", "e"]
const tagged: ReadContext = { tags, odds: { "m:1": 1.9, "m:2": 3.4, "m:3": 4.2 } }

/** One read of a key that is held. */
const hit = (name: string, place: Place, expected: Expected, context?: ReadContext): Scenario =>
  scenario({
    name,
    place,
    until: "answered",
    times: place === "redis" ? 1_000 : 20_000,
    begin: (stage) => {
      const key = stage.fresh("held")
      const again = read(stage, key, never, expected, context)
      const before = Effect.andThen(expecting(place, stage), read(stage, key, compute(stage), {}, context))
      return Effect.as(Effect.andThen(before, again), work(again))
    }
  })

/** Many keys that are held, by readers who come at once. */
const crowded = scenario({
  name: "100 hits at once",
  place: "redis",
  until: "answered",
  crowd: 100,
  begin: (stage) => {
    const keys = Array.from({ length: 100 }, () => stage.fresh("held"))
    const all = (compute: Effect.Effect<Value>, expected: Expected) =>
      Effect.forEach(keys, (key) => read(stage, key, compute, expected), { concurrency: "unbounded", discard: true })
    const before = Effect.andThen(all(compute(stage), {}), expecting("redis", stage))
    return Effect.as(before, work(all(never, { source: "redis", strategy: "serve_fresh" })))
  }
})

/** The least that a turn of the event loop begins with: a promise from outside of Effect, not waited for. */
const awaited = scenario({
  name: "hit by runPromise",
  place: "memory",
  until: "answered",
  begin: (stage) => {
    const key = stage.fresh("held")
    const again = read(stage, key, never, { strategy: "serve_fresh" })
    return Effect.as(
      read(stage, key, compute(stage), {}),
      work(Effect.sync(() => void Effect.runPromiseWith(stage.meter.fibers)(again)))
    )
  }
})

/** Long enough for what is fresh for 50 ms, also by a clock that is looked at now and then. */
const aged = Effect.sleep("200 millis")

const stale = (name: string, refresh: "under way" | "begins"): Scenario =>
  scenario({
    name,
    place: "memory that ages",
    until: "answered",
    times: refresh === "under way" ? 20_000 : 0,
    begin: (stage) => {
      const key = stage.fresh("stale")
      const again = read(stage, key, Effect.never, { strategy: "serve_stale" })
      const ageing = Effect.andThen(read(stage, key, compute(stage), {}), aged)
      return Effect.as(refresh === "begins" ? ageing : Effect.andThen(ageing, again), work(again))
    }
  })

/** The luckiest draw there is: βδ of what took 5 ms reaches far beyond a minute then. */
const luck: Random.Random = { nextIntUnsafe: () => Number.MAX_SAFE_INTEGER, nextDoubleUnsafe: () => 1 - 2 ** -53 }

const early = scenario({
  name: "early hit that begins its refresh",
  place: "memory",
  until: "answered",
  begin: (stage) => {
    const key = stage.fresh("early")
    const slow = Effect.delay(compute(stage), "5 millis")
    return Effect.gen(function*() {
      const context = { deadline: Date.now() + 60_000 }
      yield* read(stage, key, slow, {}, context)
      const again = read(stage, key, slow, { strategy: "serve_fresh", refresh: "early" }, context)
      return work(Effect.provideService(again, Random.Random, luck))
    })
  }
})

/** A market that was calm leaps: what is held is of no use, and the read goes for a compute. */
const panic = scenario({
  name: "read in a panic, up to the compute",
  place: "memory",
  until: "computing",
  begin: (stage) =>
    Effect.gen(function*() {
      const key = stage.fresh("panic")
      const market = yield* stage.calm
      yield* read(stage, key, compute(stage), {}, { odds: { [market]: 2 } })
      const begun = Effect.andThen(Effect.sync(() => stage.meter.end()), compute(stage))
      return work(read(stage, key, begun, { strategy: "bypass" }, { odds: { [market]: 15 } }))
    })
})

/** So many reads make the store expect to find what it is asked for, and ask for no lease with it. */
const finds = (stage: Stage) => {
  const key = stage.fresh("found")
  return Effect.andThen(
    read(stage, key, compute(stage), {}),
    Effect.repeat(read(stage, key, never, { source: "redis" }), { times: 32 })
  )
}

/** Hits are the rule in Redis, unless somebody says otherwise. */
const expecting = (place: Place, stage: Stage): Effect.Effect<unknown, unknown> =>
  place === "redis" ? finds(stage) : Effect.void

const misses = (stage: Stage) => Effect.repeat(Effect.suspend(() => miss(stage)), { times: 32 })

const miss = (stage: Stage) => read(stage, stage.fresh("missing"), compute(stage), { strategy: "compute" })

const missing = (name: string, place: Place, before: (stage: Stage) => Effect.Effect<unknown, unknown>): Scenario =>
  scenario({
    name,
    place,
    until: "settled",
    times: place === "memory" ? 1_000 : 0,
    begin: (stage) => Effect.as(before(stage), work(Effect.suspend(() => miss(stage))))
  })

/** Readers of one missing key; its compute ends when all of them have come. */
const stampede = (place: Place, readers: number): Scenario =>
  scenario({
    name: `stampede of ${readers.toLocaleString("en")}`,
    place,
    until: "settled",
    crowd: readers + 1,
    begin: (stage) =>
      Effect.as(
        expecting(place, stage),
        work(Effect.gen(function*() {
          const key = stage.fresh("stampede")
          const come = yield* Deferred.make<void>()
          const slow = Effect.andThen(Deferred.await(come), compute(stage))
          const one = read(stage, key, slow, { strategy: "compute" })
          const all = Array.from({ length: readers }, () => one)
          yield* Effect.all([...all, Deferred.succeed(come, undefined)], { concurrency: "unbounded", discard: true })
        }))
      )
  })

const many = (place: Place, held: "held" | "missing"): Scenario =>
  scenario({
    name: `getMany of 50 that are ${held}`,
    place,
    until: "settled",
    begin: (stage) => {
      const keys = Array.from({ length: 50 }, () => stage.fresh("many"))
      const all = Effect.map(
        stage.cache.getMany(
          keys,
          (missing) => Effect.map(compute(stage), (value) => new Map(missing.map((key) => [key, value])))
        ),
        (results) => {
          for (const key of keys) verify(results.get(key)!, { strategy: held === "held" ? "serve_fresh" : "compute" })
        }
      )
      const before = held === "held" ? warm(stage, keys) : Effect.void
      return Effect.as(Effect.andThen(before, expecting(place, stage)), work(all))
    }
  })

const warm = (stage: Stage, keys: ReadonlyArray<string>) =>
  Effect.forEach(keys, (key) => read(stage, key, compute(stage), {}), { discard: true })

const fresh = { strategy: "serve_fresh" } as const

export const scenarios: ReadonlyArray<Scenario> = [
  hit("hit", "memory", { ...fresh, source: "memory" }),
  hit("hit with 5 tags and 3 odds", "memory", { ...fresh, source: "memory" }, tagged),
  awaited,
  stale("stale hit, its refresh under way", "under way"),
  stale("stale hit that begins its refresh", "begins"),
  early,
  panic,
  missing("miss and its compute", "memory", () => Effect.void),
  stampede("memory", 1000),
  many("memory", "held"),
  many("memory", "missing"),
  hit("hit", "memory over redis", { ...fresh, source: "memory" }, { tags }),
  hit("hit", "redis", { ...fresh, source: "redis" }),
  hit("hit with 5 tags", "redis", { ...fresh, source: "redis" }, { tags }),
  crowded,
  missing("miss and its compute, where misses are the rule", "redis", misses),
  missing("miss and its compute, where hits are the rule", "redis", finds),
  stampede("redis", 1000),
  many("redis", "held"),
  many("redis", "missing")
]
