import { assert, describe, it } from "@effect/vitest"
import * as CacheConfig from "@smart-cache/core/CacheConfig"
import * as CacheMetrics from "@smart-cache/core/CacheMetrics"
import * as CacheOutcome from "@smart-cache/core/CacheOutcome"
import * as TtlPolicy from "@smart-cache/core/TtlPolicy"
import { Context, Effect, Layer, Random } from "effect"
import { TestClock } from "effect/testing"
import { football } from "./football.ts"

/** The 35 published names by family. */
const published: Readonly<Record<string, ReadonlyArray<string>>> = {
  base: ["cache_hit_fresh", "cache_hit_stale", "cache_miss", "cache_errors", "hit_rate_pct"],
  vix: ["vix_panic_detected", "vix_warning_detected", "vix_normal", "cache_bypass_vix", "vix_panic_rate_pct"],
  golden_hour: ["warmup", "golden", "active", "prematch", "standard", "match_started"].map((zone) =>
    `golden_hour_${zone}`
  ),
  swr: ["swr_served_stale", "swr_served_fresh", "swr_too_stale", "swr_background_success", "swr_background_error"],
  tags: [
    "surgical_invalidation",
    "full_invalidation",
    "markets_affected_logical",
    "cache_keys_deleted_actual",
    "markets_preserved",
    "avg_cpu_saved_pct"
  ],
  strategy: ["strategy_bypass", "strategy_compute", "strategy_serve_stale", "strategy_serve_fresh"],
  performance: ["total_requests", "avg_latency_ms", "max_latency_ms", "min_latency_ms"]
}

/** Counters alone, every hit timed. */
const make = (zones: ReadonlyArray<string> = TtlPolicy.zoneNames(football)) =>
  CacheMetrics.make({ zones, sampling: 1, draw: () => 0.5 })

const code = (reason: CacheOutcome.Reason) => CacheOutcome.reasons.indexOf(reason)
const vix = (level: CacheOutcome.VixLevel) => CacheOutcome.vixLevels.indexOf(level)
const zone = (name: string) => TtlPolicy.zoneNames(football).indexOf(name)

describe("the catalogue", () => {
  it("has the 35 published names in their seven families, and more beyond them", () => {
    const { catalogue } = make()
    assert.strictEqual(Object.values(published).flat().length, 35)
    for (const [family, names] of Object.entries(published)) {
      const found = catalogue.filter((metric) => metric.family === family).map((metric) => metric.name)
      for (const name of names) assert.include(found, name)
    }
    assert.isAbove(catalogue.length, 35)
  })

  it("has each name once, in small letters, with help, a type and a unit that fit", () => {
    const { catalogue, value } = make()
    const names = catalogue.map((metric) => metric.name)
    assert.strictEqual(new Set(names).size, names.length)
    for (const { help, name, type, unit } of catalogue) {
      assert.match(name, /^[a-z][a-z0-9_]*$/)
      assert.match(help, /^[A-Z1].{3,}[^.\s]$/, name)
      assert.strictEqual(name.endsWith("_pct"), unit === "percent", name)
      assert.strictEqual(name.endsWith("_ms"), unit === "milliseconds", name)
      assert.strictEqual(name.endsWith("_seconds"), unit === "seconds", name)
      if (unit === "percent") assert.strictEqual(type, "gauge")
      if (type !== "histogram") assert.strictEqual(value(name), 0, `${name} of a cache that did nothing`)
    }
    assert.isUndefined(value("no_such_name"))
  })

  it("has no zones without a policy of zones", () => {
    const { catalogue, read, value } = make([])
    read(code("hit"), vix("normal"), -1)
    const counted = catalogue.filter(({ name, type }) => type !== "histogram" && value(name) !== 0)
      .map((metric) => metric.name)
    assert.sameMembers(counted, [
      "cache_hit_fresh",
      "hit_rate_pct",
      "vix_normal",
      "swr_served_fresh",
      "strategy_serve_fresh",
      "total_requests"
    ])
    assert.isFalse(catalogue.some((metric) => metric.family === "golden_hour"))
  })
})

