import { assert, describe, it } from "@effect/vitest"
import * as EffectRedis from "@smart-cache/redis/EffectRedis"
import * as IoRedis from "@smart-cache/redis/IoRedis"
import { Effect, Fiber, Layer, Option, Queue, Schedule, Schema } from "effect"
import { CircuitBreaker, PersistedQueue, RateLimiter, Redis } from "effect/persistence"
import { cluster } from "./servers/cluster.ts"
import { single } from "./servers/single.ts"

const on = (url: string) => EffectRedis.layer.pipe(Layer.provideMerge(IoRedis.layer({ url })))

const limits = Effect.gen(function*() {
  const limiter = yield* RateLimiter.RateLimiter
  const consume = limiter.consume({ key: "user", limit: 3, window: "1 minute" })
  const remaining = yield* Effect.forEach([1, 2, 3], () => Effect.map(consume, (result) => result.remaining))
  const exceeded = yield* Effect.flip(consume)
  assert.deepStrictEqual(remaining, [2, 1, 0])
  assert.strictEqual(exceeded.reason._tag, "RateLimitExceeded")
})

const limiter = (prefix: string) => RateLimiter.layer.pipe(Layer.provide(RateLimiter.layerStoreRedis({ prefix })))

const add = Redis.script((key: string, other: string, n: number) => [key, other, n], {
  numberOfKeys: 2,
  lua: `redis.call("SET", KEYS[2], ARGV[1]); return redis.call("INCRBY", KEYS[1], ARGV[1])`
}).withReturnType<number>()

/** Waits for an element on a reserved connection, much longer than a command may take. */
const waitForElement = (redis: Redis.Redis["Service"]) =>
  Effect.scoped(Effect.gen(function*() {
    const connection = yield* redis.reserve
    const popped = yield* Effect.forkScoped(connection.send("BLPOP", "list", "5"))
    yield* Effect.sleep("600 millis")
    yield* redis.send("RPUSH", "list", "a")
    return yield* Fiber.join(popped)
  }))

