/**
 * The client: one command connection to Redis, Valkey, a Sentinel's master or a Cluster, for as long as the layer lives.
 *
 * The layer builds while Redis is absent and connects in the background, again
 * and again. A command either answers within `commandTimeout` or fails with
 * `StoreFailed`; one that failed may still have run on the server, so commands
 * must bear being run although they failed. No error and no log line carries a
 * credential or what was sent.
 */
import type * as CacheError from "@smart-cache/core/CacheError"
import * as Clock from "effect/Clock"
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import { Cluster, Redis } from "ioredis"
import * as RedisFault from "./internal/redisFault.ts"
import * as Link from "./internal/redisLink.ts"
import * as RedisOptions from "./internal/redisOptions.ts"
import * as Subscriber from "./internal/redisSubscriber.ts"
import type { Endpoint } from "./internal/redisUrl.ts"
import { validated } from "./internal/validated.ts"

export { RedisFault } from "./internal/redisFault.ts"
export type { Options } from "./internal/redisOptions.ts"
export type { Listener } from "./internal/redisSubscriber.ts"

/** How the command connection does. */
export interface Health {
  /** Whether it answers now; a Cluster must also cover all its slots. */
  readonly status: "up" | "down"
  /** Epoch milliseconds since when the connection is as it is: a hung server leaves it standing. */
  readonly since: number
  /** Milliseconds of the round trip just made. */
  readonly roundTrip: number | undefined
  /** What is wrong, in words that are safe to show. */
  readonly problem: string | undefined
}

export interface Shape {
  /** The command connection: one server (direct or by Sentinel), or a Cluster. */
  readonly client: Redis | Cluster
  /** A master found by Sentinel counts as single. */
  readonly topology: "single" | "cluster"
  /** The number of the database in use. */
  readonly database: number
  /**
   * Runs one command, or several that are sent together; fails with `StoreFailed` of this operation on
   * any error and after `commandTimeout`. Interruption returns at once; the command still runs.
   */
  readonly use: <A>(
    operation: string,
    run: (client: Redis | Cluster) => Promise<A>
  ) => Effect.Effect<A, CacheError.SmartCacheError>
  /** Whatever ioredis threw as `StoreFailed` with a `RedisFault` as its cause. */
  readonly failure: (operation: string, cause: unknown) => CacheError.SmartCacheError
  /** Subscribes on a connection of its own until the caller's scope closes; reconnects for ever. */
  readonly subscribe: (
    channels: ReadonlyArray<string>,
    listener: Subscriber.Listener
  ) => Effect.Effect<void, never, Scope.Scope>
  readonly health: Effect.Effect<Health>
  /** Milliseconds. */
  readonly commandTimeout: number
}

/** The client in use. */
export class IoRedis extends Context.Service<IoRedis, Shape>()("smart-cache/IoRedis") {}

const chance = Effect.gen(function*(): Effect.fn.Return<RedisOptions.Chance> {
  const clock = yield* Clock.Clock
  const random = yield* Random.Random
  return { now: () => clock.currentTimeMillisUnsafe(), next: () => random.nextDoubleUnsafe() }
})

/** ioredis sends ASKING and drops its promise: without this, a hung node would end the process by an unhandled rejection. */
const handleAsking = (node: Redis): void => {
  const asking = node.asking.bind(node)
  node.asking = () => {
    const reply = asking()
    reply.catch(() => {})
    return reply
  }
}

/** Only the first command waits for a node's connection, all others fail until it stands: it is not left to them to begin it. */
const connectAhead = (node: Redis): void => {
  if (node.status === "wait") node.connect().catch(() => {})
}

