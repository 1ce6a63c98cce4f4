/**
 * What a connection to Redis is told: from the application's options, validated, to the options of ioredis.
 *
 * The defaults of ioredis suit a queue, not a cache: they hold commands while
 * Redis is away, resend what was lost, and wait for ever for a hung server. Here
 * a command fails at once when there is no connection, runs at most once, and
 * a server that owes an answer for too long is left.
 */
import { show } from "@smart-cache/core/CacheError"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { ClusterOptions, CommonRedisOptions, RedisOptions } from "ioredis"
import type { ConnectionOptions } from "node:tls"
import * as RedisUrl from "./redisUrl.ts"

/**
 * How to reach Redis.
 *
 * - `url`: `redis://user:password@host:6379/0`, `rediss://` (TLS), `redis+sentinel://h1:26379,h2:26379/master/0`,
 *   `redis+cluster://h1:7000,h2:7001`, `unix:///path`; user and password percent-encoded.
 * - `username`, `password`: of Redis, when not in the URL; `sentinelUsername`, `sentinelPassword`: of the Sentinels.
 * - `tls`: certificates and names as `node:tls` takes them, for a `rediss` URL.
 * - `commandTimeout` (250 ms): the longest wait for an answer; `connectTimeout` (1 s): for a connection;
 *   `socketTimeout` (four command timeouts): after that long without an owed answer, the connection is given up.
 */
export interface Options {
  readonly url: string | Redacted.Redacted<string>
  readonly username?: string | undefined
  readonly password?: Redacted.Redacted<string> | undefined
  readonly sentinelUsername?: string | undefined
  readonly sentinelPassword?: Redacted.Redacted<string> | undefined
  readonly tls?: ConnectionOptions | undefined
  readonly commandTimeout?: Duration.Input | undefined
  readonly connectTimeout?: Duration.Input | undefined
  readonly socketTimeout?: Duration.Input | undefined
}

/** Validated options; durations in milliseconds. */
export interface Settings {
  readonly target: RedisUrl.Target
  readonly credentials: RedisUrl.Credentials | undefined
  readonly sentinel: { readonly username: string | undefined; readonly password: Redacted.Redacted<string> } | undefined
  readonly tls: ConnectionOptions | undefined
  readonly commandTimeout: number
  readonly connectTimeout: number
  readonly socketTimeout: number
}

/** The names of the options, as whoever gave them knows them: fields, or variables of the environment. */
export type Label = (name: keyof Options) => string

/** What the options of ioredis take from outside: a clock and a die. */
export interface Chance {
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Uniform in [0, 1). */
  readonly next: () => number
}

const millis = (label: string, given: Duration.Input | undefined, otherwise: number): number => {
  if (given === undefined) return otherwise
  const input = typeof given === "string" && /^\d+$/.test(given) ? Number(given) : given
  const parsed = Number.isNaN(input) ? undefined : Option.getOrUndefined(Duration.fromInput(input))
  const ms = parsed === undefined ? Number.NaN : Duration.toMillis(parsed)
  if (ms >= 1 && ms <= 60_000) return ms
  throw new RangeError(`${label} must be a duration of 1 to 60000 ms, got ${show(given)}`)
}

const addressOf = ({ url }: Options, label: Label): RedisUrl.Address => {
  try {
    return RedisUrl.parse(Redacted.isRedacted(url) ? Redacted.value(url) : url)
  } catch (error) {
    throw error instanceof RangeError ? new RangeError(`${label("url")}: ${error.message}`) : error
  }
}

/** A user name needs a password, and both are given in one place. */
const credentialsOf = (address: RedisUrl.Address, { password, username }: Options, label: Label) => {
  if (password === undefined && username === undefined) return address.credentials
  const names = `${label("username")} and ${label("password")}`
  if (address.credentials !== undefined) throw new RangeError(`${names} must not repeat what the URL says, got both`)
  if (password === undefined) throw new RangeError(`${names} must be given together, got no password`)
  return { username, password }
}

const sentinelOf = ({ target }: RedisUrl.Address, options: Options, label: Label) => {
  const { sentinelPassword: password, sentinelUsername: username } = options
  if (password === undefined && username === undefined) return undefined
  const names = `${label("sentinelUsername")} and ${label("sentinelPassword")}`
  if (target._tag !== "Sentinel") throw new RangeError(`${names} must come with a redis+sentinel:// URL, got another`)
  if (password === undefined) throw new RangeError(`${names} must be given together, got no password`)
  return { username, password }
}