describe("EffectRedis, one server", () => {
  it.live("Effect's rate limiter counts on it", () =>
    Effect.gen(function*() {
      const server = yield* single()
      yield* limits.pipe(Effect.provide(Layer.provide(limiter("limits:"), on(server.url))))
      assert.include(String(yield* server.call("KEYS", "*")), "limits:")
    }))

  it.live("Effect's queue hands out what was offered, once", () =>
    Effect.gen(function*() {
      const server = yield* single()
      const program = Effect.gen(function*() {
        const queue = yield* PersistedQueue.make({ name: "jobs", schema: Schema.Struct({ id: Schema.Int }) })
        for (const id of [1, 2, 3]) yield* queue.offer({ id })
        const taken = yield* Effect.forEach([1, 2, 3], () => queue.take(({ id }) => Effect.succeed(id)))
        assert.deepStrictEqual(taken.toSorted(), [1, 2, 3])
        const another = yield* queue.take(({ id }) => Effect.succeed(id)).pipe(Effect.timeoutOption("300 millis"))
        assert.strictEqual(another._tag, "None")
      })
      const queues = PersistedQueue.layer.pipe(
        Layer.provide(PersistedQueue.layerStoreRedis({ pollInterval: "50 millis" })),
        Layer.provide(on(server.url))
      )
      yield* Effect.provide(program, queues)
    }))

  it.live("Effect's circuit breaker opens for every process on the same Redis", () =>
    Effect.gen(function*() {
      const server = yield* single()
      const store = () => Layer.provide(CircuitBreaker.layerStoreRedis(), on(server.url))
      const breaker = CircuitBreaker.make({ tripPolicy: CircuitBreaker.consecutive(2), openDuration: "1 minute" })
      const fail = Effect.flatMap(breaker, (each) => Effect.exit(each.execute(Effect.fail("down"), { key: "api" })))
      yield* Effect.andThen(fail, fail).pipe(Effect.scoped, Effect.provide(store(), { local: true }))
      const other = Effect.flatMap(breaker, (each) => Effect.exit(each.execute(Effect.succeed("ran"), { key: "api" })))
      const exit = yield* other.pipe(Effect.scoped, Effect.provide(store(), { local: true }))
      assert.include(JSON.stringify(exit), "CircuitOpen")
    }))

  it.live("a script is loaded again after SCRIPT FLUSH", () =>
    Effect.gen(function*() {
      const server = yield* single()
      yield* Effect.gen(function*() {
        const redis = yield* Redis.Redis
        assert.strictEqual(yield* redis.eval(add)("n", "last", 2), 2)
        yield* server.call("SCRIPT", "FLUSH")
        assert.strictEqual(yield* redis.eval(add)("n", "last", 3), 5)
      }).pipe(Effect.provide(on(server.url)))
    }))

  it.live("a reserved connection waits longer than a command may, and holds nobody up", () =>
    Effect.gen(function*() {
      const server = yield* single()
      yield* Effect.gen(function*() {
        const redis = yield* Redis.Redis
        assert.deepStrictEqual(yield* waitForElement(redis), ["list", "a"])
      }).pipe(Effect.provide(on(server.url)))
    }))

  it.live("a subscription hears what is published, and again after its connection was killed", () =>
    Effect.gen(function*() {
      const server = yield* single()
      yield* Effect.gen(function*() {
        const redis = yield* Redis.Redis
        const messages = yield* redis.subscribe("news")
        const heard = (text: string) => {
          const publishing = Effect.repeat(redis.send("PUBLISH", "news", text), Schedule.spaced("50 millis"))
          const taking = Effect.repeat(Queue.take(messages), { until: ({ message }) => message === text })
          return Effect.raceFirst(publishing, taking).pipe(
            Effect.timeoutOption("10 seconds"),
            Effect.map(Option.isSome)
          )
        }
        assert.isTrue(yield* heard("before"))
        yield* server.call("CLIENT", "KILL", "TYPE", "pubsub")
        assert.isTrue(yield* heard("after"))
      }).pipe(Effect.provide(on(server.url)))
    }))

  it.live("without a server everything fails typed, within bounds", () =>
    Effect.gen(function*() {
      const server = yield* single()
      yield* Effect.gen(function*() {
        const redis = yield* Redis.Redis
        yield* server.stop
        const failures = [
          yield* Effect.flip(redis.send("GET", "k")),
          yield* Effect.flip(Effect.scoped(redis.reserve)),
          yield* Effect.flip(Effect.scoped(Effect.flatMap(redis.subscribe("news"), Queue.take))),
          yield* Effect.flip(redis.eval(add)("n", "last", 2))
        ]
        assert.deepStrictEqual(failures.map(({ _tag }) => _tag), Array.from(failures, () => "RedisError" as const))
      }).pipe(Effect.provide(on(server.url)))
    }))
})

describe("EffectRedis, a Cluster", () => {
  it.live("scripts run on every master, blocking commands on their own connections", () =>
    Effect.gen(function*() {
      const servers = yield* cluster()
      const redisLayer = on(servers.url)
      yield* limits.pipe(Effect.provide(Layer.provide(limiter("{limits}:"), redisLayer)))
      yield* Effect.gen(function*() {
        const redis = yield* Redis.Redis
        const keys = Array.from({ length: 30 }, (_, index) => `{${index}}`)
        const sums = yield* Effect.forEach(keys, (key) => redis.eval(add)(`${key}:n`, `${key}:last`, 7))
        assert.deepStrictEqual(sums, keys.map(() => 7))
        const crossing = yield* Effect.flip(redis.eval(add)("{a}", "{b}", 7))
        assert.include(String(crossing.cause), "CROSSSLOT")
        assert.deepStrictEqual(yield* waitForElement(redis), ["list", "a"])
      }).pipe(Effect.provide(redisLayer))
    }))
})
