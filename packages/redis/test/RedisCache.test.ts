import { assert, describe, it } from "@effect/vitest"
import * as CacheDefinition from "@smart-cache/core/CacheDefinition"
import * as Invalidation from "@smart-cache/core/Invalidation"
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as RedisCache from "@smart-cache/redis/RedisCache"
import { ConfigProvider, Effect, Exit, Fiber, Layer, Redacted, Schema, Scope } from "effect"
import * as Keys from "../src/internal/keys.ts"
import { eventually, logged } from "./servers/client.ts"
import { single } from "./servers/single.ts"
import { open } from "./stampede/caches.ts"
import { freshNamespace, shared } from "./support/shared.ts"

const server = shared(single())

const canary = "hunter2-canary"
const url = "redis://127.0.0.1:1"

/** What is stored under a key, `null` when nothing is. */
const stored = (namespace: string, key: string) =>
  Effect.map(server().call("GET", Keys.make(namespace).value(key)), (text) => text as string | null)

const never = Effect.die(new Error("computed"))

/** Two processes on one namespace. */
const pair = Effect.fnUntraced(function*() {
  const namespace = freshNamespace()
  const one = open({ url: server().url, store: { namespace } })
  return { a: yield* one, b: yield* one, namespace }
})

const configured = (env: Record<string, string>) =>
  RedisCache.layerConfig().pipe(
    Layer.provide(Layer.succeed(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env })))
  )

