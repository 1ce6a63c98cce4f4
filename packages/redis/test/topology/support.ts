/** Caches on real servers that move, and what is asked of them while they do. */
import { assert } from "@effect/vitest"
import * as CacheConfig from "@smart-cache/core/CacheConfig"
import * as CacheMetrics from "@smart-cache/core/CacheMetrics"
import * as SmartCache from "@smart-cache/core/SmartCache"
import type * as TagGraph from "@smart-cache/core/TagGraph"
import * as IoRedis from "@smart-cache/redis/IoRedis"
import * as RedisStore from "@smart-cache/redis/RedisStore"
import { Clock, Context, Effect, Layer } from "effect"
import type { Handle } from "../servers/process.ts"
import type { Tiers } from "../support/shared.ts"

export interface Setup {
  readonly url: string
  readonly namespace: string
  readonly tiers?: Tiers
  readonly config?: CacheConfig.Options
  readonly graph?: TagGraph.Graph
}

/** The longest that a reader may wait in these tests, milliseconds. */
export const hardTimeout = 4000

/** A cache in the test's scope; each call makes one as if in a process of its own. */
export const open = Effect.fnUntraced(
  function*({ config, graph, namespace, tiers = "memory over redis", url }: Setup) {
    const store = tiers === "redis" ? RedisStore.layer({ namespace }) : RedisStore.layerTiered({ namespace })
    const redis = IoRedis.layer({ url, commandTimeout: "500 millis" })
    const settings = CacheConfig.layer({ hardTimeout, ttl: "1 minute", beta: 0, ...config })
    const layer = SmartCache.layerOn({ graph }, { config: settings, store: Layer.provide(store, redis) })
    const context = yield* Layer.build(Layer.fresh(Layer.provideMerge(layer, redis)))
    const metrics = Context.get(context, CacheMetrics.CacheMetrics)
    return {
      cache: Context.get(context, SmartCache.SmartCache),
      redis: Context.get(context, IoRedis.IoRedis),
      metric: (name: string) => Number(metrics.value(name))
    }
  }
)
export type Opened = Effect.Success<ReturnType<typeof open>>

/** How often each error was answered by any of the servers since the counters were reset. */
export const errorsOf = Effect.fnUntraced(function*(servers: ReadonlyArray<Handle>) {
  const counts: Record<string, number> = {}
  for (const each of servers) {
    for (const [, code = "", count] of String(yield* each.call("INFO", "errorstats")).matchAll(/_(\w+):count=(\d+)/g)) {
      counts[code] = (counts[code] ?? 0) + Number(count)
    }
  }
  return counts
})

/** How often each command failed or was refused on any of the servers since the counters were reset. */
export const failuresOf = Effect.fnUntraced(function*(servers: ReadonlyArray<Handle>) {
  const counts: Record<string, number> = {}
  const stats = /cmdstat_([\w|]+):.*rejected_calls=(\d+),failed_calls=(\d+)/g
  for (const each of servers) {
    for (const [, command = "", ...failed] of String(yield* each.call("INFO", "commandstats")).matchAll(stats)) {
      const count = Number(failed[0]) + Number(failed[1])
      if (count > 0) counts[command] = (counts[command] ?? 0) + count
    }
  }
  return counts
})

/** How often a command was called on a server since the counters were reset. */
export const callsOf = (server: Handle, command: string): Effect.Effect<number> =>
  Effect.map(
    server.call("INFO", "commandstats"),
    (text) => Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(String(text))?.[1] ?? 0)
  )

export const resetCounters = (servers: ReadonlyArray<Handle>): Effect.Effect<void> =>
  Effect.forEach(servers, (each) => each.call("CONFIG", "RESETSTAT"), { discard: true })

/** Fails unless the effect succeeds within the longest time that a reader may wait. */
export const inTime = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.gen(function*() {
    const began = yield* Clock.monotonicTimeNanos
    const result = yield* effect
    const took = Number((yield* Clock.monotonicTimeNanos) - began) / 1e6
    assert.isBelow(took, hardTimeout + 1000)
    return result
  })