describe("the values", () => {
  it.effect("are those worked out by hand of a known sequence", () =>
    Effect.gen(function*() {
      const { add, read, snapshot, waited } = make()
      const times = (n: number, ...args: Parameters<typeof read>) => {
        for (let i = 0; i < n; i++) read(...args)
      }
      // 20 reads: 8 fresh, 3 + 1 + 1 + 1 stale, 2 + 1 + 1 computed, 1 + 1 bypassed.
      for (const millis of [40, 10, 90]) waited("compute", millis / 1000, 0)
      times(8, code("hit"), vix("normal"), zone("standard"))
      times(3, code("stale"), vix("unknown"), zone("prematch"))
      times(1, code("vix_warning"), vix("warning"), zone("golden"))
      times(1, code("compute_failed"), vix("normal"), zone("active"))
      times(1, code("compute_slow"), vix("normal"), zone("active"))
      times(2, code("miss"), vix("unknown"), zone("warmup"))
      times(1, code("too_stale"), vix("normal"), zone("standard"))
      times(1, code("deadline_passed"), vix("normal"), zone("match_started"))
      times(1, code("vix_panic"), vix("panic"), zone("golden"))
      times(1, code("forced"), vix("normal"), -1)
      add("read_errors", 2)
      add("store_errors", 3)
      add("background_success", 4)
      add("background_error", 1)
      add("surgical_invalidations", 2)
      add("full_invalidations", 1)
      add("entries_dropped", 7)
      add("markets_affected", 39)
      add("markets_preserved", 60)
      add("early_refreshes", 5)
      assert.deepInclude(yield* snapshot, {
        cache_hit_fresh: 8,
        cache_hit_stale: 6,
        cache_miss: 4,
        cache_errors: 5,
        hit_rate_pct: 70,
        vix_panic_detected: 1,
        vix_warning_detected: 1,
        vix_normal: 18,
        cache_bypass_vix: 1,
        vix_panic_rate_pct: 5,
        golden_hour_standard: 9,
        golden_hour_prematch: 3,
        golden_hour_active: 2,
        golden_hour_golden: 2,
        golden_hour_warmup: 2,
        golden_hour_match_started: 1,
        swr_served_stale: 6,
        swr_served_fresh: 8,
        swr_too_stale: 1,
        swr_background_success: 4,
        swr_background_error: 1,
        surgical_invalidation: 2,
        full_invalidation: 1,
        markets_affected_logical: 39,
        cache_keys_deleted_actual: 7,
        markets_preserved: 60,
        avg_cpu_saved_pct: 60 / 99 * 100,
        strategy_bypass: 2,
        strategy_compute: 4,
        strategy_serve_stale: 6,
        strategy_serve_fresh: 8,
        total_requests: 20,
        avg_latency_ms: 7,
        max_latency_ms: 90,
        min_latency_ms: 0,
        xfetch_early_refreshes: 5,
        store_errors: 3
      })
    }))

  it("count each read in one strategy, one level and at most one zone, whatever its reason", () => {
    const { read, snapshot } = make()
    let reads = 0
    for (const reason of CacheOutcome.reasons) {
      for (const level of CacheOutcome.vixLevels) {
        read(code(reason), vix(level), reads++ % 6)
        const now = Effect.runSync(snapshot)
        const sum = (names: ReadonlyArray<string>) => names.reduce((sum, name) => sum + Number(now[name]), 0)
        assert.strictEqual(now["total_requests"], reads)
        assert.strictEqual(sum(published["strategy"]!), reads)
        assert.strictEqual(sum(published["golden_hour"]!), reads)
        assert.strictEqual(sum(["vix_panic_detected", "vix_warning_detected", "vix_normal"]), reads)
        assert.strictEqual(sum(["cache_hit_fresh", "cache_hit_stale", "cache_miss", "strategy_bypass"]), reads)
      }
    }
  })

  it("tell the shortest wait only of reads that all waited", () => {
    const { read, snapshot, waited } = make([])
    const shortest = () => Effect.runSync(snapshot)["min_latency_ms"]
    for (const millis of [30, 20]) {
      read(code("miss"), 0, -1)
      waited("compute", millis / 1000, undefined)
    }
    assert.strictEqual(shortest(), 20)
    read(code("hit"), 0, -1)
    assert.strictEqual(shortest(), 0, "a hit does not wait")
  })

  it("tell a distribution by strategy, in seconds", () => {
    const { snapshot, waited } = make([])
    for (let i = 1; i <= 100; i++) waited("compute", i / 1000, i)
    waited("bypass", 2, undefined)
    const { read_latency_seconds: latency, served_age_seconds: age } = Effect.runSync(snapshot)
    const nothing = { count: 0, sum: 0, min: null, max: null, p50: null, p95: null, p99: null }
    assert.deepInclude(latency, { serve_fresh: nothing, serve_stale: nothing })
    const { compute } = latency as Record<CacheOutcome.Strategy, CacheMetrics.Summary>
    assert.deepInclude(compute, { count: 100, min: 0.001, max: 0.1 })
    assert.approximately(compute.sum, 5.05, 1e-9)
    for (const [quantile, seconds] of [["p50", 0.05], ["p95", 0.095], ["p99", 0.099]] as const) {
      assert.approximately(compute[quantile]!, seconds, seconds * 0.021, quantile)
    }
    assert.deepInclude(age, { bypass: nothing })
  })
})

const draws = (seed: string) => {
  const random = Effect.runSync(Random.Random.pipe(Random.withSeed(seed)))
  return () => random.nextDoubleUnsafe()
}

/** So many hits by a reader with a rhythm: each hundredth is stale and old. */
const rhythm = (hits: number) => {
  const metrics = CacheMetrics.make({ zones: [], sampling: 0.01, draw: draws("rhythm") })
  let timings = 0
  for (let i = 0; i < hits; i++) {
    const [reason, strategy, age] = i % 100 === 0
      ? ["stale", "serve_stale", 3600] as const
      : ["hit", "serve_fresh", 1] as const
    const timing = metrics.timing()
    metrics.read(code(reason), vix("normal"), -1)
    if (!timing) continue
    timings++
    metrics.timed(strategy, 1e-6, age)
  }
  return { metrics, timings, age: metrics.value("served_age_seconds") as Record<string, CacheMetrics.Summary> }
}

