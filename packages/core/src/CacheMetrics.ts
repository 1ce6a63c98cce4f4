/**
 * What the cache counts (spec §8); the catalogue names it.
 *
 * A memory hit adds to numbers of a typed array, and now and then takes its own time;
 * every published value is derived from them when somebody looks. Each thing is counted
 * in one place. Effect's metric registry, and so its Prometheus and OTLP exporters, sees
 * them all.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as CacheCatalogue from "./CacheCatalogue.ts"
import { CacheConfig } from "./CacheConfig.ts"
import { reasonsOf, strategies, type Strategy } from "./CacheOutcome.ts"
import { Cells, type View } from "./internal/counts.ts"
import { Distribution, type Summary } from "./internal/distribution.ts"
import { publish } from "./internal/publish.ts"
import { schedule } from "./internal/resets.ts"
import * as TtlPolicy from "./TtlPolicy.ts"

export type { Summary } from "./internal/distribution.ts"

/** All values by name; of a histogram by strategy, seconds. */
export type Snapshot = Readonly<Record<string, number | Readonly<Record<Strategy, Summary>>>>

export interface Shape {
  readonly catalogue: ReadonlyArray<CacheCatalogue.Definition>
  /** All values now, each since its family was last reset. */
  readonly snapshot: Effect.Effect<Snapshot>
  /** One of them; `undefined` when the catalogue has no such name. */
  readonly value: (name: string) => Snapshot[string] | undefined
  /**
   * Begins a family, or all of them, anew in {@link snapshot} and in the gauges. Effect's counters and buckets go on:
   * what an exporter has not yet fetched would be lost.
   */
  readonly reset: (family: CacheCatalogue.Family | "all") => Effect.Effect<void>
  /** Counts one read: the code of its decision, its volatility and its zone (−1: none). */
  readonly read: (code: number, vix: number, zone: number) => void
  /** Whether the read that begins now is to be timed, should it be a hit. */
  readonly timing: () => boolean
  /** A hit ended that was timed; it stands for those of its strategy before it that were not. */
  readonly timed: (strategy: Strategy, seconds: number, age: number) => void
  /** A read ended that was no mere hit; age in seconds of what it was given, if anything. */
  readonly waited: (strategy: Strategy, seconds: number, age: number | undefined) => void
  readonly add: (name: CacheCatalogue.Tally, n: number) => void
  /** Says who knows a gauge; 0 until then. */
  readonly gauge: (name: CacheCatalogue.GaugeName, read: () => number) => void
}

export interface Options {
  readonly zones: ReadonlyArray<string>
  /** Share of the hits that are timed, more than 0 and at most 1. */
  readonly sampling: number
  /** A number of [0, 1), evenly spread, for the hits that are timed. */
  readonly draw: () => number
}

type Distributions = Readonly<Record<Strategy, Distribution>>

const distributions = (): Distributions => ({
  bypass: new Distribution(),
  compute: new Distribution(),
  serve_stale: new Distribution(),
  serve_fresh: new Distribution()
})

export class Metrics implements Shape {
  readonly catalogue: ReadonlyArray<CacheCatalogue.Definition>
  private readonly cells: Cells
  private readonly views: Readonly<Record<CacheCatalogue.Family, View>>
  /** Since the cache was made. */
  private readonly ever: View
  private readonly histograms: Readonly<Record<CacheCatalogue.HistogramName, Distributions>> = {
    read_latency_seconds: distributions(),
    served_age_seconds: distributions()
  }
  private readonly gauges = new Map<CacheCatalogue.GaugeName, () => number>()
  /** Reads that are left out between two hits that are timed, on average. */
  private readonly gap: number
  private readonly draw: () => number
  /** Reads until the next hit that is timed. The very first is, so that a quiet cache has something to show. */
  private ahead = 0

  constructor({ draw, sampling, zones }: Options) {
    this.catalogue = CacheCatalogue.catalogue(zones)
    this.gap = 1 / sampling - 1
    this.draw = draw
    this.cells = new Cells(zones.length)
    this.ever = this.cells.view()
    this.views = Object.fromEntries(CacheCatalogue.families.map((family) => [family, this.cells.view()])) as never
  }

  readonly read = (code: number, vix: number, zone: number): void => this.cells.read(code, vix, zone)

  readonly timing = (): boolean => --this.ahead < 0

  // Drawn, so that no rhythm of the readers has the same key timed again and again.
  readonly timed = (strategy: Strategy, seconds: number, age: number): void => {
    this.ahead = Math.round(2 * this.gap * this.draw())
    this.record(strategy, seconds, age, this.unrecorded(strategy))
  }

