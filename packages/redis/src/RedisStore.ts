/**
 * The shared store: entries in Redis, Valkey or a Cluster, for many processes at once.
 *
 * Keeps the contract of `CacheStore` by stamps that the server issues; no process
 * compares its clock with another's. A read is one MGET of the value and its marks;
 * scripts run on misses, fills and invalidations only.
 *
 * With a memory tier in front, hits cost nothing and an invalidation anywhere is
 * heard by pub/sub at once, and within `staleness` when pub/sub loses it.
 *
 * All processes of a namespace must agree on `hardTimeout` and on the secret. Redis
 * must not evict under memory pressure what it still needs: an evicted mark costs
 * recomputes, but an evicted tombstone forgets the invalidation of a key for
 * computes that were running (`maxmemory-policy noeviction`, or else `volatile-lru`;
 * `volatile-ttl` evicts leases and tombstones first).
 */
import { CacheConfig } from "@smart-cache/core/CacheConfig"
import * as CacheError from "@smart-cache/core/CacheError"
import * as CacheMetrics from "@smart-cache/core/CacheMetrics"
import * as CacheStore from "@smart-cache/core/CacheStore"
import * as Journal from "@smart-cache/core/Journal"
import * as MemoryTier from "@smart-cache/core/MemoryTier"
import * as StoreHealth from "@smart-cache/core/StoreHealth"
import * as Clock from "effect/Clock"
import * as Config from "effect/Config"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Cluster from "./internal/cluster.ts"
import * as Commands from "./internal/commands.ts"
import * as Envelope from "./internal/envelope.ts"
import { Island } from "./internal/island.ts"
import * as Keys from "./internal/keys.ts"
import * as News from "./internal/news.ts"
import { Reads } from "./internal/reads.ts"
import { Recall } from "./internal/recall.ts"
import * as Single from "./internal/single.ts"
import { Store } from "./internal/store.ts"
import { validated } from "./internal/validated.ts"
import { Waiters } from "./internal/waiters.ts"
import { type Options as WatchOptions, Watch } from "./internal/watch.ts"
import { IoRedis } from "./IoRedis.ts"

export interface Options {
  /** First part of every name in Redis: 1 to 64 letters, digits, `.`, `_`, `-`; `smart-cache` by default. */
  readonly namespace?: string | undefined
  /** Longest that memory serves what was invalidated elsewhere, even if every message is lost; 2 seconds by default. */
  readonly staleness?: Duration.Input | undefined
  /** Bodies of at least so many bytes are compressed; 8192 by default, `Infinity`: none. */
  readonly compressFrom?: number | undefined
  /** Largest stored entry in bytes, packed and unpacked; 4 MiB by default. */
  readonly maxValueBytes?: number | undefined
  /** Seals entries against other writers (HMAC-SHA256); every process must have it. */
  readonly secret?: Redacted.Redacted<string> | undefined
}

type Labels = Readonly<Record<keyof Options, string>>

const fields: Labels = {
  namespace: "namespace",
  staleness: "staleness",
  compressFrom: "compressFrom",
  maxValueBytes: "maxValueBytes",
  secret: "secret"
}

const bytesOf = (label: string, value: number | undefined, otherwise: number, max: number): number => {
  const number = value ?? otherwise
  if (number >= 1 && number <= max) return number
  throw new RangeError(`RedisStore: ${label} must be a number of bytes from 1 to ${max}, got ${number}`)
}

const stalenessOf = (label: string, input: Duration.Input = "2 seconds"): number => {
  const parsed = Duration.fromInput(input)
  const millis = parsed._tag === "Some" ? Duration.toMillis(parsed.value) : Number.NaN
  if (millis >= 100 && millis <= 3_600_000) return millis
  throw new RangeError(`RedisStore: ${label} must be a duration of 100 ms to 1 hour, got ${CacheError.show(input)}`)
}