const openCluster = (
  nodes: ReadonlyArray<Endpoint>,
  settings: RedisOptions.Settings,
  chance: RedisOptions.Chance
): Cluster => {
  const cluster = new Cluster(nodes.map((node) => ({ ...node })), RedisOptions.cluster(settings, chance))
  cluster.on("+node", (node: Redis) => {
    handleAsking(node)
    // While the Cluster gets ready, its own commands are the first.
    queueMicrotask(() => cluster.status === "ready" && connectAhead(node))
  })
  cluster.on("ready", () => cluster.nodes().forEach(connectAhead))
  return cluster
}

const open = (settings: RedisOptions.Settings, chance: RedisOptions.Chance): Redis | Cluster =>
  settings.target._tag === "Cluster"
    ? openCluster(settings.target.nodes, settings, chance)
    : new Redis(RedisOptions.single(settings, chance))

/** True when no event will come any more: it ended, or it is a Cluster without any connection. */
const isGone = (client: Redis | Cluster): boolean =>
  client.status === "end" || (client instanceof Cluster && client.nodes().length === 0)

/** Says goodbye if somebody listens, then disconnects and waits until nothing of it is left. */
const close = (client: Redis | Cluster): Effect.Effect<void> => {
  const quit = Effect.promise(() => client.quit().then(() => {}, () => {}))
  const ended = Effect.callback<void>((resume) => {
    const gone = isGone(client)
    client.once("end", () => resume(Effect.void))
    if (client.status !== "end") client.disconnect()
    if (gone) resume(Effect.void)
  })
  // The second is longer than what a socket may linger, also where no event tells of its end.
  return Effect.andThen(
    Effect.timeoutOption(quit, "500 millis"),
    Effect.asVoid(Effect.timeoutOption(ended, "300 millis"))
  )
}

/** A Cluster stands when all its masters do. */
const connectAll = async (client: Redis | Cluster): Promise<void> => {
  await client.connect().catch(() => {})
  if (client instanceof Cluster) await Promise.all(client.nodes("master").map((node) => node.ping().catch(() => {})))
}

/** Waits for the first connection, or until it is known that it takes longer. */
const begin = (client: Redis | Cluster, { connectTimeout }: RedisOptions.Settings): Effect.Effect<void> =>
  Effect.asVoid(Effect.timeoutOption(Effect.promise(() => connectAll(client)), connectTimeout))

/** A subscriber's connection: to the one server, or to any node of a Cluster that is known now. */
const opener = (client: Redis | Cluster, settings: RedisOptions.Settings, chance: RedisOptions.Chance) => () => {
  const { target } = settings
  if (target._tag !== "Cluster") return new Redis(RedisOptions.once(settings, chance, undefined))
  const known = client instanceof Cluster ? client.nodes().map(({ options: { host, port } }) => ({ host, port })) : []
  const nodes = [...known, ...target.nodes]
  const { host = "127.0.0.1", port = 6379 } = nodes[Math.floor(chance.next() * nodes.length)] ?? {}
  return new Redis(RedisOptions.once(settings, chance, { host, port }))
}

const probe = async (client: Redis | Cluster): Promise<void> => {
  if (!(client instanceof Cluster)) return void await client.ping()
  const info = await client.cluster("INFO")
  if (!String(info).includes("cluster_state:ok")) {
    throw new RedisFault.RedisFault("CLUSTERDOWN", "CLUSTERDOWN slots are not covered")
  }
}

const healthOf = (link: Link.Link, use: Shape["use"]): Effect.Effect<Health> =>
  Effect.gen(function*() {
    const before = yield* Clock.monotonicTimeNanos
    const failed = yield* Effect.match(use("health", probe), { onFailure: wordsOf, onSuccess: () => undefined })
    const roundTrip = Number((yield* Clock.monotonicTimeNanos) - before) / 1e6
    return failed === undefined
      ? { status: "up", since: link.since, roundTrip, problem: undefined }
      : { status: "down", since: link.since, roundTrip: undefined, problem: failed }
  })

const wordsOf = ({ reason }: CacheError.SmartCacheError): string =>
  reason._tag === "StoreFailed" && reason.cause instanceof Error ? reason.cause.message : reason._tag

