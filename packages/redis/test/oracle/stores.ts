/**
 * The store under test, and stores that each lack one check: the oracle must find them out.
 *
 * What is taken out of a script or a reply is looked for first, so that no broken
 * store turns sound unnoticed when the code changes.
 */
import type * as CacheConfig from "@smart-cache/core/CacheConfig"
import type * as CacheMetrics from "@smart-cache/core/CacheMetrics"
import * as CacheStore from "@smart-cache/core/CacheStore"
import * as IoRedis from "@smart-cache/redis/IoRedis"
import * as RedisStore from "@smart-cache/redis/RedisStore"
import { Effect, Layer } from "effect"
import type { Plan } from "./world.ts"

type Client = IoRedis.Shape["client"]

/** How a store is broken: in the client that it is built on, in what it listens to, or in its steps. */
interface Breakage {
  readonly client?: (client: Client, plan: Plan) => void
  readonly listener?: (listener: IoRedis.Listener) => IoRedis.Listener
  readonly steps?: (store: CacheStore.Shape) => CacheStore.Shape
}

/** Puts something else in the place of a part of one script. */
const inScript = (script: string, part: string, instead: string) => (client: Client): void => {
  const define = client.defineCommand.bind(client)
  client.defineCommand = (name, definition) => {
    if (name !== script) return define(name, definition)
    if (!definition.lua.includes(part)) throw new Error(`${script} has no ${part}`)
    define(name, { ...definition, lua: definition.lua.replace(part, instead) })
  }
}

const zero = "0".repeat(16)

/** Puts something else in the place of what is read under some names. */
const inReplies = (instead: (name: string, text: string | null, plan: Plan) => string | null) =>
(
  client: Client,
  plan: Plan
): void => {
  const mget = client.mget.bind(client)
  client.mget = (async (names: Array<string>) => {
    const texts = await mget(names)
    return texts.map((text, i) => instead(names[i]!, text, plan))
  }) as Client["mget"]
}

const sound: Breakage = {}

const breakages = {
  "none": sound,
  "a fill takes its stamp after the compute": {
    steps: (store) => ({
      ...store,
      fill: (fill) =>
        Effect.flatMap(
          store.stamp({ key: fill.key, tags: fill.entry.tags, codec: fill.codec }),
          (stamp) => store.fill({ ...fill, entry: { ...fill.entry, stamp } })
        )
    })
  },
  "a fill overwrites whatever is there": {
    client: inScript("smartCacheFill", "if stampOf(get(value), stamp) > stamp or", "if")
  },
  "a reader is told no fence": {
    steps: (store) => ({
      ...store,
      read: (subject) => Effect.map(store.read(subject), (lookup) => ({ ...lookup, fence: 0 }))
    })
  },
  "a mark that is missing counts as valid": {
    client: inReplies((name, text, { namespace }) => name.startsWith(`${namespace}:t:`) ? text ?? zero : text)
  },
  "a mark that is missing comes back at zero": {
    client: inScript(
      "smartCacheLease",
      "redis.call('SET', key, written(stamp - 1), 'PX'",
      "redis.call('SET', key, written(0), 'PX'"
    )
  },
  "a key leaves no tombstone": {
    client: inScript(
      "smartCacheBeatKey",
      "redis.call('SET', value, '1T' .. stamp, 'PX', horizon)",
      "redis.call('DEL', value)"
    )
  },
  "prefixes are not looked at": {
    client: inReplies((name, text, { namespace }) => name === `{${namespace}}:all` ? zero : text)
  },
  "news are heard but not heeded": {
    listener: (listener) => ({
      ...listener,
      message: (channel, text) =>
        listener.message(channel, text.replace(/ \{.*/, " {\"_tag\":\"Key\",\"key\":\"another\"}"))
    })
  },
  "lost news are not noticed": {
    client: inScript("smartCacheWatch", "get(KEYS[3]) or '0'", "'0'"),
    listener: (listener) => ({ ...listener, message: () => {} })
  }
} satisfies Readonly<Record<string, Breakage>>

export type StoreName = keyof typeof breakages

const onRedis = (plan: Plan, { client: change, listener: hear }: Breakage): Layer.Layer<IoRedis.IoRedis> => {
  const changed = Effect.map(IoRedis.IoRedis, (redis) => {
    change?.(redis.client, plan)
    const subscribe: IoRedis.Shape["subscribe"] = (channels, listener) =>
      redis.subscribe(channels, hear === undefined ? listener : hear(listener))
    return { ...redis, subscribe }
  })
  // What is tested is what the cache serves, not how soon it gives up on a busy machine.
  const redis = IoRedis.layer({ url: plan.url, commandTimeout: "4 seconds" })
  return Layer.provide(Layer.effect(IoRedis.IoRedis, changed), redis)
}

/** The store of a plan. */
export const storeOf = (
  plan: Plan
): Layer.Layer<CacheStore.CacheStore, never, CacheConfig.CacheConfig | CacheMetrics.CacheMetrics> => {
  const breakage: Breakage = breakages[plan.store]
  const options = { namespace: plan.namespace, staleness: plan.staleness }
  const store = plan.tiers === "redis" ? RedisStore.layer(options) : RedisStore.layerTiered(options)
  const steps = Effect.map(CacheStore.CacheStore, breakage.steps ?? ((store) => store))
  return Layer.effect(CacheStore.CacheStore, steps).pipe(
    Layer.provide(store),
    Layer.provide(onRedis(plan, breakage))
  )
}