const check = (options: Options, labels: Labels = fields) => {
  const maxBytes = bytesOf(labels.maxValueBytes, options.maxValueBytes, 4 * 1024 * 1024, 512 * 1024 * 1024)
  return {
    maxBytes,
    keys: Keys.make(options.namespace ?? Keys.defaultNamespace, labels.namespace),
    staleness: stalenessOf(labels.staleness, options.staleness),
    envelope: Envelope.make({
      compressFrom: bytesOf(labels.compressFrom, options.compressFrom, 8192, Infinity),
      maxBytes,
      secret: options.secret
    })
  }
}

const variables = {
  namespace: "SMART_CACHE_NAMESPACE",
  staleness: "SMART_CACHE_STALENESS",
  compressFrom: "SMART_CACHE_COMPRESS_FROM",
  maxValueBytes: "SMART_CACHE_MAX_VALUE_BYTES",
  secret: "SMART_CACHE_SECRET"
} as const

const optional = <A>(read: (name: string) => Config.Config<A>, name: keyof Options) =>
  Config.map(Config.option(read(variables[name])), Option.getOrUndefined)

/** The options from the environment; a `ConfigError` names the variable that is wrong. */
export const config: Config.Config<Options> = validated(
  Config.all({
    namespace: optional(Config.String, "namespace"),
    staleness: optional(Config.Duration, "staleness"),
    compressFrom: optional(Config.Finite, "compressFrom"),
    maxValueBytes: optional(Config.Finite, "maxValueBytes"),
    secret: optional(Config.Redacted, "secret")
  }),
  (options) => {
    check(options, variables)
    return options
  }
)

/** Whether entries are also held in this process. */
type Tiers = "redis" | "memory over redis"

/** Tombstones and marks of one process serve computes of others, whose time limits may differ. */
const leastHorizon = 120_000
const marksLife = 86_400_000

const make = (
  { envelope, keys: names, maxBytes, staleness }: ReturnType<typeof check>,
  tiers: Tiers
): Effect.Effect<CacheStore.Shape, never, CacheConfig | CacheMetrics.CacheMetrics | IoRedis | Scope.Scope> =>
  Effect.gen(function*() {
    const client = yield* IoRedis
    const keys = Keys.inDatabase(names, client.database)
    const settings = yield* CacheConfig
    const metrics = yield* CacheMetrics.CacheMetrics
    const commands = Commands.make(client)
    const reads = new Reads(client)
    const lifetimes = {
      horizon: Math.max(leastHorizon, settings.hardTimeout + 2 * settings.storeTimeout),
      marks: marksLife,
      // Others may be told to store somewhat larger entries.
      giant: 4 * maxBytes
    }
    const tier = tiers === "redis" ? undefined : new MemoryTier.MemoryTier(settings)
    const { hardTimeout, maxEntries, onStoreError } = settings
    const island = new Island({ staleness, hardTimeout, maxEntries, clock: yield* Clock.Clock })
    const contact = yield* Journal.make
    // Of their own: who leaves out `Debug` would else miss the line whose place a gap has taken.
    const gaps = yield* Journal.make
    const watch = yield* Watch.make({
      look: look(commands, keys),
      looked: told(yield* Effect.serviceOption(StoreHealth.StoreHealth)),
      lookTimeout: client.commandTimeout,
      staleness,
      tier,
      recall: new Recall(commands, keys, lifetimes, yield* Clock.Clock),
      changed: (what) => {
        if (what !== "lapsed") island.clear()
        if (what === "gap") metrics.add("bus_gaps", 1)
        return (what === "gap" ? gaps : contact).say(lineOf(what, tiers))
      }
    })
    const waiters = new Waiters()
    yield* client.subscribe([keys.news, keys.hints], listener(keys, watch, waiters, island))
    yield* watch.start
    const plane = client.topology === "cluster"
      ? Cluster.make(commands, reads, keys, lifetimes)
      : Single.make(commands, keys, lifetimes)
    const store = new Store({
      plane,
      reads,
      keys,
      envelope,
      watch,
      waiters,
      tier,
      metrics,
      settings,
      readTimeout: client.commandTimeout
    }).shape()
    return tier !== undefined && onStoreError === "allow" ? island.around(store) : store
  })

