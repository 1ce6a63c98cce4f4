/** Caches of several processes, in one: each has its client, its memory and its clock. */
import * as CacheMetrics from "@smart-cache/core/CacheMetrics"
import * as CacheStore from "@smart-cache/core/CacheStore"
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as VixService from "@smart-cache/core/VixService"
import * as RedisCache from "@smart-cache/redis/RedisCache"
import { Clock, Context, Effect, Layer } from "effect"

export interface Setup extends Omit<RedisCache.Options, "redis"> {
  readonly url: string
  /** This process's clock minus the others', milliseconds. */
  readonly ahead?: number
}

const shifted = (clock: Clock.Clock, ahead: number): Clock.Clock => {
  const nanos = BigInt(ahead) * 1_000_000n
  return {
    currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe() + ahead,
    currentTimeMillis: Effect.map(clock.currentTimeMillis, (millis) => millis + ahead),
    currentTimeNanosUnsafe: () => clock.currentTimeNanosUnsafe() + nanos,
    currentTimeNanos: Effect.map(clock.currentTimeNanos, (now) => now + nanos),
    monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe(),
    monotonicTimeNanos: clock.monotonicTimeNanos,
    sleep: (duration) => clock.sleep(duration)
  }
}

/** A cache in the test's scope; patient with a busy machine. */
export const open = Effect.fnUntraced(function*({ ahead = 0, config, url, ...options }: Setup) {
  const clock = shifted(yield* Clock.Clock, ahead)
  const layer = RedisCache.layer({
    ...options,
    redis: { url, commandTimeout: "5 seconds" },
    config: { storeTimeout: "5 seconds", ...config }
  })
  const onTime = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.provideService(effect, Clock.Clock, clock)
  const context = yield* onTime(Layer.build(Layer.fresh(layer)))
  const cache = Context.get(context, SmartCache.SmartCache)
  const { value } = Context.get(context, CacheMetrics.CacheMetrics)
  const shape: SmartCache.Shape = {
    ...cache,
    get: (key, compute, context) => onTime(cache.get(key, compute, context)),
    begin: (key, compute, context, services) =>
      cache.begin(key, compute, context, Context.add(services, Clock.Clock, clock)),
    set: (key, value, context) => onTime(cache.set(key, value, context))
  }
  return {
    cache: shape,
    store: Context.get(context, CacheStore.CacheStore),
    vix: Context.get(context, VixService.VixService),
    metric: (name: string): number => Number(value(name))
  }
})

/** A cache as {@link open} makes it. */
export type Process = Effect.Success<ReturnType<typeof open>>
