import type { SmartCacheError } from "@smart-cache/core/CacheError"
import * as Effect from "effect/Effect"
import * as Problems from "../api/Problems.ts"

const later = (detail: string) => new Problems.Unavailable({ detail })

const unforeseen = new Problems.Internal({ detail: "the cache failed; the server's log says why" })

/**
 * An error of the cache as a problem. What a store or a compute failed with stays here: it may tell of addresses, or of
 * values.
 */
export const ofCache = (error: SmartCacheError): Effect.Effect<never, Problems.Unavailable | Problems.Internal> => {
  const { reason } = error
  switch (reason._tag) {
    case "StoreFailed":
      return later(`the store does not answer (${reason.operation})`)
    case "HardTimeout":
      return later(`there was no value within ${reason.millis} ms`)
    case "Closed":
      return later("the cache is closing")
    default:
      return Effect.andThen(Effect.logError("the cache failed", error), unforeseen)
  }
}
