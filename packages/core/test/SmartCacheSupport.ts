/** Caches, sources and stores for the tests of the engine: everything on the test clock. */
import * as CacheConfig from "@smart-cache/core/CacheConfig"
import * as CacheMetrics from "@smart-cache/core/CacheMetrics"
import * as CacheOutcome from "@smart-cache/core/CacheOutcome"
import * as CacheStore from "@smart-cache/core/CacheStore"
import * as MemoryStore from "@smart-cache/core/MemoryStore"
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as StoreHealth from "@smart-cache/core/StoreHealth"
import * as SwrService from "@smart-cache/core/SwrService"
import * as TagGraph from "@smart-cache/core/TagGraph"
import * as TtlPolicy from "@smart-cache/core/TtlPolicy"
import * as VixService from "@smart-cache/core/VixService"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"

export interface Setup {
  readonly config?: CacheConfig.Options | undefined
  readonly ttl?: TtlPolicy.Policy | undefined
  readonly graph?: TagGraph.Graph | undefined
  readonly vix?: VixService.Choice | undefined
  /** The store, or what to make of a fresh memory store. */
  readonly store?: CacheStore.Shape | ((memory: CacheStore.Shape) => CacheStore.Shape) | undefined
}

export const memory = (): CacheStore.Shape => MemoryStore.make(CacheConfig.defaults)

/** TTL 1000 ms, stale until 2000 ms, fail-safe until 4000 ms; no chance, small timeouts. */
export const config: CacheConfig.Options = {
  ttl: 1000,
  beta: 0,
  failSafe: 2000,
  softTimeout: 100,
  hardTimeout: 10_000,
  retryBase: 500,
  retryMax: 4000
}

const layerOf = (setup: Setup) => {
  const settings = { ...config, ...setup.config }
  const store = typeof setup.store === "function" ? setup.store(memory()) : setup.store ?? memory()
  return SmartCache.layerNoDeps.pipe(
    Layer.provideMerge(SwrService.layer),
    Layer.provideMerge(StoreHealth.layer),
    Layer.provideMerge(Layer.mergeAll(CacheMetrics.layer, Layer.succeed(CacheStore.CacheStore, store))),
    Layer.provideMerge(Layer.mergeAll(
      TtlPolicy.layer(setup.ttl ?? TtlPolicy.fixed(CacheConfig.make(settings).ttl)),
      VixService.layer(setup.vix),
      TagGraph.layer(setup.graph ?? TagGraph.empty)
    )),
    Layer.provideMerge(CacheConfig.layer(settings)),
    Layer.fresh
  )
}

/** A cache of its own that lives as long as the scope. */
export const open = Effect.fnUntraced(function*(setup: Setup = {}) {
  const context = yield* Layer.build(layerOf(setup))
  const metrics = Context.get(context, CacheMetrics.CacheMetrics)
  const swr = Context.get(context, SwrService.SwrService)
  const metric = (name: string): number => Number(metrics.value(name))
  return {
    cache: Context.get(context, SmartCache.SmartCache),
    store: Context.get(context, CacheStore.CacheStore),
    vix: Context.get(context, VixService.VixService),
    settings: Context.get(context, CacheConfig.CacheConfig),
    swr,
    metric,
    /** Reads counted, by strategy, summed. */
    strategies: () => CacheOutcome.strategies.reduce((sum, name) => sum + metric(`strategy_${name}`), 0),
    snapshot: metrics.snapshot,
    running: swr.running
  }
})

/** What a source did so far. */
export interface Log {
  begun: number
  ended: number
  interrupted: number
  running: number
  /** Most computes that ran at once. */
  most: number
}

/** What takes `millis` to compute: 1, then 2, …; its log counts. */
export const source = (millis = 100) => {
  const log: Log = { begun: 0, ended: 0, interrupted: 0, running: 0, most: 0 }
  /** Counts an effect as one of the source's computes. */
  const counted = <A, E, R>(effect: (n: number) => Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.suspend(() => {
      const n = ++log.begun
      log.most = Math.max(log.most, ++log.running)
      return Effect.onExit(effect(n), (exit) =>
        Effect.sync(() => {
          log.running--
          if (Exit.isSuccess(exit)) log.ended++
          if (Exit.hasInterrupts(exit)) log.interrupted++
        }))
    })
  return {
    log,
    counted,
    compute: counted((n) => Effect.as(Effect.sleep(millis), n)),
    fails: <E>(error: E) => counted(() => Effect.andThen(Effect.sleep(millis), Effect.fail(error))),
    never: counted(() => Effect.never)
  }
}

/** Begins an effect and goes on. */
export const begin = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<Fiber.Fiber<A, E>, never, R> =>
  Effect.forkChild(effect, { startImmediately: true })

/** The result of a fiber that must have ended: on the test clock nobody would wake it. */
export const joined = <A, E>(fiber: Fiber.Fiber<A, E>): Effect.Effect<A, E> =>
  Effect.suspend(() => fiber.pollUnsafe() ?? Effect.die(new Error("the fiber is still running")))
