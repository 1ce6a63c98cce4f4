/**
 * The cache: composes the store, the TTL policy, refreshes, the volatility guard and
 * the tag graph into `get`, `getMany`, `set`, `invalidate`, `explain` and a stream of
 * decisions (spec §1).
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import * as CacheConfig from "./CacheConfig.ts"
import type { SmartCacheError } from "./CacheError.ts"
import * as CacheMetrics from "./CacheMetrics.ts"
import type { CacheResult, DecisionEvent } from "./CacheResult.ts"
import type * as CacheStore from "./CacheStore.ts"
import { Broadcast } from "./internal/broadcast.ts"
import type { Desk } from "./internal/desk.ts"
import { Engine } from "./internal/engine.ts"
import { explain, type Explanation } from "./internal/explain.ts"
import { getMany } from "./internal/getMany.ts"
import { invalidate } from "./internal/invalidate.ts"
import * as Panics from "./internal/panics.ts"
import type { Services as EngineServices } from "./internal/services.ts"
import type { Invalidation, InvalidationEvent, Report } from "./Invalidation.ts"
import * as MemoryStore from "./MemoryStore.ts"
import type { ReadContext } from "./ReadContext.ts"
import * as StoreHealth from "./StoreHealth.ts"
import * as SwrService from "./SwrService.ts"
import * as TagGraph from "./TagGraph.ts"
import * as TtlPolicy from "./TtlPolicy.ts"
import * as VixService from "./VixService.ts"

export type { Explanation } from "./internal/explain.ts"

export interface Shape {
  /**
   * Returns the value of a key, from the cache or by `compute`.
   *
   * Fails with the compute's own error when nothing can stand in, and with
   * `SmartCacheError` for bad input, a compute that dies or outlasts `hardTimeout`.
   * The compute runs in the cache's scope with the caller's services: services with a
   * shorter life than the cache must not be used in it. One key means one type, and a
   * compute must not read its own key.
   */
  readonly get: <A, E = never, R = never>(
    key: string,
    compute: Effect.Effect<A, E, R>,
    context?: ReadContext
  ) => Effect.Effect<CacheResult<A>, E | SmartCacheError, R>
  /**
   * Begins a read outside of a fiber, with the services that it would find there: the result when memory answers, else
   * what is left to run. For those who cannot afford a fiber for a hit (`PromiseCache`).
   *
   * Running what is left is part of the same read: it must be run, and once.
   */
  readonly begin: <A, E = never, R = never>(
    key: string,
    compute: Effect.Effect<A, E, R>,
    context: ReadContext,
    services: Context.Context<never>
  ) => CacheResult<A> | Effect.Effect<CacheResult<A>, E | SmartCacheError, R>
  /**
   * Reads many keys at once; those that must be computed are computed together, each at most once.
   *
   * `compute` is given the keys nobody else is computing and returns a value for each.
   */
  readonly getMany: <A, E = never, R = never>(
    keys: Iterable<string>,
    compute: (missing: ReadonlyArray<string>) => Effect.Effect<ReadonlyMap<string, A>, E, R>,
    context?: ReadContext | ((key: string) => ReadContext)
  ) => Effect.Effect<ReadonlyMap<string, CacheResult<A>>, E | SmartCacheError, R>
  /** Stores a value; it beats every compute that began before. Refuses a deadline that has passed. */
  readonly set: <A>(
    key: string,
    value: A,
    context?: ReadContext
  ) => Effect.Effect<CacheStore.Filled, SmartCacheError>
  /** Drops what is named; once it returns, no read is given a value whose compute began before. */
  readonly invalidate: (what: Invalidation) => Effect.Effect<Report, SmartCacheError>
  /** What is held about a key and what a read would do now, without doing it. */
  readonly explain: (key: string, context?: ReadContext) => Effect.Effect<Explanation, SmartCacheError>
  /** Reads as they are answered; a slow watcher loses the oldest. */
  readonly decisions: Stream.Stream<DecisionEvent>
  /** Invalidations as they are acknowledged; a slow watcher loses the oldest. */
  readonly invalidations: Stream.Stream<InvalidationEvent>
  /** How the store does; asks nobody. */
  readonly health: Effect.Effect<Health>
}

/** How a cache's store does. */
export interface Health extends StoreHealth.Health {
  /** What holds the entries. */
  readonly store: "memory" | "redis"
}

/** The cache of an application. */
export class SmartCache extends Context.Service<SmartCache, Shape>()("smart-cache/SmartCache") {}

/** Everything a cache is made of. */
export type Services =
  | CacheConfig.CacheConfig
  | CacheStore.CacheStore
  | TtlPolicy.TtlPolicy
  | SwrService.SwrService
  | VixService.VixService
  | TagGraph.TagGraph
  | CacheMetrics.CacheMetrics
  | StoreHealth.StoreHealth

