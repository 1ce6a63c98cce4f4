/** Commands of a hit in Redis whose value has five tags, by the server's own count. */
import * as CacheConfig from "@smart-cache/core/CacheConfig"
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as TtlPolicy from "@smart-cache/core/TtlPolicy"
import * as IoRedis from "@smart-cache/redis/IoRedis"
import * as RedisStore from "@smart-cache/redis/RedisStore"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import type { Subject, Workload } from "../frame/workload.ts"
import { type Client, connect, quiet } from "../peers/client.ts"
import type { Open, Peer, Settings } from "../peers/peer.ts"
import { tags, ttl } from "./hits.ts"

/** Hits of a batch, one after the other. */
const hits = 100
/** Batches of a round: the middle one has none of the commands that a cache sends now and then. */
const batches = 9

/** Commands that the server has run for clients, but for those that count. */
const commandsOf = async (client: Client): Promise<number> => {
  const stats = await client.info("commandstats")
  let sum = 0
  for (const [, name, calls] of stats.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)) {
    if (name !== "info") sum += Number(calls)
  }
  return sum
}

const key = "commands:1"

/** This cache without memory in front. */
const withoutMemory = async <V>({ load, tagsOf }: Settings<V>, redis: string): Promise<Peer<V>> => {
  const store = Layer.provide(RedisStore.layer({ namespace: "commands" }), IoRedis.layer({ url: redis }))
  const cache = SmartCache.layerOn({ ttl: TtlPolicy.fixed(ttl) }, { config: CacheConfig.layer(), store })
  const runtime = ManagedRuntime.make(Layer.provide(cache, quiet))
  const { get } = Context.get(await runtime.context(), SmartCache.SmartCache)
  return {
    read: (key) =>
      runtime.runPromise(
        Effect.map(
          get(key, Effect.promise(() => load(key)), tagsOf === undefined ? {} : { tags: tagsOf(key) }),
          ({ value }) => value
        )
      ),
    close: () => runtime.dispose()
  }
}

const peer = (load: () => Promise<Open>, tagged: "tagged" | "plain" = "tagged") => async (): Promise<Subject> => {
  const open = await load()
  const start = async (redis: string) => {
    const counting = await connect(redis)
    let computes = 0
    const compute = async (key: string) => `${key} ${++computes}`
    const asked = tagged === "tagged" ? { tagsOf: () => tags } : {}
    const { close, read } = await open<string>({ load: compute, ttl, capacity: 1000, ...asked }, redis)
    const hit = async () => {
      if (await read(key) !== `${key} 1`) throw new Error("a hit was none")
    }
    const batch = async () => {
      const before = await commandsOf(counting)
      for (let i = 0; i < hits; i++) await hit()
      return (await commandsOf(counting) - before) / hits
    }
    const round = async () => {
      computes = 0
      // Whoever does not know yet whether hits are the rule asks for more.
      for (let i = 0; i < 2 * hits; i++) await hit()
      const counts: Array<number> = []
      for (let i = 0; i < batches; i++) counts.push(await batch())
      return { commands: counts.toSorted((a, b) => a - b)[batches >> 1]! }
    }
    const stop = async () => {
      await close()
      await counting.quit()
    }
    return { round, stop }
  }
  return { start }
}

export const workload: Workload = {
  name: "redis-commands",
  title: `commands of a hit in Redis with ${tags.length} tags, one at a time`,
  redis: "fresh",
  measures: [{ name: "commands", unit: "count", better: "less" }],
  subjects: {
    "ioredis GET, no tags": peer(async () => (await import("../peers/redisFloor.ts")).get, "plain"),
    "async-cache-dedupe": peer(async () => (await import("../peers/asyncCacheDedupe.ts")).redis),
    "bentocache, Redis": peer(async () => (await import("../peers/bentocache.ts")).redis),
    "cacheable, Redis": peer(async () => (await import("../peers/cacheable.ts")).redis),
    "smart-cache": peer(async () => withoutMemory)
  },
  base: "ioredis GET, no tags",
  targets: [{ subject: "smart-cache", measure: "commands", says: "one command", limit: 1 }],
  rounds: 5
}