describe("sampling", () => {
  it("times one hit in a hundred on average, whatever the rhythm, and weighs it as those of its strategy", () => {
    const { age, metrics, timings } = rhythm(100_000)
    assert.approximately(timings, 1000, 100)
    const [fresh, stale] = [age["serve_fresh"]!, age["serve_stale"]!]
    assert.approximately(fresh.count, 99_000, 400)
    assert.approximately(stale.count, 1000, 400)
    assert.deepStrictEqual([fresh.p99, stale.p50].map((n) => Math.round(n!)), [1, 3600])
    assert.isAtMost(fresh.count + stale.count, Number(metrics.value("total_requests")))
  })

  it("times the very first hit, and every one when asked to", () => {
    assert.deepStrictEqual([rhythm(1).timings, rhythm(1).age["serve_stale"]!.count], [1, 1])
    const { timed, timing } = make([])
    for (let i = 0; i < 10; i++) {
      assert.isTrue(timing())
      timed("serve_fresh", 1e-6, 0)
    }
  })

  it("never weighs more than was read since a reset", () => {
    const { metrics } = rhythm(50)
    Effect.runSync(metrics.reset("performance"))
    for (let i = 0; i < 200; i++) {
      const timing = metrics.timing()
      metrics.read(code("hit"), vix("normal"), -1)
      if (timing) metrics.timed("serve_fresh", 1e-6, 1)
      const { count } = (metrics.value("read_latency_seconds") as Record<string, CacheMetrics.Summary>)["serve_fresh"]!
      assert.isAtMost(count, Number(metrics.value("total_requests")))
    }
  })
})

const open = (resets: Layer.Layer<never, never, CacheMetrics.CacheMetrics>) =>
  Effect.map(
    Layer.build(resets.pipe(
      Layer.provideMerge(CacheMetrics.layer),
      Layer.provide([TtlPolicy.layer(football), CacheConfig.layer()]),
      Layer.fresh
    )),
    (context) => Context.get(context, CacheMetrics.CacheMetrics)
  )

describe("a reset", () => {
  it("begins one family anew and leaves the others and what exporters see", () => {
    const metrics = make()
    const { add, exported, read, reset, value, waited } = metrics
    const again = () => {
      read(code("vix_panic"), vix("panic"), 0)
      waited("bypass", 0.25, 1)
      add("store_errors", 1)
    }
    again()
    again()
    Effect.runSync(reset("vix"))
    assert.deepStrictEqual([value("vix_panic_detected"), value("vix_panic_rate_pct")], [0, 0])
    assert.deepStrictEqual([value("total_requests"), value("store_errors"), value("strategy_bypass")], [2, 2, 2])
    again()
    assert.deepStrictEqual([value("vix_panic_detected"), value("vix_panic_rate_pct")], [1, 100])
    Effect.runSync(reset("performance"))
    assert.deepStrictEqual(["total_requests", "avg_latency_ms", "max_latency_ms", "min_latency_ms"].map(value), [
      0,
      0,
      0,
      0
    ])
    assert.deepInclude(value("read_latency_seconds"), {
      bypass: { count: 0, sum: 0, min: null, max: null, p50: null, p95: null, p99: null }
    })
    again()
    assert.deepStrictEqual(["total_requests", "avg_latency_ms", "max_latency_ms", "min_latency_ms"].map(value), [
      1,
      250,
      250,
      250
    ])
    Effect.runSync(reset("all"))
    for (const definition of metrics.catalogue) {
      if (definition.type === "histogram") continue
      assert.strictEqual(value(definition.name), 0, definition.name)
      if (definition.name === "store_errors" || definition.name === "total_requests") {
        assert.strictEqual(exported(definition), 4, "an exporter sees what only rises")
      }
    }
    assert.strictEqual(metrics.distribution("read_latency_seconds", "bypass").totals().count, 4)
  })

  it.effect("comes by the calendar where that is asked for: performance by the hour, the guard at midnight UTC", () =>
    Effect.gen(function*() {
      const names = ["total_requests", "vix_panic_detected", "strategy_bypass"] as const
      yield* TestClock.setTime(Date.UTC(2025, 4, 10, 22, 59))
      const caches = [yield* open(CacheMetrics.resets), yield* open(Layer.empty)] as const
      for (const { read } of caches) read(code("vix_panic"), vix("panic"), 0)
      const values = () => caches.map(({ value }) => names.map(value))
      yield* TestClock.adjust("59 seconds")
      assert.deepStrictEqual(values(), [[1, 1, 1], [1, 1, 1]])
      yield* TestClock.adjust("1 seconds")
      assert.deepStrictEqual(values(), [[0, 1, 1], [1, 1, 1]])
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(values(), [[0, 0, 1], [1, 1, 1]])
    }))
})
