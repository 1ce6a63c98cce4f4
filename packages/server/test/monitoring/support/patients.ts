/** Caches behind real servers, each with one trouble that comes and goes, and the alerts that it should raise. */
import * as CacheConfig from "@smart-cache/core/CacheConfig"
import * as Invalidation from "@smart-cache/core/Invalidation"
import * as MemoryStore from "@smart-cache/core/MemoryStore"
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as ChaosStore from "@smart-cache/core/testing/ChaosStore"
import * as VixService from "@smart-cache/core/VixService"
import * as GoldenHour from "@smart-cache/football/GoldenHour"
import * as RedisCache from "@smart-cache/redis/RedisCache"
import { Context, Effect, Layer, Metric } from "effect"
import type { Handle } from "../../../../redis/test/servers/process.ts"

/** Whether the trouble is on. */
export interface Condition {
  ill: boolean
}

type Cache = SmartCache.SmartCache | SmartCache.Services

export interface Patient {
  /** Its job in Prometheus. */
  readonly job: string
  /** What its trouble raises. */
  readonly alerts: ReadonlyArray<string>
  /** What is done to it besides its reads. */
  readonly fate: "scraped" | "stops listening" | "is forgotten"
  readonly cache: (condition: Condition) => Layer.Layer<Cache>
  /** The n-th read of it, some fifty of which are made in a second. */
  readonly read: (n: number, condition: Condition) => Effect.Effect<unknown, unknown, Cache>
}

const embedded = () => SmartCache.layer({ ttl: GoldenHour.policy })

const get = <A, E = never>(key: string, compute: Effect.Effect<A, E>, odds?: VixService.Odds) =>
  SmartCache.SmartCache.use((cache) => cache.get(key, compute, { odds }))

/** One of a few keys: a hit, but for the first times. */
const known = (n: number) => get(`known-${n % 20}`, Effect.succeed(n))
/** A key that nobody asked for before: a miss. */
const unknown = (n: number) => get(`unknown-${n}`, Effect.succeed(n))

const every = (n: number, count: number) => n % count === 0

const healthy: Patient = {
  job: "healthy",
  alerts: [],
  fate: "scraped",
  cache: embedded,
  // Fewer misses than one in twenty: a busy machine cannot make the 95th percentile slow.
  read: (n) => every(n, 25) ? unknown(n) : known(n)
}

/** The odds of one market after another jump. */
const shock = (n: number) =>
  Effect.gen(function*() {
    const vix = yield* VixService.VixService
    const market = `market-${n}`
    yield* Effect.forEach([2, 2.01, 2, 2.01, 2, 2.01], (odds) => vix.observe({ market, odds }))
    return yield* get("known-0", Effect.succeed(n), { [market]: 3 })
  })

/** A store whose every step fails while the trouble is on. */
const failing = (condition: Condition): Layer.Layer<Cache> =>
  SmartCache.layerOn({ ttl: GoldenHour.policy }, {
    config: CacheConfig.layer(),
    store: Layer.provide(
      ChaosStore.layer(() => Effect.sync(() => condition.ill ? ChaosStore.fail : ChaosStore.none)),
      MemoryStore.layer
    )
  })

const patients: ReadonlyArray<Patient> = [
  healthy,
  {
    ...healthy,
    job: "panicking",
    alerts: ["SmartCachePanic"],
    read: (n, { ill }) => ill && every(n, 10) ? shock(n) : known(n)
  },
  {
    ...healthy,
    job: "slow",
    alerts: ["SmartCacheSlowReads"],
    read: (n, { ill }) => ill && every(n, 8) ? get(`slow-${n}`, Effect.delay(Effect.succeed(n), 180)) : known(n)
  },
  {
    ...healthy,
    job: "cold",
    alerts: ["SmartCacheLowHitRate"],
    read: (n, { ill }) => ill && every(n, 2) ? unknown(n) : known(n)
  },
  {
    ...healthy,
    job: "sourceless",
    alerts: ["SmartCacheComputeErrors"],
    read: (n, { ill }) => ill && every(n, 6) ? get(`failed-${n}`, Effect.fail("no source")) : known(n)
  },
  {
    ...healthy,
    job: "storeless",
    alerts: ["SmartCacheStoreDegraded", "SmartCacheBreakerOpen"],
    cache: failing
  },
  { ...healthy, job: "deaf", alerts: ["SmartCacheDown"], fate: "stops listening" },
  { ...healthy, job: "forgotten", alerts: ["SmartCacheAbsent"], fate: "is forgotten" }
]

/** A cache on this Redis, which misses what another says there while its subscription is cut. */
const unheard = (redis: Handle & { readonly url: string }, other: SmartCache.Shape): Patient => ({
  ...healthy,
  job: "unheard",
  alerts: ["SmartCacheBusGaps"],
  cache: () => RedisCache.layer({ redis: { url: redis.url }, ttl: GoldenHour.policy }),
  read: (n, { ill }) =>
    ill && every(n, 50)
      ? Effect.andThen(
        redis.call("CLIENT", "KILL", "TYPE", "pubsub"),
        other.invalidate(Invalidation.tags("nothing"))
      )
      : known(n)
})

/** A registry of its own, as if it were a process of its own. */
const alone = <A, E, R>(layer: Layer.Layer<A, E, R>): Layer.Layer<A, E, R> =>
  Layer.provideMerge(layer, Layer.sync(Metric.MetricRegistry, () => new Map()))

/** All patients; one of them lives on this Redis, and so does somebody whom it does not always hear. */
export const all = Effect.fnUntraced(function*(redis: Handle & { readonly url: string }) {
  const other = yield* Layer.build(alone(RedisCache.layer({ redis: { url: redis.url } })))
  return [...patients, unheard(redis, Context.get(other, SmartCache.SmartCache))].map((patient) => ({
    ...patient,
    cache: (condition: Condition) => alone(patient.cache(condition))
  }))
})

/** Whom nothing ails. */
export const wellOne: Patient = { ...healthy, cache: () => alone(embedded()) }
