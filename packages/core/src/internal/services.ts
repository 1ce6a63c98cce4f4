/**
 * The services of one cache, looked up once.
 */
import * as Effect from "effect/Effect"
import { CacheConfig, type Settings } from "../CacheConfig.ts"
import * as CacheMetrics from "../CacheMetrics.ts"
import * as CacheStore from "../CacheStore.ts"
import type * as Decision from "../Decision.ts"
import * as SwrService from "../SwrService.ts"
import * as TagGraph from "../TagGraph.ts"
import * as TtlPolicy from "../TtlPolicy.ts"
import * as VixService from "../VixService.ts"

export interface Services {
  readonly settings: Settings
  readonly store: CacheStore.Shape
  readonly policy: TtlPolicy.Policy
  readonly swr: SwrService.Shape
  readonly vix: VixService.Shape
  readonly graph: TagGraph.Graph
  readonly metrics: CacheMetrics.Shape
}

export const lookUp = Effect.gen(function*() {
  const services: Services = {
    settings: yield* CacheConfig,
    store: yield* CacheStore.CacheStore,
    policy: yield* TtlPolicy.TtlPolicy,
    swr: yield* SwrService.SwrService,
    vix: yield* VixService.VixService,
    graph: yield* TagGraph.TagGraph,
    metrics: yield* CacheMetrics.CacheMetrics
  }
  return services
})

/** What the decision goes by. */
export const rulesOf = ({ policy, settings }: Services): Decision.Rules => ({
  policy,
  enabled: settings.enabled,
  beta: settings.beta,
  staleFactor: settings.staleFactor,
  failSafe: settings.failSafe,
  warningTtl: settings.vixWarningTtl
})
