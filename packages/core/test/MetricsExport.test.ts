/** What JSON and exporters are given: the same numbers, worked out by hand. */
import { assert, describe, it } from "@effect/vitest"
import * as CacheCatalogue from "@smart-cache/core/CacheCatalogue"
import * as CacheMetrics from "@smart-cache/core/CacheMetrics"
import * as SmartCache from "@smart-cache/core/SmartCache"
import { Context, Effect, Layer, Metric } from "effect"
import { PrometheusMetrics } from "effect/observability"
import { expected, options, play } from "./scripted.ts"

const isolated = Effect.provideService(Metric.MetricRegistry, new Map())

const exposition = (catalogue: ReadonlyArray<CacheCatalogue.Definition>) =>
  PrometheusMetrics.format({ metricNameMapper: CacheCatalogue.mapName(catalogue) })

/** Every sample of an exposition by its name and labels. */
const samples = (text: string): Readonly<Record<string, number>> =>
  Object.fromEntries(
    text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).map((line) => {
      const space = line.lastIndexOf(" ")
      return [line.slice(0, space), Number(line.slice(space + 1))]
    })
  )

describe("all 35 metrics after the scripted sequence", () => {
  it.effect("are as worked out by hand, in JSON and in Prometheus", () =>
    Effect.gen(function*() {
      yield* play
      const { catalogue, snapshot } = yield* CacheMetrics.CacheMetrics
      assert.strictEqual(Object.keys(expected).length, 35)
      const json = yield* snapshot
      const prometheus = samples(yield* exposition(catalogue))
      for (const [name, value] of Object.entries(expected)) {
        assert.approximately(Number(json[name]), value, 1e-9, name)
        const definition = catalogue.find((each) => each.name === name)!
        assert.approximately(prometheus[CacheCatalogue.prometheusName(definition)]!, value, 1e-9, `${name} exported`)
      }
    }).pipe(Effect.provide(SmartCache.layer(options)), isolated))

  it.effect("come with the latency of each read and the age of what it was given", () =>
    Effect.gen(function*() {
      yield* play
      const { catalogue, value } = yield* CacheMetrics.CacheMetrics
      const latency = value("read_latency_seconds") as Record<string, CacheMetrics.Summary>
      assert.deepStrictEqual(
        ["bypass", "compute", "serve_stale", "serve_fresh"].map((strategy) => latency[strategy]!.count),
        [2, 10, 2, 3]
      )
      assert.deepStrictEqual([latency["compute"]!.min, latency["compute"]!.max, latency["serve_fresh"]!.max], [
        0.1,
        0.1,
        0
      ])
      const prometheus = samples(yield* exposition(catalogue))
      assert.strictEqual(prometheus[`read_latency_seconds_bucket{strategy="compute",le="0.05"}`], 0)
      assert.strictEqual(prometheus[`read_latency_seconds_bucket{strategy="compute",le="0.1"}`], 10)
      assert.strictEqual(prometheus[`read_latency_seconds_bucket{strategy="compute",le="+Inf"}`], 10)
      assert.approximately(prometheus[`read_latency_seconds_sum{strategy="compute"}`]!, 1, 1e-9)
      // 35 s and 100 ms after its compute had ended, both times.
      const age = value("served_age_seconds") as Record<string, CacheMetrics.Summary>
      assert.deepStrictEqual([age["serve_stale"]!.count, age["serve_stale"]!.min, age["serve_stale"]!.max], [2, 35, 35])
      // A failed read was given nothing.
      assert.deepStrictEqual([age["compute"]!.count, age["compute"]!.max], [9, 0])
    }).pipe(Effect.provide(SmartCache.layer(options)), isolated))
})

const names = () => Effect.map(Metric.snapshot, (all) => all.map(({ id }) => id))

const open = (cache: string) =>
  Effect.map(
    Layer.build(Layer.fresh(SmartCache.layer(options))),
    (context) => Context.get(context, CacheMetrics.CacheMetrics)
  ).pipe(Effect.provideService(Metric.CurrentMetricAttributes, { cache }))

describe("Effect's registry", () => {
  it.effect("has every metric of the catalogue while the cache lives, and none after it", () =>
    Effect.gen(function*() {
      const inside = yield* Effect.scoped(Effect.gen(function*() {
        const context = yield* Layer.build(Layer.fresh(SmartCache.layer(options)))
        const { catalogue } = Context.get(context, CacheMetrics.CacheMetrics)
        assert.sameMembers(Array.from(new Set(yield* names())), catalogue.map(({ name }) => name))
        return (yield* names()).length
      }))
      assert.isAbove(inside, 35)
      assert.deepStrictEqual(yield* names(), [])
    }).pipe(isolated))

  it.effect("keeps two caches apart by their attributes", () =>
    Effect.gen(function*() {
      const first = yield* open("first")
      const second = yield* open("second")
      first.add("computes", 3)
      second.add("computes", 5)
      const prometheus = samples(yield* exposition(first.catalogue))
      assert.deepStrictEqual(
        [prometheus[`computes_total{cache="first"}`], prometheus[`computes_total{cache="second"}`]],
        [3, 5]
      )
    }).pipe(isolated))
})
