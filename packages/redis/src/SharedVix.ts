/**
 * One history of odds for all processes: whatever one observes, the others hear.
 *
 * Each process keeps its own history and judges by it; changes of odds travel over
 * Redis and become samples elsewhere at the time they arrive. An observation that
 * is lost is one that the others never made. Prices that everybody sees count once.
 */
import * as VixService from "@smart-cache/core/VixService"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Keys from "./internal/keys.ts"
import { IoRedis } from "./IoRedis.ts"

/** Changes that wait to be sent; more of them at once push the oldest out. */
const most = 4096

/** Markets in one message. */
const batch = 256

type Change = readonly [market: string, odds: number]

const Message = Schema.Struct({
  /** The process that says it, which need not hear it. */
  from: Schema.String,
  odds: Schema.Record(Schema.String, Schema.Finite)
})
const read = Schema.decodeUnknownOption(Schema.fromJsonString(Message))

const make = (
  inner: VixService.Shape,
  keys: Keys.Keys
): Effect.Effect<VixService.Shape, never, IoRedis | Scope.Scope> =>
  Effect.gen(function*() {
    const redis = yield* IoRedis
    const { odds: channel } = Keys.inDatabase(keys, redis.database)
    const clock = yield* Clock.Clock
    const changes = yield* Queue.sliding<Change>(most)
    const from = `${yield* Random.nextInt}.${yield* Random.nextInt}`
    const send = Effect.flatMap(Queue.takeBetween(changes, 1, batch), (taken) => {
      const message = JSON.stringify({ from, odds: Object.fromEntries(taken) })
      return Effect.ignore(redis.use("odds", (client) => client.publish(channel, message)))
    })
    yield* Effect.forkScoped(Effect.forever(send))
    yield* redis.subscribe([channel], {
      connected: () => {},
      message: (_channel, text) => {
        const message = read(text)
        // What does not make sense to the guard changes nothing in it.
        if (message._tag === "Some" && message.value.from !== from) {
          inner.assess(message.value.odds, clock.currentTimeMillisUnsafe())
        }
      }
    })
    const tell = (odds: VixService.Odds, before: number): void => {
      for (const market in odds) {
        if (inner.lastChange({ [market]: 0 }) > before) Queue.offerUnsafe(changes, [market, odds[market]!])
      }
    }
    return {
      ...inner,
      observe: (observation) =>
        Effect.suspend(() => {
          const before = inner.latestChange()
          const { market, odds } = observation
          return Effect.tap(inner.observe(observation), () => Effect.sync(() => tell({ [market]: odds }, before)))
        }),
      assess: (odds, now) => {
        const before = inner.latestChange()
        const verdict = inner.assess(odds, now)
        if (inner.latestChange() > before) tell(odds, before)
        return verdict
      }
    }
  })

export interface Options {
  /** As of the store. */
  readonly namespace?: string | undefined
}

/** Shares the observations of the guard that it is given. */
export const layer = (
  options: Options = {}
): Layer.Layer<VixService.VixService, never, IoRedis | VixService.VixService> => {
  const keys = Keys.make(options.namespace ?? Keys.defaultNamespace)
  return Layer.effect(VixService.VixService, Effect.flatMap(VixService.VixService, (inner) => make(inner, keys)))
}
