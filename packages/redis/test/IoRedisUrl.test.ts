import { assert, describe, it } from "@effect/vitest"
import * as IoRedis from "@smart-cache/redis/IoRedis"
import { ConfigProvider, Effect, Redacted } from "effect"
import * as RedisOptions from "../src/internal/redisOptions.ts"
import * as RedisUrl from "../src/internal/redisUrl.ts"

const canary = "canary-1234"

/** An address with its password in the open. */
const parse = (url: string) => {
  const { credentials, ...rest } = RedisUrl.parse(url)
  const open = credentials && { username: credentials.username, password: Redacted.value(credentials.password) }
  return { ...rest, credentials: open }
}

const server = (host: string, port: number, db = 0) => ({ _tag: "Single" as const, endpoint: { host, port }, db })
const bob = { username: "bob", password: "p@ss/:?#w" }

const good: ReadonlyArray<readonly [url: string, address: ReturnType<typeof parse>]> = [
  ["redis://h", { target: server("h", 6379), transport: "plain", credentials: undefined }],
  ["redis://h:7/", { target: server("h", 7), transport: "plain", credentials: undefined }],
  ["rediss://h:7/3", { target: server("h", 7, 3), transport: "tls", credentials: undefined }],
  ["redis://[::1]:7/3", { target: server("::1", 7, 3), transport: "plain", credentials: undefined }],
  ["redis://:pw@h", {
    target: server("h", 6379),
    transport: "plain",
    credentials: { username: undefined, password: "pw" }
  }],
  ["redis://bob:p%40ss%2F%3A%3F%23w@h", { target: server("h", 6379), transport: "plain", credentials: bob }],
  ["redis+sentinel://bob:p%40ss%2F%3A%3F%23w@a:1,b/my-master/2", {
    target: {
      _tag: "Sentinel",
      sentinels: [{ host: "a", port: 1 }, { host: "b", port: 26_379 }],
      name: "my-master",
      db: 2
    },
    transport: "plain",
    credentials: bob
  }],
  ["rediss+sentinel://a/m", {
    target: { _tag: "Sentinel", sentinels: [{ host: "a", port: 26_379 }], name: "m", db: 0 },
    transport: "tls",
    credentials: undefined
  }],
  ["redis+cluster://a:7000,b:7001,c/0", {
    target: {
      _tag: "Cluster",
      nodes: [{ host: "a", port: 7000 }, { host: "b", port: 7001 }, { host: "c", port: 6379 }]
    },
    transport: "plain",
    credentials: undefined
  }],
  ["rediss+cluster://:pw@a", {
    target: { _tag: "Cluster", nodes: [{ host: "a", port: 6379 }] },
    transport: "tls",
    credentials: { username: undefined, password: "pw" }
  }],
  ["unix:///run/redis.sock", {
    target: { _tag: "Socket", path: "/run/redis.sock" },
    transport: "plain",
    credentials: undefined
  }]
]

/** Wrong URLs with the canary at the place of a password, or where it ends up by mistake; and what the message names. */
const bad: ReadonlyArray<readonly [url: string, names: string]> = [
  ["", "the URL"],
  [canary, "the URL"],
  [`http://bob:${canary}@h`, "the URL"],
  [`redis:/bob:${canary}@h`, "the URL"],
  [`redis://bob:${canary}`, "a port"],
  [`redis://bob:${canary}@`, "a host"],
  [`redis://${canary}@h`, "before @"],
  [`redis://bob:@h`, "before @"],
  [`redis://bob:${canary}/x@h`, "percent-encoded"],
  [`redis://bob:${canary}?x@h`, "percent-encoded"],
  [`redis://bob:%zz${canary}@h`, "the password"],
  [`redis://bob:${canary}@h:0`, "a port"],
  [`redis://bob:${canary}@h:65536`, "a port"],
  [`redis://bob:${canary}@h:6379x`, "a port"],
  [`redis://bob:${canary}@h/-1`, "the database"],
  [`redis://bob:${canary}@h/1.5`, "the database"],
  [`redis://bob:pw@h/${canary}`, "the database"],
  [`redis://bob:${canary}@h/0/1`, "the path"],
  [`redis://bob:${canary}@h?db=1`, "a query"],
  [`redis://bob:${canary}@a,b`, "the host"],
  [`redis://bob:${canary}@::1:6379`, "a host"],
  [`redis+sentinel://bob:${canary}@h`, "Sentinel"],
  [`redis+sentinel://bob:${canary}@h/`, "Sentinel"],
  [`redis+sentinel://bob:${canary}@h/m/x`, "the database"],
  [`redis+sentinel://bob:${canary}@h/m/0/1`, "Sentinel"],
  [`redis+sentinel://bob:${canary}@a,,b/m`, "a host"],
  [`redis+cluster://bob:${canary}@h/1`, "Cluster"],
  [`redis+cluster://bob:${canary}@`, "a host"],
  [`unix://bob:${canary}@`, "the path"],
  [`unix://run/${canary}`, "the path"]
]

