/**
 * A match day's store in a Redis: memory over it as in an application, a namespace of its own for
 * each day, and nothing left behind.
 *
 * The store keeps to the wall clock, as its leases and what expires in Redis do; only the entries
 * know of the day's time.
 */
import * as CacheConfig from "@smart-cache/core/CacheConfig"
import * as CacheMetrics from "@smart-cache/core/CacheMetrics"
import * as CacheStore from "@smart-cache/core/CacheStore"
import * as TtlPolicy from "@smart-cache/core/TtlPolicy"
import * as GoldenHour from "@smart-cache/football/GoldenHour"
import * as IoRedis from "@smart-cache/redis/IoRedis"
import * as RedisStore from "@smart-cache/redis/RedisStore"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** What a URL says without credentials: what stands before the last `@`, and after `?` or `#`, may hold some. */
const withoutSecrets = (url: string): string => url.replace(/^([\w+]*:\/\/)?.*@/s, "$1").replace(/[?#].*$/s, "")

/** A day cannot be played on a Redis that does not answer; unlike an application, it has no use for a cache without its store. */
export class RedisUnavailable extends Data.TaggedError("RedisUnavailable")<{
  readonly url: string
  readonly problem: string
}> {
  override get message(): string {
    return `cannot play on ${withoutSecrets(this.url)}: ${this.problem}; ` +
      `start a Redis 7 or a Valkey there, or name another one with --redis`
  }
}

/** The URL is none; it is not quoted, for a password may stand anywhere in it. */
export class RedisUrlWrong extends Data.TaggedError("RedisUrlWrong")<{ readonly problem: string }> {
  override get message(): string {
    return `--redis: ${this.problem}`
  }
}

const clientOf = (url: string) =>
  Effect.try({
    // A server that is also somebody else's may be slow, and nobody waits for it but the day.
    try: () => IoRedis.layer({ url, commandTimeout: "5 seconds", connectTimeout: "2 seconds" }),
    catch: (error) => new RedisUrlWrong({ problem: String(error).replace(/^RangeError: (url: )?/, "") })
  })

type Server = Extract<IoRedis.IoRedis["Service"]["client"], { readonly mode: string }>

/** Every name of a namespace on one server, a page at a time. */
const removeFrom = async (server: Server, namespace: string): Promise<void> => {
  for (const pattern of [`${namespace}:*`, `{${namespace}}:*`]) {
    let cursor = "0"
    do {
      const [next, names] = await server.scan(cursor, "MATCH", pattern, "COUNT", 1000)
      // One by one: on a Cluster they lie in many slots.
      await Promise.all(names.map((name) => server.unlink(name)))
      cursor = next
    } while (cursor !== "0")
  }
}

/** What cannot be removed any more expires by itself, but for three small names. */
const remove = ({ client }: IoRedis.IoRedis["Service"], namespace: string) =>
  Effect.promise(async () => {
    const servers = "nodes" in client ? client.nodes("master") : [client]
    await Promise.all(servers.map((server) => removeFrom(server, namespace))).catch(() => {})
  }).pipe(Effect.timeoutOption("30 seconds"))

/** A store for one day; fails at once when nobody answers. */
export const open = Effect.fnUntraced(function*(url: string, config: CacheConfig.Options) {
  const redis = yield* Layer.build(yield* clientOf(url))
  const client = Context.get(redis, IoRedis.IoRedis)
  const { problem, status } = yield* client.health
  if (status === "down") return yield* new RedisUnavailable({ url, problem: problem ?? "no answer" })
  const namespace = `matchday-${crypto.randomUUID()}`
  yield* Effect.addFinalizer(() => remove(client, namespace))
  const store = RedisStore.layerTiered({ namespace }).pipe(
    // Counters of its own: the cache counts what the day is about.
    Layer.provide(CacheMetrics.layer),
    Layer.provide([CacheConfig.layer(config), TtlPolicy.layer(GoldenHour.policy), Layer.succeedContext(redis)])
  )
  return Context.get(yield* Layer.build(store), CacheStore.CacheStore)
})

/** The same store to those on another clock: every step through `outside`. */
export const through = (
  store: CacheStore.Shape,
  outside: <A, E>(step: Effect.Effect<A, E>) => Effect.Effect<A, E>
): CacheStore.Shape => ({
  ...store,
  read: (...args) => outside(store.read(...args)),
  lease: (...args) => outside(store.lease(...args)),
  release: (...args) => outside(store.release(...args)),
  stamp: (...args) => outside(store.stamp(...args)),
  fill: (...args) => outside(store.fill(...args)),
  invalidate: (...args) => outside(store.invalidate(...args))
})