const look = (commands: Commands.Commands, { all, last, sequence }: Keys.Keys) =>
  Effect.flatMap(
    Effect.all([commands.run("watch", "smartCacheWatch", [sequence, all, last]), epoch(commands)], {
      concurrency: "unbounded"
    }),
    ([reply, epoch]) => {
      const [id, micros, missing] = Array.isArray(reply) ? reply as ReadonlyArray<unknown> : []
      if (typeof id !== "string" || typeof micros !== "string") return Commands.absurd(commands, "watch")
      const seen = { last: id, serverTime: Number(micros) / 1000, epoch }
      return missing === 0
        ? Effect.succeed(seen)
        : Effect.as(commands.run("watch", "smartCacheBegin", [sequence, all]), seen)
    }
  )

/** A look tells how the server does, also when nobody reads. */
const told = (health: Option.Option<StoreHealth.Shape>): WatchOptions["looked"] => {
  if (Option.isNone(health)) return () => Effect.void
  const { answered, failed, troubled } = health.value
  return Result.match({
    onSuccess: () => troubled() ? answered : Effect.void,
    onFailure: (error) => failed({ operation: "watch", error, pass: 0, about: undefined })
  })
}

/** Raised by a Cluster whenever a replica takes its master's place. */
const epoch = ({ client }: Commands.Commands): Effect.Effect<number, CacheError.SmartCacheError> =>
  client.topology === "single"
    ? Effect.succeed(0)
    : Effect.map(
      client.use("watch", (redis) => redis.cluster("INFO")),
      (info) => Number(/cluster_current_epoch:(\d+)/.exec(String(info))?.[1] ?? 0)
    )

/** What the log says of a change. */
const lineOf = (what: "gap" | "lapsed" | "regained", tiers: Tiers): Journal.Line => {
  switch (what) {
    case "gap": {
      const message = "smart-cache: news of invalidations were missed; what memory holds is read again when wanted"
      return { level: "Debug", event: "bus_gap", message }
    }
    case "lapsed": {
      const message = tiers === "redis"
        ? "smart-cache: the shared store is out of reach; reads compute"
        : "smart-cache: the shared store is out of reach; memory is not trusted any more, a key is computed anew every `staleness`"
      return { level: "Warn", event: "contact_lapsed", message }
    }
    case "regained":
      return { level: "Info", event: "contact_regained", message: "smart-cache: the shared store answers" }
  }
}

const listener = (keys: Keys.Keys, watch: Watch, waiters: Waiters, island: Island) => ({
  connected: () => watch.connected(),
  message: (channel: string, text: string) => {
    if (channel === keys.news) {
      island.clear()
      const news = News.read(text)
      // Something that is no news says at least that somebody wrote where only news belong.
      if (news === undefined) watch.connected()
      else watch.heard(news)
    } else {
      const key = keyOf(text)
      if (key !== undefined) waiters.wake(key)
    }
  }
})

const keyOf = (text: string): string | undefined => {
  try {
    const key: unknown = JSON.parse(text)
    return typeof key === "string" ? key : undefined
  } catch {
    return undefined
  }
}

type Requirements = CacheConfig | CacheMetrics.CacheMetrics | IoRedis

const layerOf = (options: Options, tiers: Tiers): Layer.Layer<CacheStore.CacheStore, never, Requirements> => {
  const checked = check(options)
  return Layer.effect(CacheStore.CacheStore, make(checked, tiers))
}

/** Every read asks Redis: no value older than an acknowledged invalidation is ever read. Wrong options throw here. */
export const layer = (options: Options = {}): Layer.Layer<CacheStore.CacheStore, never, Requirements> =>
  layerOf(options, "redis")

/** Memory over Redis: hits stay in the process; invalidations elsewhere are in force within `staleness`. */
export const layerTiered = (options: Options = {}): Layer.Layer<CacheStore.CacheStore, never, Requirements> =>
  layerOf(options, "memory over redis")