const connect = Effect.fnUntraced(
  function*(settings: RedisOptions.Settings): Effect.fn.Return<Shape, never, Scope.Scope> {
    const dice = yield* chance
    const client = yield* Effect.acquireRelease(Effect.sync(() => open(settings, dice)), close)
    const link = yield* Link.watch(client)
    yield* begin(client, settings)
    const failure: Shape["failure"] = (operation, cause) =>
      RedisFault.failure(operation, RedisFault.from(cause, link.problem))
    const timeout = new RedisFault.RedisFault("TIMEOUT", `no answer within ${settings.commandTimeout} ms`)
    // ioredis bounds each command, but neither a Cluster's redirections nor several commands in a row.
    const use: Shape["use"] = (operation, run) =>
      Effect.timeoutOrElse(
        Effect.tryPromise({ try: () => run(client), catch: (cause) => failure(operation, cause) }),
        { duration: settings.commandTimeout, orElse: () => Effect.fail(failure(operation, timeout)) }
      )
    return {
      client,
      topology: client instanceof Cluster ? "cluster" : "single",
      database: client instanceof Cluster ? 0 : client.options.db ?? 0,
      use,
      failure,
      subscribe: (channels, listener) => Subscriber.subscribe(opener(client, settings, dice), channels, listener),
      health: healthOf(link, use),
      commandTimeout: settings.commandTimeout
    }
  }
)

/**
 * A client from options; wrong ones throw `RangeError` here, at construction.
 *
 * @example
 * ```ts
 * IoRedis.layer({ url: "redis://127.0.0.1:6379" })
 * ```
 */
export const layer = (options: RedisOptions.Options): Layer.Layer<IoRedis> =>
  Layer.effect(IoRedis, connect(RedisOptions.make(options)))

const variables = {
  url: "REDIS_URL",
  username: "REDIS_USERNAME",
  password: "REDIS_PASSWORD",
  sentinelUsername: "REDIS_SENTINEL_USERNAME",
  sentinelPassword: "REDIS_SENTINEL_PASSWORD",
  tls: "REDIS_URL",
  commandTimeout: "REDIS_COMMAND_TIMEOUT",
  connectTimeout: "REDIS_CONNECT_TIMEOUT",
  socketTimeout: "REDIS_SOCKET_TIMEOUT"
} as const

const optional = <A>(read: (name: string) => Config.Config<A>, name: keyof typeof variables) =>
  Config.map(Config.option(read(variables[name])), Option.getOrUndefined)

const settings: Config.Config<RedisOptions.Settings> = validated(
  Config.all({
    url: Config.Redacted(variables.url),
    username: optional(Config.String, "username"),
    password: optional(Config.Redacted, "password"),
    sentinelUsername: optional(Config.String, "sentinelUsername"),
    sentinelPassword: optional(Config.Redacted, "sentinelPassword"),
    commandTimeout: optional(Config.String, "commandTimeout"),
    connectTimeout: optional(Config.String, "connectTimeout"),
    socketTimeout: optional(Config.String, "socketTimeout")
  }),
  (given) => RedisOptions.make(given as RedisOptions.Options, (name) => variables[name])
)

/**
 * A client from the environment: `REDIS_URL`, and if need be `REDIS_USERNAME`, `REDIS_PASSWORD`,
 * `REDIS_SENTINEL_USERNAME`, `REDIS_SENTINEL_PASSWORD`, `REDIS_COMMAND_TIMEOUT`, `REDIS_CONNECT_TIMEOUT`,
 * `REDIS_SOCKET_TIMEOUT` (`"250 millis"` or milliseconds). A `ConfigError` names the variable.
 */
export const layerConfig: Layer.Layer<IoRedis, Config.ConfigError> = Layer.effect(
  IoRedis,
  Effect.flatMap(settings, connect)
)
