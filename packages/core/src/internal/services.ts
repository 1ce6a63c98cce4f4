/**
 * The services of one cache, looked up once.
 */
import * as Effect from "effect/Effect"
import { CacheConfig, type Settings } from "../CacheConfig.ts"
import * as CacheMetrics from "../CacheMetrics.ts"
import * as CacheStore from "../CacheStore.ts"
import type * as Decision from "../Decision.ts"
import * as StoreHealth from "../StoreHealth.ts"
import * as SwrService from "../SwrService.ts"
import * as TagGraph from "../TagGraph.ts"
import * as TtlPolicy from "../TtlPolicy.ts"
import * as VixService from "../VixService.ts"
import { Guard } from "./guarded.ts"

export interface Services {
  readonly settings: Settings
  readonly store: CacheStore.Shape
  readonly policy: TtlPolicy.Policy
  readonly swr: SwrService.Shape
  readonly vix: VixService.Shape
  readonly graph: TagGraph.Graph
  readonly metrics: CacheMetrics.Shape
  readonly health: StoreHealth.Shape
  /** Every step of a read or a write asks the store through this. */
  readonly guard: Guard
}

export const lookUp = Effect.gen(function*() {
  const settings = yield* CacheConfig
  const metrics = yield* CacheMetrics.CacheMetrics
  const health = yield* StoreHealth.StoreHealth
  const services: Services = {
    settings,
    metrics,
    health,
    guard: new Guard(settings, metrics, health),
    store: yield* CacheStore.CacheStore,
    policy: yield* TtlPolicy.TtlPolicy,
    swr: yield* SwrService.SwrService,
    vix: yield* VixService.VixService,
    graph: yield* TagGraph.TagGraph
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
