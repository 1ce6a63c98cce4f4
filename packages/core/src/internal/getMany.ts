import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Request from "effect/Request"
import * as RequestResolver from "effect/RequestResolver"
import type { SmartCacheError } from "../CacheError.ts"
import type { CacheResult } from "../CacheResult.ts"
import type { ReadContext } from "../ReadContext.ts"
import type { Engine } from "./engine.ts"

/** One key of a batch. */
interface Load<A, E> extends Request.Request<A, E> {
  readonly _tag: "Load"
  readonly key: string
}

/**
 * Reads many keys; Effect's own request batching gathers those that must be computed.
 *
 * Each key goes through `get`, so it joins computes of others and counts as a read.
 */
export const getMany = <A, E, R>(
  engine: Engine,
  keys: Iterable<string>,
  compute: (missing: ReadonlyArray<string>) => Effect.Effect<ReadonlyMap<string, A>, E, R>,
  context: ReadContext | ((key: string) => ReadContext) = {}
): Effect.Effect<ReadonlyMap<string, CacheResult<A>>, E | SmartCacheError, R> =>
  Effect.contextWith((services) => {
    const Load = Request.tagged<Load<A, E>>("Load")
    const resolver = RequestResolver.make<Load<A, E>>((entries) =>
      Effect.exit(Effect.provideContext(Effect.suspend(() => compute(entries.map(keyOf))), services)).pipe(
        Effect.map((exit) => {
          for (const entry of entries) {
            entry.completeUnsafe(
              Exit.isSuccess(exit) ? pick(exit.value, entry.request.key) : Exit.failCause(exit.cause)
            )
          }
        })
      )
    )
    const contextOf = typeof context === "function" ? context : () => context
    const one = (key: string) =>
      Effect.map(
        engine.get(key, Effect.request(Load({ key }), resolver), contextOf(key)),
        (result) => [key, result] as const
      )
    return Effect.map(
      Effect.forEach(new Set(keys), one, { concurrency: "unbounded" }),
      (results) => new Map(results)
    )
  })

const keyOf = ({ request }: { readonly request: { readonly key: string } }): string => request.key

const pick = <A>(values: ReadonlyMap<string, A>, key: string): Exit.Exit<A> =>
  values.has(key)
    ? Exit.succeed(values.get(key)!)
    : Exit.die(new Error(`getMany's compute returned no value for "${key}"`))
