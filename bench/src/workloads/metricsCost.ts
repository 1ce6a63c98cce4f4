/** What counting costs a hit in memory: the same cache with counters and with none. */
import * as CacheConfig from "@smart-cache/core/CacheConfig"
import * as CacheMetrics from "@smart-cache/core/CacheMetrics"
import * as MemoryStore from "@smart-cache/core/MemoryStore"
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as StoreHealth from "@smart-cache/core/StoreHealth"
import * as SwrService from "@smart-cache/core/SwrService"
import * as TagGraph from "@smart-cache/core/TagGraph"
import * as TtlPolicy from "@smart-cache/core/TtlPolicy"
import * as VixService from "@smart-cache/core/VixService"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Subject, Workload } from "../frame/workload.ts"
import { inFiber, keys, measures, ofResult, smartCache, ttl } from "./hits.ts"

const silent: CacheMetrics.Shape = {
  catalogue: [],
  snapshot: Effect.succeed({}),
  value: () => undefined,
  reset: () => Effect.void,
  read: () => {},
  timing: () => false,
  timed: () => {},
  waited: () => {},
  add: () => {},
  gauge: () => {}
}

const cacheWith = (
  metrics: Layer.Layer<CacheMetrics.CacheMetrics, never, TtlPolicy.TtlPolicy | CacheConfig.CacheConfig>,
  latencySampling: number
) =>
  SmartCache.layerNoDeps.pipe(
    Layer.provideMerge(SwrService.layer),
    Layer.provideMerge(StoreHealth.layer),
    Layer.provideMerge(Layer.mergeAll(metrics, MemoryStore.layer)),
    Layer.provideMerge(
      Layer.mergeAll(TtlPolicy.layer(TtlPolicy.fixed(ttl)), VixService.layer(), TagGraph.layer(TagGraph.empty))
    ),
    Layer.provideMerge(CacheConfig.layer({ latencySampling }))
  )

const subject = (layer: Layer.Layer<SmartCache.SmartCache>) => async (): Promise<Subject> => ({
  start: async () => {
    const { cache, compute, source, stop } = await smartCache(layer)
    return inFiber((i) => cache.get(keys[i]!, compute[i]!), ofResult, source, stop)
  }
})

const base = "no metrics"

export const workload: Workload = {
  name: "metrics-cost",
  title: "a hit in memory with and without what it counts",
  redis: "none",
  measures,
  subjects: {
    [base]: subject(cacheWith(Layer.succeed(CacheMetrics.CacheMetrics, silent), 0.01)),
    "metrics, one hit in 100 timed (default)": subject(cacheWith(CacheMetrics.layer, 0.01)),
    "metrics, every hit timed": subject(cacheWith(CacheMetrics.layer, 1))
  },
  base,
  targets: [],
  rounds: 31
}
