/**
 * A store step that may fail or hang, bounded and counted.
 */
import * as Effect from "effect/Effect"
import type { Settings } from "../CacheConfig.ts"
import * as CacheError from "../CacheError.ts"
import type * as CacheMetrics from "../CacheMetrics.ts"

/**
 * The step's result, or `undefined` when it failed or took longer than
 * `storeTimeout` and the settings allow reads without a store.
 */
export const guarded = <A>(
  operation: string,
  step: Effect.Effect<A, CacheError.SmartCacheError>,
  settings: Settings,
  metrics: CacheMetrics.Shape
): Effect.Effect<A | undefined, CacheError.SmartCacheError> =>
  step.pipe(
    Effect.timeoutOrElse({
      duration: settings.storeTimeout,
      orElse: () =>
        Effect.fail(
          CacheError.make({ _tag: "StoreFailed", operation, cause: `no answer within ${settings.storeTimeout} ms` })
        )
    }),
    Effect.catch((error) => {
      metrics.add("store_errors", 1)
      return settings.onStoreError === "allow" ? Effect.void as Effect.Effect<undefined> : Effect.fail(error)
    })
  )
