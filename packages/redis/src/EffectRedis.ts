/**
 * Effect's own Redis service on the cache's client, so that its `RateLimiter`,
 * `CircuitBreaker` and `PersistedQueue` share the connection.
 *
 * On a Cluster scripts are loaded on every master, and a script's keys must share
 * a slot: give those stores a prefix with a hash tag, such as `{limits}:`.
 */
import type * as CacheError from "@smart-cache/core/CacheError"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redis from "effect/persistence/Redis"
import { Cluster, type Redis as Client } from "ioredis"
import { IoRedis, RedisFault, type Shape } from "./IoRedis.ts"

const failed = (error: CacheError.SmartCacheError): Redis.RedisError =>
  new Redis.RedisError({ cause: error.reason._tag === "StoreFailed" ? error.reason.cause : error })

const run = async (client: Client | Cluster, command: string, args: ReadonlyArray<string>): Promise<unknown> => {
  if (!(client instanceof Cluster) || command !== "SCRIPT") return client.call(command, ...args)
  // A script is only known where it was loaded, and any master may have to run it.
  const masters = client.nodes("master")
  if (masters.length === 0) throw new RedisFault("DISCONNECTED", "not connected")
  const [reply] = await Promise.all(masters.map((node) => node.call(command, ...args)))
  return reply
}

/** A client for one user, who may wait for an answer as long as the command says. */
const dedicated = (client: Client | Cluster): Client | Cluster => {
  const patient = { commandTimeout: undefined, socketTimeout: undefined }
  return client instanceof Cluster
    ? client.duplicate([], {
      enableOfflineQueue: true,
      clusterRetryStrategy: null,
      redisOptions: { ...client.options.redisOptions, ...patient, replyMapping: "legacy" as const }
    })
    : client.duplicate({ ...patient, enableOfflineQueue: true, retryStrategy: null })
}

const connect = ({ client, failure }: Shape) => {
  const fail = (cause: unknown) => failed(failure("reserve", cause))
  return Effect.suspend(() => {
    const own = dedicated(client)
    own.on("error", () => {})
    const close = Effect.sync(() => own.disconnect())
    const send = <A = unknown>(command: string, ...args: ReadonlyArray<string>) =>
      Effect.tryPromise({ try: () => run(own, command, args) as Promise<A>, catch: fail })
    return Effect.tryPromise({ try: () => own.connect(), catch: fail }).pipe(
      Effect.onError(() => close),
      Effect.as({ send, close })
    )
  })
}

/** The longest wait for the first subscription, in command timeouts; later ones are made for ever. */
const patience = 8

const subscribe = ({ commandTimeout, failure, subscribe }: Shape) => {
  const late = failure("subscribe", new RedisFault("TIMEOUT", "the subscription was not made in time"))
  return Effect.fnUntraced(function*(channel: string, onMessage: (message: Redis.RedisMessage) => void) {
    const subscribed = yield* Deferred.make<void>()
    yield* subscribe([channel], {
      message: (channel, message) => onMessage({ channel, message }),
      connected: () => void Deferred.doneUnsafe(subscribed, Exit.void)
    })
    yield* Effect.timeoutOrElse(Deferred.await(subscribed), {
      duration: patience * commandTimeout,
      orElse: () => Effect.fail(failed(late))
    })
    // It never ends by itself: a lost connection is made again.
  }, Effect.as(Effect.never))
}

const make = Effect.flatMap(IoRedis, (io) =>
  Redis.make({
    send: <A = unknown>(command: string, ...args: ReadonlyArray<string>) =>
      Effect.mapError(io.use(command, (client) => run(client, command, args) as Promise<A>), failed),
    connect: connect(io),
    subscribe: subscribe(io)
  }))

/** `effect/persistence/Redis` from the cache's client; its commands are bounded by `commandTimeout`, reserved ones are not. */
export const layer: Layer.Layer<Redis.Redis, never, IoRedis> = Layer.effect(Redis.Redis, make)