/** Validates options; throws `RangeError` that says what is wrong and never quotes what was given. */
export const make = (options: Options, label: Label = (name) => name): Settings => {
  const address = addressOf(options, label)
  if (options.tls !== undefined && address.transport === "plain") {
    throw new RangeError(`${label("tls")} must come with a rediss:// URL, got a URL without TLS`)
  }
  const commandTimeout = millis(label("commandTimeout"), options.commandTimeout, 250)
  return {
    target: address.target,
    credentials: credentialsOf(address, options, label),
    sentinel: sentinelOf(address, options, label),
    tls: address.transport === "tls" ? options.tls ?? {} : undefined,
    commandTimeout,
    connectTimeout: millis(label("connectTimeout"), options.connectTimeout, 1000),
    socketTimeout: millis(label("socketTimeout"), options.socketTimeout, 4 * commandTimeout)
  }
}

/** Milliseconds before try number `attempt` (from 1): doubling from 50 up to 2000, of which up to half is chance. */
export const backoff = (attempt: number, chance: number): number =>
  Math.min(50 * 2 ** Math.min(attempt - 1, 10), 2000) * (1 - chance / 2)

/** Replies in the shapes of RESP2, whatever the protocol. */
interface Legacy {
  readonly replyMapping: "legacy"
}

/** Options as the constructor of ioredis takes them. */
export type Connection = Omit<RedisOptions, "replyMapping"> & Legacy

/**
 * A demoted master answers READONLY for ever; a new connection finds the new one.
 *
 * At most once a second, or a replica that was configured by mistake would be
 * connected to anew for every write.
 */
const leaveReplica = ({ now }: Chance) => {
  let last = Number.NEGATIVE_INFINITY
  return ({ message }: Error): boolean => {
    if (!/^(?:READONLY|MASTERDOWN)/.test(message) || now() - last < 1000) return false
    last = now()
    return true
  }
}

const common = (settings: Settings, chance: Chance): Omit<CommonRedisOptions, "replyMapping"> & Legacy => ({
  commandTimeout: settings.commandTimeout,
  connectTimeout: settings.connectTimeout,
  socketTimeout: settings.socketTimeout,
  enableAutoPipelining: false,
  lazyConnect: true,
  maxRetriesPerRequest: 0,
  reconnectOnError: leaveReplica(chance),
  replyMapping: "legacy",
  ...(settings.credentials?.username === undefined ? {} : { username: settings.credentials.username }),
  ...(settings.credentials === undefined ? {} : { password: Redacted.value(settings.credentials.password) })
})

/** How long a closed connection may linger before its socket is destroyed. */
const disconnectTimeout = 200

const transport = ({ tls }: Settings) => ({ disconnectTimeout, ...(tls === undefined ? {} : { tls }) })

const place = ({ commandTimeout, sentinel, target, tls }: Settings): Omit<RedisOptions, "replyMapping"> => {
  switch (target._tag) {
    case "Single":
      return { ...target.endpoint, db: target.db }
    case "Socket":
      return { path: target.path }
    case "Cluster":
      return {}
    case "Sentinel":
      return {
        sentinels: target.sentinels.map((each) => ({ ...each })),
        name: target.name,
        db: target.db,
        sentinelCommandTimeout: commandTimeout,
        // Without an own retry the connection ends, and is begun anew with the backoff of all others.
        sentinelRetryStrategy: () => null,
        ...(tls === undefined ? {} : { enableTLSForSentinelMode: true, sentinelTLS: tls }),
        ...(sentinel?.username === undefined ? {} : { sentinelUsername: sentinel.username }),
        ...(sentinel === undefined ? {} : { sentinelPassword: Redacted.value(sentinel.password) })
      }
  }
}

/** The options of a connection to one server, found directly or by Sentinel. */
export const single = (settings: Settings, chance: Chance): Connection => ({
  ...common(settings, chance),
  ...transport(settings),
  ...place(settings),
  enableOfflineQueue: false,
  retryStrategy: (attempt: number) => backoff(attempt, chance.next())
})

/**
 * The options of a Cluster.
 *
 * A command is sent again only where the server says that it did not run it
 * (MOVED, ASK, TRYAGAIN); a lost connection fails it. A dead node's slots are
 * learnt anew from the MOVED of any other node, so no retry is needed to recover.
 */
export const cluster = (
  settings: Settings,
  chance: Chance
): Omit<ClusterOptions, "redisOptions"> & { readonly redisOptions: Connection } => ({
  enableOfflineQueue: false,
  lazyConnect: true,
  maxRedirections: 5,
  retryDelayOnClusterDown: 0,
  retryDelayOnFailover: 0,
  retryDelayOnTryAgain: 20,
  slotsRefreshTimeout: settings.connectTimeout,
  clusterRetryStrategy: (attempt: number) => backoff(attempt, chance.next()),
  redisOptions: { ...common(settings, chance), ...transport(settings) }
})

/** The options of a connection to one server that is not begun again when it ends: its owner does that. */
export const once = (settings: Settings, chance: Chance, at: RedisUrl.Endpoint | undefined): Connection => ({
  ...single(settings, chance),
  ...at,
  enableOfflineQueue: true,
  autoResubscribe: false,
  retryStrategy: null
})