/** Says who knows the gauges of the catalogue. */
const gauges = ({ metrics, store, swr, vix }: EngineServices, desk: Desk): void => {
  metrics.gauge("computes_running", () => swr.running().computes)
  metrics.gauge("background_running", () => swr.running().background)
  metrics.gauge("entries_held", () => store.held().entries)
  metrics.gauge("bytes_held", () => store.held().bytes)
  metrics.gauge("vix_markets", () => vix.markets())
  metrics.gauge("decision_watchers", () => desk.decisions.size)
}

const make = Effect.gen(function*() {
  const engine = yield* Engine.make
  const invalidations = yield* Broadcast.make<InvalidationEvent>()
  const tell = (report: Report) => Effect.map(Clock.currentTimeMillis, (at) => invalidations.publish({ at, report }))
  const { health, store, vix } = engine.services
  gauges(engine.services, engine.desk)
  yield* Panics.tell(vix)
  return SmartCache.of({
    get: (key, compute, context) => engine.get(key, compute, context),
    begin: (key, compute, context, services) => engine.begin(key, compute, context, services),
    getMany: (keys, compute, context) => getMany(engine, keys, compute, context),
    set: (key, value, context) => engine.set(key, value, context),
    invalidate: (what) => Effect.tap(invalidate(engine.services, what), tell),
    explain: (key, context) => explain(engine, key, context),
    decisions: engine.desk.decisions.stream,
    invalidations: invalidations.stream,
    health: Effect.map(health.health, (health) => ({ ...health, store: store.shared }))
  })
})

/** The cache from services that are given. */
export const layerNoDeps: Layer.Layer<SmartCache, never, Services> = Layer.effect(SmartCache, make)

export interface Options {
  readonly config?: CacheConfig.Options | undefined
  /** One TTL for everything, `config.ttl`, by default. */
  readonly ttl?: TtlPolicy.Policy | undefined
  /** Knows no events by default. */
  readonly graph?: TagGraph.Graph | undefined
  /** z-score by default. */
  readonly vix?: VixService.Choice | undefined
}

/** What a cache is composed over: its settings, its store and its guard. */
export interface Ground<E> {
  readonly config: Layer.Layer<CacheConfig.CacheConfig, E>
  /** The embedded store by default. */
  readonly store?:
    | Layer.Layer<CacheStore.CacheStore, E, CacheConfig.CacheConfig | CacheMetrics.CacheMetrics>
    | undefined
  /** Changes the guard, for example to share its observations. */
  readonly guard?:
    | Layer.Layer<VixService.VixService, E, VixService.VixService | CacheConfig.CacheConfig>
    | undefined
}

/** Composes a cache over a ground of its own; `layer` and `layerConfig` are this over the embedded store. */
export const layerOn = <E>(
  options: Omit<Options, "config">,
  { config, guard, store }: Ground<E>
): Layer.Layer<SmartCache | Services, E> => {
  const policy = options.ttl === undefined
    ? Layer.effect(
      TtlPolicy.TtlPolicy,
      Effect.map(CacheConfig.CacheConfig, (settings) => TtlPolicy.fixed(settings.ttl))
    )
    : TtlPolicy.layer(options.ttl)
  const vix: Layer.Layer<VixService.VixService, E, CacheConfig.CacheConfig> = guard === undefined
    ? VixService.layer(options.vix)
    : Layer.provide(guard, VixService.layer(options.vix))
  return layerNoDeps.pipe(
    Layer.provideMerge(SwrService.layer),
    // Below the store, which may tell of it what no step does.
    Layer.provideMerge(store ?? MemoryStore.layer),
    Layer.provideMerge(StoreHealth.layer),
    Layer.provideMerge(CacheMetrics.layer),
    Layer.provideMerge(Layer.mergeAll(policy, vix, TagGraph.layer(options.graph ?? TagGraph.empty))),
    Layer.provideMerge(config)
  )
}

/**
 * The embedded cache; wrong options throw here, at construction.
 *
 * @example
 * ```ts
 * program.pipe(Effect.provide(SmartCache.layer({ config: { ttl: "10 minutes" } })))
 * ```
 */
export const layer = (options: Options = {}): Layer.Layer<SmartCache | Services> =>
  layerOn(options, { config: CacheConfig.layer(options.config) })

/** The embedded cache with settings from the environment (`SMART_CACHE_TTL`, …). */
export const layerConfig = (
  options: Omit<Options, "config"> = {}
): Layer.Layer<SmartCache | Services, Layer.Error<typeof CacheConfig.layerConfig>> =>
  layerOn(options, { config: CacheConfig.layerConfig })
