/** A cache with one entry in a state of its own, for reads that each decide the same. */
import type { Reason, Refresh } from "@smart-cache/core/CacheOutcome"
import type { CacheResult } from "@smart-cache/core/CacheResult"
import type { ReadContext } from "@smart-cache/core/ReadContext"
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as TtlPolicy from "@smart-cache/core/TtlPolicy"
import * as VixService from "@smart-cache/core/VixService"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Random from "effect/Random"
import * as References from "effect/References"

/** The value says how long it is fresh, milliseconds. */
interface Value {
  readonly ttl: number
}

/** How an entry comes to be read so: what is computed first, what from then on, and what its readers say. */
interface State {
  readonly first: Effect.Effect<Value>
  readonly later: Effect.Effect<Value, unknown>
  readonly context: ReadContext
  readonly reason: Reason
  readonly refresh: Refresh
}

/** Longer than a round. */
const long = 100_000
const short = 100

const fresh = Effect.succeed({ ttl: long })
/** The refresh that the first read begins runs as long as all others are measured. */
const hangs = Effect.never

const slow = (millis: number, ttl: number) => Effect.as(Effect.sleep(millis), { ttl })

const market = "market:1"

/** What the market says after it wavered between 1.99 and 2.01: 1.6 and 10 standard deviations off. */
const nervous = { odds: { [market]: 2.016 } }
const panicked = { odds: { [market]: 2.1 } }

/** Each state; in a panic every read computes, in no time here. */
export const states: Readonly<Record<string, State>> = {
  hit: { first: fresh, later: hangs, context: {}, reason: "hit", refresh: "none" },
  "early refresh": { first: slow(20, long), later: hangs, context: {}, reason: "hit", refresh: "early" },
  stale: { first: Effect.succeed({ ttl: short }), later: hangs, context: {}, reason: "stale", refresh: "stale" },
  warning: { first: fresh, later: hangs, context: nervous, reason: "vix_warning", refresh: "stale" },
  "backing off": {
    first: Effect.succeed({ ttl: short }),
    later: Effect.fail("down"),
    context: {},
    reason: "compute_failed",
    refresh: "none"
  },
  panic: { first: fresh, later: fresh, context: panicked, reason: "vix_panic", refresh: "none" }
}

/** The largest draw there is in one state, the smallest in all others: early refresh is no matter of luck here. */
const drawing = (state: State): typeof Random.Random.Service => {
  const draw = state.refresh === "early" ? 1 - 2 ** -53 : 0
  return { nextIntUnsafe: () => 0, nextDoubleUnsafe: () => draw }
}

/** A figure is no place for news of a market. */
const quiet = Layer.succeed(References.MinimumLogLevel, "Error")

const options: SmartCache.Options = {
  ttl: TtlPolicy.byValue((value: Value) => value.ttl),
  // β so large that the longest lead exceeds the TTL; back-off and window so long that nothing ends in a round.
  config: {
    beta: 1000,
    staleFactor: 1000,
    retryBase: "1 hour",
    retryMax: "1 hour",
    hardTimeout: "1 hour",
    vixWindow: "7 days",
    vixWarningTtl: 0
  }
}

export interface Scene {
  readonly read: Effect.Effect<CacheResult<Value>, unknown>
  /** Decides a read and does nothing else: what is left to do is dropped. */
  readonly decide: () => void
  readonly check: (result: CacheResult<Value>) => void
  readonly run: <A>(effect: Effect.Effect<A, unknown>) => Promise<A>
  readonly dispose: () => Promise<void>
}

const key = "decided:1"

const checker = ({ reason, refresh }: State) => ({ metadata }: CacheResult<Value>): void => {
  if (metadata.reason === reason && metadata.refresh === refresh) return
  throw new Error(`decided ${metadata.reason} with ${metadata.refresh} instead of ${reason} with ${refresh}`)
}

/** Makes the entry, lets the first read that finds it so begin or fail its refresh, and looks whether all is as meant. */
export const scene = async (state: State): Promise<Scene> => {
  const runtime = ManagedRuntime.make(Layer.provide(SmartCache.layer(options), quiet))
  const services = Context.add(await runtime.context(), Random.Random, drawing(state))
  const run = Effect.runPromiseWith(services)
  const cache = Context.get(services, SmartCache.SmartCache)
  const vix = Context.get(services, VixService.VixService)
  for (let i = 0; i < 20; i++) await run(vix.observe({ market, odds: i % 2 === 0 ? 1.99 : 2.01 }))
  await run(cache.get(key, state.first))
  const read = cache.get(key, state.later, state.context)
  await run(Effect.sleep(short + 20))
  await run(read)
  await run(Effect.sleep(20))
  const check = checker(state)
  check(await run(read))
  return {
    read,
    decide: () => void cache.begin(key, state.later, state.context, services),
    check,
    run,
    dispose: () => runtime.dispose()
  }
}
