/** Sets a scene: a cache in its place, and everything that counts around it. */
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as SwrService from "@smart-cache/core/SwrService"
import * as VixService from "@smart-cache/core/VixService"
import * as IoRedis from "@smart-cache/redis/IoRedis"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Meter } from "./meter.ts"
import { layers, namespace } from "./places.ts"
import type { Place, Stage } from "./scenario.ts"

/** More than the guard needs to judge, all alike. */
const samples = 20

const calm = (vix: VixService.Shape, market: string): Effect.Effect<string, unknown> =>
  Effect.gen(function*() {
    const now = Date.now()
    for (let i = samples; i > 0; i--) {
      yield* vix.observe({ market, odds: 2 + (i % 2) / 100, at: now - 10_000 * i })
    }
    return market
  })

const setAll = (cache: SmartCache.Shape): Stage["fill"] => (keys, tag) =>
  Effect.forEach(keys, (key) => cache.set(key, 1, { tags: [tag] }), { discard: true })

const copies = "for _, name in ipairs(ARGV) do redis.call('COPY', KEYS[1], name) end"

const nameOf = (key: string): string => `${namespace}:w:{${key}}`

/** One write and its copies on the server: as many writes would take a minute. */
const copyAll = (cache: SmartCache.Shape, { use }: IoRedis.Shape): Stage["fill"] => ([first = "", ...others], tag) =>
  Effect.andThen(
    cache.set(first, 1, { tags: [tag] }),
    Effect.asVoid(use("fill", (client) => client.call("EVAL", copies, 1, nameOf(first), ...others.map(nameOf))))
  )

export interface Scene {
  readonly stage: Stage
  /** Whether nothing is under way. */
  readonly quiet: () => boolean
  /** The client of a cache over Redis. */
  readonly redis: IoRedis.Shape | undefined
}

/** Builds the cache of a place, for as long as the scope lives. */
export const scene = Effect.fnUntraced(function*(place: Place, url: string, meter: Meter) {
  const layer: Layer.Layer<SmartCache.SmartCache | SmartCache.Services> = layers(url)[place]
  const context = yield* Layer.build(layer)
  const cache = Context.get(context, SmartCache.SmartCache)
  const { running } = Context.get(context, SwrService.SwrService)
  const vix = Context.get(context, VixService.VixService)
  const redis = Context.getOrUndefined(context, IoRedis.IoRedis)
  const fill = redis === undefined ? setAll(cache) : copyAll(cache, redis)
  let names = 0
  const fresh = (what: string): string => `${what}-${++names}`
  const scene: Scene = {
    stage: { cache, meter, fresh, fill, calm: Effect.suspend(() => calm(vix, fresh("market"))) },
    quiet: () => running().flights === 0 && running().background === 0,
    redis
  }
  return scene
})