  readonly waited = (strategy: Strategy, seconds: number, age: number | undefined): void => {
    this.cells.waited(seconds * 1000)
    this.record(strategy, seconds, age, 1)
  }

  readonly add = (name: CacheCatalogue.Tally, n: number): void => this.cells.add(name, n)

  readonly gauge = (name: CacheCatalogue.GaugeName, read: () => number): void => {
    this.gauges.set(name, read)
  }

  readonly snapshot: Effect.Effect<Snapshot> = Effect.sync(() =>
    Object.fromEntries(this.catalogue.map((definition) => [definition.name, this.valueOf(definition)]))
  )

  readonly value = (name: string): Snapshot[string] | undefined => {
    const definition = this.catalogue.find((each) => each.name === name)
    return definition && this.valueOf(definition)
  }

  readonly reset = (family: CacheCatalogue.Family | "all"): Effect.Effect<void> =>
    Effect.sync(() => {
      for (const each of family === "all" ? CacheCatalogue.families : [family]) this.views[each].reset()
      if (family !== "performance" && family !== "all") return
      for (const histogram of Object.values(this.histograms)) {
        for (const strategy of strategies) histogram[strategy].reset()
      }
    })

  /** A value as it is read by people: since the last reset of its family. */
  private valueOf(definition: CacheCatalogue.Definition): Snapshot[string] {
    if (definition.type !== "histogram") return this.since(definition, this.views[definition.family])
    const histogram = this.histograms[definition.name]
    return Object.fromEntries(strategies.map((strategy) => [strategy, histogram[strategy].summary()])) as never
  }

  /** A number: counted since a moment, or asked of whoever knows it. */
  private since({ value }: Exclude<CacheCatalogue.Definition, CacheCatalogue.Histogram>, view: View): number {
    return typeof value === "function" ? value(view) : this.gauges.get(value)?.() ?? 0
  }

  /** A value as exporters want it: counters only ever rise. */
  readonly exported = (definition: Exclude<CacheCatalogue.Definition, CacheCatalogue.Histogram>): number =>
    this.since(definition, definition.type === "counter" ? this.ever : this.views[definition.family])

  readonly distribution = (name: CacheCatalogue.HistogramName, strategy: Strategy): Distribution =>
    this.histograms[name][strategy]

  /** Reads of a strategy since the last reset that no histogram has yet, the last one among them. */
  private unrecorded(strategy: Strategy): number {
    const reads = this.views.performance.reasons(...reasonsOf[strategy])
    return Math.max(1, reads - this.histograms.read_latency_seconds[strategy].count)
  }

  private record(strategy: Strategy, seconds: number, age: number | undefined, weight: number): void {
    this.histograms.read_latency_seconds[strategy].record(seconds, weight)
    if (age !== undefined) this.histograms.served_age_seconds[strategy].record(age, weight)
  }
}

/** Counters by themselves: seen by no exporter, reset by no schedule. */
export const make = (options: Options): Metrics => new Metrics(options)

/** The counters in use. */
export class CacheMetrics extends Context.Service<CacheMetrics, Shape>()("smart-cache/CacheMetrics") {}

/**
 * Counters with the zones of the policy in use, visible in Effect's metric registry while the layer lives.
 *
 * Of two caches in one registry the later one shows, and when that closes, none: give each its own
 * `Metric.CurrentMetricAttributes`.
 */
export const layer: Layer.Layer<CacheMetrics, never, TtlPolicy.TtlPolicy | CacheConfig> = Layer.effect(
  CacheMetrics,
  Effect.gen(function*() {
    const { latencySampling } = yield* CacheConfig
    const zones = TtlPolicy.zoneNames(yield* TtlPolicy.TtlPolicy)
    // Of its own, so that what is timed changes nothing in what a seed makes the cache decide.
    const random = yield* Random.Random.pipe(Random.withSeed("smart-cache/CacheMetrics"))
    const metrics = make({ zones, sampling: latencySampling, draw: () => random.nextDoubleUnsafe() })
    yield* publish(metrics)
    return metrics
  })
)

/**
 * Begins the metrics of the guard anew each day at 00:00 UTC and those of performance each hour, as {@link Shape.reset}
 * does. Not part of a cache, because its timers keep a program alive.
 *
 * @example
 * ```ts
 * CacheMetrics.resets.pipe(Layer.provideMerge(SmartCache.layer()))
 * ```
 */
export const resets: Layer.Layer<never, never, CacheMetrics> = Layer.effectDiscard(
  Effect.flatMap(CacheMetrics, ({ reset }) => schedule(reset))
)
