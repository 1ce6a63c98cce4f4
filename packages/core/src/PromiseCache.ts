/**
 * The cache for code that awaits promises: what memory holds is answered without a fiber.
 *
 * The same cache, its settings and its counters; only computes are functions here. Whoever is inside Effect already
 * uses `SmartCache` itself.
 */
import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Effectable from "effect/Effectable"
import * as Exit from "effect/Exit"
import type * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { type CacheResult, isResult } from "./CacheResult.ts"
import type { Filled } from "./CacheStore.ts"
import { settle } from "./internal/later.ts"
import type { Invalidation, Report } from "./Invalidation.ts"
import type { ReadContext } from "./ReadContext.ts"
import * as SmartCache from "./SmartCache.ts"

/** Makes a value; the signal is aborted when nobody waits for it any more. */
export type Compute<A> = (signal: AbortSignal) => A | PromiseLike<A>

export interface Shape {
  /**
   * The value of a key, from the cache or by `compute`; as `SmartCache.get`.
   *
   * Rejects with whatever `compute` threw or rejected with when nothing can stand in, and with `SmartCacheError`.
   */
  readonly get: <A>(key: string, compute: Compute<A>, context?: ReadContext) => Promise<CacheResult<A>>
  /** Many keys at once; `compute` makes those that nobody else is making. */
  readonly getMany: <A>(
    keys: Iterable<string>,
    compute: (missing: ReadonlyArray<string>, signal: AbortSignal) => PromiseLike<ReadonlyMap<string, A>>,
    context?: ReadContext | ((key: string) => ReadContext)
  ) => Promise<ReadonlyMap<string, CacheResult<A>>>
  readonly set: <A>(key: string, value: A, context?: ReadContext) => Promise<Filled>
  readonly invalidate: (what: Invalidation) => Promise<Report>
  readonly explain: (key: string, context?: ReadContext) => Promise<SmartCache.Explanation>
}

/** A cache that somebody has to close. */
export interface Closeable extends Shape {
  /** Ends background refreshes, connections and timers. */
  readonly close: () => Promise<void>
}

const noContext: ReadContext = {}

/** A compute as an effect, which fails with the very thing that was thrown or rejected with. A hit makes it and never runs it. */
class Call<A> {
  readonly compute: Compute<A>

  constructor(compute: Compute<A>) {
    this.compute = compute
  }
}

/** The effect that a {@link Call} is by its prototype. */
type Called<A> = Effect.Effect<A, unknown>

Object.setPrototypeOf(
  Call.prototype,
  Effectable.Prototype<Call<unknown> & Called<unknown>>({
    label: "PromiseCache.compute",
    evaluate() {
      const { compute } = this
      return Effect.callback((resume, signal) => {
        const computing = async () => compute(signal)
        computing().then((value) => resume(Exit.succeed(value)), (error: unknown) => resume(Exit.fail(error)))
      })
    }
  })
)

const called = <A>(compute: Compute<A>): Called<A> => new Call(compute) as unknown as Called<A>

/** The promise of what is left of a read. */
const settled = <A>(left: Effect.Effect<A, unknown>, services: Context.Context<never>): Promise<A> =>
  new Promise((resolve, reject) =>
    settle(left, services, (exit) => Exit.isSuccess(exit) ? resolve(exit.value) : reject(Cause.squash(exit.cause)))
  )

/** The promises of the cache at hand; it lives as long as that. */
export const promises: Effect.Effect<Shape, never, SmartCache.SmartCache> = Effect.gen(function*() {
  const cache = yield* SmartCache.SmartCache
  const services = yield* Effect.context<never>()
  const run = Effect.runPromiseWith(services)
  return {
    // No `async` function: it would make three more promises of a read that has to wait.
    get: <A>(key: string, compute: Compute<A>, context = noContext): Promise<CacheResult<A>> => {
      try {
        const read = cache.begin(key, called(compute), context, services)
        // A result is its own metadata. Asked for it, V8 learns its shape, and so that it needs to look for no `then`.
        return isResult(read) ? Promise.resolve(read.metadata as CacheResult<A>) : settled(read, services)
      } catch (error) {
        return Promise.reject(error)
      }
    },
    getMany: (keys, compute, context) =>
      run(cache.getMany(
        keys,
        (missing) => called((signal) => compute(missing, signal)),
        context
      )),
    set: (key, value, context) => run(cache.set(key, value, context)),
    invalidate: (what) => run(cache.invalidate(what)),
    explain: (key, context) => run(cache.explain(key, context))
  }
})

/**
 * A cache of its own, from a layer; rejects when the layer cannot be built.
 *
 * @example
 * ```ts
 * const cache = await PromiseCache.make(SmartCache.layer({ config: { ttl: "10 minutes" } }))
 * const { value } = await cache.get("odds:42", async () => 1.9)
 * value // 1.9
 * await cache.close()
 * ```
 */
export const make = async <E>(layer: Layer.Layer<SmartCache.SmartCache, E>): Promise<Closeable> => {
  const runtime = ManagedRuntime.make(layer)
  try {
    return { ...await runtime.runPromise(promises), close: () => runtime.dispose() }
  } catch (error) {
    await runtime.dispose()
    throw error
  }
}
