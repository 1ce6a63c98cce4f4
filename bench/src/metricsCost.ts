/**
 * What counting costs a memory hit: the same cache with counters and with none.
 */
import * as CacheConfig from "@smart-cache/core/CacheConfig"
import * as CacheMetrics from "@smart-cache/core/CacheMetrics"
import * as MemoryStore from "@smart-cache/core/MemoryStore"
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as StoreHealth from "@smart-cache/core/StoreHealth"
import * as SwrService from "@smart-cache/core/SwrService"
import * as TagGraph from "@smart-cache/core/TagGraph"
import * as TtlPolicy from "@smart-cache/core/TtlPolicy"
import * as VixService from "@smart-cache/core/VixService"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { inFiber, inFiberReads, keys, ofResult } from "./memoryHit.ts"
import type { Contender } from "./rounds.ts"
import { values } from "./workload.ts"

const silent: CacheMetrics.Shape = {
  catalogue: [],
  snapshot: Effect.succeed({}),
  value: () => undefined,
  reset: () => Effect.void,
  read: () => {},
  timing: () => false,
  untimed: () => {},
  timed: () => {},
  waited: () => {},
  add: () => {},
  gauge: () => {}
}

const policy = TtlPolicy.fixed("1 hour")

const cacheWith = (
  metrics: Layer.Layer<CacheMetrics.CacheMetrics, never, TtlPolicy.TtlPolicy | CacheConfig.CacheConfig>,
  latencySampling: number
) =>
  SmartCache.layerNoDeps.pipe(
    Layer.provideMerge(SwrService.layer),
    Layer.provideMerge(StoreHealth.layer),
    Layer.provideMerge(Layer.mergeAll(metrics, MemoryStore.layer)),
    Layer.provideMerge(Layer.mergeAll(TtlPolicy.layer(policy), VixService.layer(), TagGraph.layer(TagGraph.empty))),
    Layer.provideMerge(CacheConfig.layer({ latencySampling })),
    Layer.fresh
  )

/** What every other is compared with. */
export const base = "no metrics"

/** Every contender, warmed by nothing yet. */
export const contenders = async (sequence: Uint16Array): Promise<ReadonlyArray<Contender>> => {
  const caches = {
    [base]: cacheWith(Layer.succeed(CacheMetrics.CacheMetrics, silent), 0.01),
    "metrics, one hit in 100 timed (default)": cacheWith(CacheMetrics.layer, 0.01),
    "metrics, every hit timed": cacheWith(CacheMetrics.layer, 1)
  }
  const compute = values.map((value) => Effect.succeed(value))
  return Promise.all(
    Object.entries(caches).map(async ([name, layer]) => {
      const context = await Effect.runPromise(Layer.buildWithScope(layer, Scope.makeUnsafe()))
      const cache = Context.get(context, SmartCache.SmartCache)
      const read = (i: number) => cache.get(keys[i]!, compute[i]!)
      return { name, kind: "in a fiber", reads: inFiberReads, run: inFiber(sequence, read, ofResult) }
    })
  )
}