describe("the environment", () => {
  it.live("sets where Redis is, how long values live and how they lie there", () =>
    Effect.gen(function*() {
      const namespace = freshNamespace()
      const env = {
        REDIS_URL: server().url,
        REDIS_COMMAND_TIMEOUT: "5 seconds",
        SMART_CACHE_NAMESPACE: namespace,
        SMART_CACHE_STALENESS: "1 second",
        SMART_CACHE_COMPRESS_FROM: "100",
        SMART_CACHE_MAX_VALUE_BYTES: "2000",
        SMART_CACHE_SECRET: canary,
        SMART_CACHE_TTL: "5 minutes"
      }
      yield* Effect.gen(function*() {
        const cache = yield* SmartCache.SmartCache
        const { metadata } = yield* cache.get("small", Effect.succeed("a".repeat(1000)))
        assert.strictEqual(metadata.ttl, 300_000)
        assert.match(String(yield* stored(namespace, "small")), /^1E\d{16}b#/)
        assert.strictEqual(yield* cache.set("large", "a".repeat(2000)), "too_large")
        assert.isNull(yield* stored(namespace, "large"))
      }).pipe(Effect.provide(configured(env)))
      // Without the secret nobody reads it; with it, everybody does.
      const stranger = yield* open({ url: server().url, store: { namespace, secret: Redacted.make("another") } })
      assert.strictEqual((yield* stranger.cache.get("small", Effect.succeed("mine"))).value, "mine")
      assert.isAbove(stranger.metric("payloads_refused"), 0)
    }))

  const wrong: ReadonlyArray<readonly [env: Record<string, string>, names: string]> = [
    [{}, "REDIS_URL"],
    [{ REDIS_URL: `http://u:${canary}@h` }, "REDIS_URL"],
    [{ REDIS_URL: url, REDIS_COMMAND_TIMEOUT: "soon" }, "REDIS_COMMAND_TIMEOUT"],
    [{ REDIS_URL: url, SMART_CACHE_NAMESPACE: "a b" }, "SMART_CACHE_NAMESPACE"],
    [{ REDIS_URL: url, SMART_CACHE_STALENESS: "2 hours" }, "SMART_CACHE_STALENESS"],
    [{ REDIS_URL: url, SMART_CACHE_STALENESS: "soon" }, "SMART_CACHE_STALENESS"],
    [{ REDIS_URL: url, SMART_CACHE_COMPRESS_FROM: "0" }, "SMART_CACHE_COMPRESS_FROM"],
    [{ REDIS_URL: url, SMART_CACHE_MAX_VALUE_BYTES: "much" }, "SMART_CACHE_MAX_VALUE_BYTES"],
    [{ REDIS_URL: url, SMART_CACHE_TTL: "-1" }, "SMART_CACHE_TTL"],
    [{ REDIS_URL: url, SMART_CACHE_LEASE_TTL: "1" }, "SMART_CACHE_LEASE_TTL"]
  ]
  for (const [env, names] of wrong) {
    it.live(`names the variable of ${JSON.stringify(env)}`, () =>
      Effect.gen(function*() {
        const secret = { SMART_CACHE_SECRET: canary, ...env }
        const error = yield* Effect.flip(Effect.scoped(Layer.build(configured(secret))))
        assert.strictEqual(error._tag, "ConfigError")
        assert.include(error.message, names)
        assert.notInclude(`${error.message} ${JSON.stringify(error)}`, canary)
      }))
  }
})

describe("options", () => {
  const secret = Redacted.make(canary)
  const wrong: ReadonlyArray<readonly [options: Partial<RedisCache.Options>, words: ReadonlyArray<string>]> = [
    [{ redis: { url: `http://u:${canary}@h` } }, ["url"]],
    [{ redis: { url: `redis://u:${canary}@h:x` } }, ["url"]],
    [{ redis: { url, password: secret, commandTimeout: "0 millis" } }, ["commandTimeout", "got"]],
    [{ store: { secret, namespace: "a b" } }, ["namespace", "got \"a b\""]],
    [{ store: { secret, staleness: "1 day" } }, ["staleness", "got"]],
    [{ store: { secret, compressFrom: 0 } }, ["compressFrom", "got 0"]],
    [{ store: { secret, maxValueBytes: Number.NaN } }, ["maxValueBytes", "got NaN"]],
    [{ store: { secret: Redacted.make("") } }, ["secret"]],
    [{ config: { ttl: -1 } }, ["ttl", "got -1"]],
    [{ config: { softTimeout: 2000, hardTimeout: 1000 } }, ["softTimeout", "hardTimeout", "got 2000 and 1000"]]
  ]
  for (const [options, words] of wrong) {
    it(`that are wrong throw at once and are named: ${words.join(", ")}`, () => {
      const thrown = (() => {
        try {
          return RedisCache.layer({ redis: { url }, ...options })
        } catch (error) {
          return error
        }
      })()
      assert.instanceOf(thrown, RangeError)
      const { message } = thrown as RangeError
      for (const word of words) assert.include(message, word)
      assert.notInclude(message, canary)
    })
  }
})

const Team = Schema.Struct({ name: Schema.String, founded: Schema.Date })
type Team = typeof Team.Type

const founded = new Date("1886-12-01T12:34:56.789Z")
const league = new Map<string, Team>([["{a}:b", { name: "Ärsenal \ud83d\ude00", founded }]])

class Leagues extends CacheDefinition.Service<Leagues>()("test/Leagues", {
  key: (id: string) => `league:${id}`,
  value: Schema.Struct({
    teams: Schema.ReadonlyMap(Schema.String, Team),
    turnover: Schema.BigInt,
    rate: Schema.Finite,
    nothing: Schema.Undefined
  }),
  compute: () => Effect.succeed({ teams: league, turnover: 2n ** 80n, rate: 5e-324, nothing: undefined })
}) {}

describe("values", () => {
  it.live("of a Schema read elsewhere as they were written: dates, maps, bigints", () =>
    Effect.gen(function*() {
      const { a, b } = yield* pair()
      const read = (from: typeof a) =>
        Effect.flatMap(Leagues, (leagues) => leagues.get("epl", undefined)).pipe(
          Effect.provide(Layer.fresh(Leagues.layer)),
          Effect.provideService(SmartCache.SmartCache, from.cache)
        )
      const written = yield* read(a)
      const found = yield* read(b)
      assert.deepStrictEqual([written.metadata.source, found.metadata.source], ["compute", "redis"])
      assert.deepStrictEqual(found.value, written.value)
      assert.instanceOf(found.value.teams, Map)
      assert.deepStrictEqual(found.value.teams.get("{a}:b")?.founded, founded)
      assert.strictEqual(found.value.turnover, 2n ** 80n)
    }))

  it.live("that JSON would change are served but not shared, and that is said once, with what to do", () =>
    Effect.gen(function*() {
      const { layer, lines } = logged()
      const { a, b, namespace } = yield* Effect.provide(pair(), layer)
      const value = { at: founded, words: canary }
      const served = yield* Effect.provide(a.cache.get("k", Effect.succeed(value)), layer)
      yield* Effect.provide(a.cache.get("other", Effect.succeed(value)), layer)
      assert.strictEqual(served.value, value)
      assert.isNull(yield* stored(namespace, "k"))
      const again = yield* a.cache.get("k", Effect.die(new Error("computed")))
      assert.deepStrictEqual([again.value, again.metadata.source], [value, "memory"])
      assert.strictEqual((yield* b.cache.get("k", Effect.succeed("own"))).value, "own")
      const said = lines.filter((line) => line.includes("cannot be shared"))
      assert.lengthOf(said, 1)
      assert.include(said[0], "a Date at value.at")
      assert.include(said[0], "Schema")
      assert.notInclude(said[0], canary)
      const error = yield* Effect.flip(a.cache.set("k", value))
      assert.strictEqual(error.reason._tag, "StoreFailed")
      assert.include(error.message, "a Date at value.at")
      assert.notInclude(error.message, canary)
    }))
})

describe("two namespaces on one server", () => {
  it.live("see nothing of each other: neither values nor invalidations", () =>
    Effect.gen(function*() {
      const [{ a }, { a: other }] = [yield* pair(), yield* pair()]
      yield* a.cache.set("k", 1, { tags: ["t"] })
      assert.strictEqual((yield* other.cache.get("k", Effect.succeed(2), { tags: ["t"] })).value, 2)
      for (const drop of [Invalidation.key("k"), Invalidation.tags("t"), Invalidation.prefix(""), Invalidation.all]) {
        yield* other.cache.invalidate(drop)
      }
      yield* Effect.sleep(100)
      assert.strictEqual((yield* a.cache.get("k", never, { tags: ["t"] })).value, 1)
    }))
})

describe("a cache whose scope closes", () => {
  it.live("gives its leases back and leaves no connection", () =>
    Effect.gen(function*() {
      const own = yield* single()
      const namespace = freshNamespace()
      const scope = yield* Scope.make()
      const { cache } = yield* Scope.provide(open({ url: own.url, store: { namespace } }), scope)
      const reading = yield* Effect.forkChild(Effect.exit(cache.get("k", Effect.never)))
      const lease = own.call("EXISTS", Keys.make(namespace).lease("k"))
      yield* eventually(Effect.filterOrFail(lease, (exists) => exists === 1, () => "no lease" as const))
      const clients = Effect.map(own.call("CLIENT", "LIST"), (list) => String(list).trim().split("\n").length)
      // Commands, news, odds, and whoever asks.
      yield* eventually(Effect.filterOrFail(clients, (count) => count >= 4, (count) => count))
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual(yield* lease, 0)
      assert.strictEqual(yield* clients, 1)
      const exit = yield* Fiber.join(reading)
      assert.include(JSON.stringify(exit), "Closed")
    }))
})
