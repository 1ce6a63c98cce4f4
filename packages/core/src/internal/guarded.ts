/**
 * A store step that may fail, die or hang: bounded, typed, counted.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type { Settings } from "../CacheConfig.ts"
import * as CacheError from "../CacheError.ts"
import type * as CacheMetrics from "../CacheMetrics.ts"

type SmartCacheError = CacheError.SmartCacheError

/** A store's own typed error as it is; anything else that ended the step as `StoreFailed`. */
const asTyped = (operation: string, cause: Cause.Cause<SmartCacheError>): SmartCacheError => {
  const failed = cause.reasons.find(Cause.isFailReason)
  if (failed !== undefined) return failed.error
  const died = cause.reasons.find(Cause.isDieReason)
  return CacheError.make({ _tag: "StoreFailed", operation, cause: died?.defect ?? "it interrupted itself" })
}

/**
 * The step, failing when it gives no answer within `storeTimeout`, or within a reader's last `patience` milliseconds;
 * `within` is when it ends by itself.
 */
export const bounded = <A>(
  operation: string,
  step: () => Effect.Effect<A, SmartCacheError>,
  { hardTimeout, storeTimeout }: Settings,
  patience = hardTimeout,
  within = Infinity
): Effect.Effect<A, SmartCacheError> => {
  // A store that hangs leaves a reader most of its time for the compute.
  const millis = Math.min(storeTimeout, hardTimeout / 4, patience)
  const ended = within <= millis ? Effect.suspend(step) : Effect.timeoutOrElse(Effect.suspend(step), {
    duration: millis,
    orElse: () =>
      Effect.fail(CacheError.make({ _tag: "StoreFailed", operation, cause: `no answer within ${millis} ms` }))
  })
  return Effect.catchCause(ended, (cause) => Effect.fail(asTyped(operation, cause)))
}

/**
 * The step's result, or `undefined` when it failed or took too long and the
 * settings allow reads without a store.
 */
export const guarded = <A>(
  operation: string,
  step: () => Effect.Effect<A, SmartCacheError>,
  settings: Settings,
  metrics: CacheMetrics.Shape,
  patience?: number,
  within?: number
): Effect.Effect<A | undefined, SmartCacheError> =>
  Effect.catch(bounded(operation, step, settings, patience, within), (error) => {
    metrics.add("store_errors", 1)
    return settings.onStoreError === "allow" ? Effect.void as Effect.Effect<undefined> : Effect.fail(error)
  })
