/**
 * A compute that may fail, die, interrupt itself or never end: bounded and typed.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as CacheError from "../CacheError.ts"

type SmartCacheError = CacheError.SmartCacheError

/** The compute's own error as it is; a defect, or an interruption that the compute did to itself, as a typed error. */
export const asTyped = <E>(key: string, cause: Cause.Cause<E>): E | SmartCacheError => {
  const failed = cause.reasons.find(Cause.isFailReason)
  if (failed !== undefined) return failed.error
  const died = cause.reasons.find(Cause.isDieReason)
  return CacheError.make({ _tag: "ComputeDied", key, defect: died?.defect ?? "it interrupted itself" })
}

/** The compute, interrupted when it takes longer than `millis`. */
export const bounded = <A, E, R>(
  key: string,
  compute: Effect.Effect<A, E, R>,
  millis: number
): Effect.Effect<A, E | SmartCacheError, R> =>
  compute.pipe(
    Effect.timeoutOrElse({
      duration: millis,
      orElse: () => Effect.fail(CacheError.make({ _tag: "HardTimeout", key, millis }))
    }),
    Effect.catchCause((cause) => Effect.fail(asTyped(key, cause)))
  )