const refusal = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    assert.instanceOf(error, RangeError)
    return error.message
  }
  return assert.fail("it was accepted")
}

describe("the URL", () => {
  for (const [url, address] of good) {
    it(`takes ${url}`, () => assert.deepStrictEqual(parse(url), address))
  }
  for (const [url, names] of bad) {
    it(`refuses ${url} without quoting it`, () => {
      const message = refusal(() => IoRedis.layer({ url }))
      assert.match(message, /^url: .* must be .*, got /s)
      assert.include(message, names)
      assert.notInclude(message, canary)
    })
  }
})

const url = "redis://h"
const password = Redacted.make(canary)

const wrong: ReadonlyArray<readonly [options: IoRedis.Options, names: string]> = [
  [{ url, commandTimeout: 0 }, "commandTimeout"],
  [{ url, commandTimeout: Number.NaN }, "commandTimeout"],
  [{ url, connectTimeout: "1 hour" }, "connectTimeout"],
  [{ url, socketTimeout: Infinity }, "socketTimeout"],
  [{ url, username: "bob" }, "password"],
  [{ url: `redis://:${canary}@h`, password }, "both"],
  [{ url, sentinelPassword: password }, "sentinelPassword"],
  [{ url: "redis+sentinel://h/m", sentinelUsername: canary }, "sentinelPassword"],
  [{ url, tls: {} }, "tls"]
]

describe("the options", () => {
  for (const [options, names] of wrong) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      const message = refusal(() => IoRedis.layer(options))
      assert.include(message, names)
      assert.notInclude(message, canary)
    })
  }

  it("defaults to what a cache can bear", () => {
    const { commandTimeout, connectTimeout, socketTimeout } = RedisOptions.make({ url, commandTimeout: "100 millis" })
    assert.deepStrictEqual([commandTimeout, connectTimeout, socketTimeout], [100, 1000, 400])
  })

  it("waits longer and longer, never over two seconds, never twice the same", () => {
    const delays = Array.from({ length: 50 }, (_, index) => RedisOptions.backoff(index + 1, 0))
    assert.deepStrictEqual(delays.slice(0, 7), [50, 100, 200, 400, 800, 1600, 2000])
    assert.strictEqual(Math.max(...delays), 2000)
    assert.strictEqual(RedisOptions.backoff(50, 0.5), 1500)
  })
})

const fromEnvironment = (env: Record<string, string>) =>
  Effect.flip(Effect.scoped(Effect.provide(IoRedis.IoRedis, IoRedis.layerConfig))).pipe(
    Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env }))
  )

describe("the environment", () => {
  const variables: ReadonlyArray<readonly [env: Record<string, string>, names: string]> = [
    [{}, "REDIS_URL"],
    [{ REDIS_URL: `redis://${canary}@h` }, "REDIS_URL"],
    [{ REDIS_URL: url, REDIS_COMMAND_TIMEOUT: "soon" }, "REDIS_COMMAND_TIMEOUT"],
    [{ REDIS_URL: url, REDIS_CONNECT_TIMEOUT: "0" }, "REDIS_CONNECT_TIMEOUT"],
    [{ REDIS_URL: url, REDIS_SOCKET_TIMEOUT: "2 hours" }, "REDIS_SOCKET_TIMEOUT"],
    [{ REDIS_URL: url, REDIS_USERNAME: canary }, "REDIS_PASSWORD"],
    [{ REDIS_URL: url, REDIS_SENTINEL_PASSWORD: canary }, "REDIS_SENTINEL_PASSWORD"]
  ]
  for (const [env, names] of variables) {
    it.effect(`names the variable of ${JSON.stringify(env)}`, () =>
      Effect.gen(function*() {
        const error = yield* fromEnvironment(env)
        assert.strictEqual(error._tag, "ConfigError")
        assert.include(error.message, names)
        assert.notInclude(`${error.message} ${JSON.stringify(error)}`, canary)
      }))
  }

  it.live("gives the client its settings", () =>
    Effect.gen(function*() {
      const { client, commandTimeout } = yield* IoRedis.IoRedis
      assert.strictEqual(commandTimeout, 120)
      assert.include(client.options, { username: "bob", password: canary, connectTimeout: 300, socketTimeout: 480 })
    }).pipe(
      Effect.provide(IoRedis.layerConfig),
      Effect.provideService(
        ConfigProvider.ConfigProvider,
        ConfigProvider.fromEnv({
          env: {
            REDIS_URL: "redis://127.0.0.1:1",
            REDIS_USERNAME: "bob",
            REDIS_PASSWORD: canary,
            REDIS_COMMAND_TIMEOUT: "120",
            REDIS_CONNECT_TIMEOUT: "300 millis"
          }
        })
      )
    ))
})
