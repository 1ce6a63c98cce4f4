import { assert, describe, it } from "@effect/vitest"
import * as CacheMetrics from "@smart-cache/core/CacheMetrics"
import * as CacheOutcome from "@smart-cache/core/CacheOutcome"
import * as TtlPolicy from "@smart-cache/core/TtlPolicy"
import { Effect, Layer } from "effect"
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

const metrics = Effect.provide(
  CacheMetrics.CacheMetrics,
  Layer.provide(CacheMetrics.layer, TtlPolicy.layer(football))
)

const code = (reason: CacheOutcome.Reason) => CacheOutcome.reasons.indexOf(reason)
const vix = (level: CacheOutcome.VixLevel) => CacheOutcome.vixLevels.indexOf(level)
const zone = (name: string) => TtlPolicy.zoneNames(football).indexOf(name)

describe("the catalogue", () => {
  it.effect("has the 35 published names in their seven families, and more beyond them", () =>
    Effect.gen(function*() {
      const { catalogue } = yield* metrics
      assert.strictEqual(Object.values(published).flat().length, 35)
      for (const [family, names] of Object.entries(published)) {
        const found = catalogue.filter((metric) => metric.family === family).map((metric) => metric.name)
        for (const name of names) assert.include(found, name)
      }
      assert.isAbove(catalogue.length, 35)
    }))

  it.effect("has each name once, in small letters, with help, a type and a unit that fit", () =>
    Effect.gen(function*() {
      const { catalogue } = yield* metrics
      const names = catalogue.map((metric) => metric.name)
      assert.strictEqual(new Set(names).size, names.length)
      for (const { help, name, type, unit, value } of catalogue) {
        assert.match(name, /^[a-z][a-z0-9_]*$/)
        assert.match(help, /^[A-Z].{3,}[^.\s]$/, name)
        assert.strictEqual(name.endsWith("_pct"), unit === "percent", name)
        assert.strictEqual(name.endsWith("_ms"), unit === "milliseconds", name)
        if (unit === "percent") assert.strictEqual(type, "gauge")
        assert.strictEqual(value(), 0, `${name} of a cache that did nothing`)
      }
    }))

  it("has no zones without a policy of zones", () => {
    const { catalogue, read } = CacheMetrics.make([])
    read(code("hit"), vix("normal"), -1)
    const counted = catalogue.filter((metric) => metric.value() !== 0).map((metric) => metric.name)
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
      const { add, read, snapshot, waited } = yield* metrics
      const times = (n: number, ...args: Parameters<typeof read>) => {
        for (let i = 0; i < n; i++) read(...args)
      }
      // 20 reads: 8 fresh, 3 + 1 + 1 + 1 stale, 2 + 1 + 1 computed, 1 + 1 bypassed.
      for (const millis of [40, 10, 90]) waited(millis)
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
    const { read, snapshot } = CacheMetrics.make(TtlPolicy.zoneNames(football))
    let reads = 0
    for (const reason of CacheOutcome.reasons) {
      for (const level of CacheOutcome.vixLevels) {
        read(code(reason), vix(level), reads++ % 6)
        const now = Effect.runSync(snapshot)
        const sum = (names: ReadonlyArray<string>) => names.reduce((sum, name) => sum + now[name]!, 0)
        assert.strictEqual(now["total_requests"], reads)
        assert.strictEqual(sum(published["strategy"]!), reads)
        assert.strictEqual(sum(published["golden_hour"]!), reads)
        assert.strictEqual(sum(["vix_panic_detected", "vix_warning_detected", "vix_normal"]), reads)
        assert.strictEqual(sum(["cache_hit_fresh", "cache_hit_stale", "cache_miss", "strategy_bypass"]), reads)
      }
    }
  })

  it("tell the shortest wait only of reads that all waited", () => {
    const { read, snapshot, waited } = CacheMetrics.make([])
    const shortest = () => Effect.runSync(snapshot)["min_latency_ms"]
    for (const millis of [30, 20]) {
      read(code("miss"), 0, -1)
      waited(millis)
    }
    assert.strictEqual(shortest(), 20)
    read(code("hit"), 0, -1)
    assert.strictEqual(shortest(), 0, "a hit does not wait")
  })
})
