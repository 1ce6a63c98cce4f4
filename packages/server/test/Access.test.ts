/** Who may ask, under which name, and from where. */
import { assert, describe, it } from "@effect/vitest"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { connect } from "node:net"
import * as Gate from "../src/internal/gate.ts"
import * as Hosts from "../src/internal/hosts.ts"
import * as Token from "../src/internal/token.ts"
import * as Server from "../src/Server.ts"
import { app, cache, calculator, fixtures, port, token } from "./support/app.ts"
import { json, type Request, send } from "./support/http.ts"

const bearer = { authorization: `Bearer ${token}` }
const rain = { event: "weather_rain", match_key: "ars-che" }
const statusOf = (at: number, request: Request) => Effect.map(send(at, request), ({ status }) => status)

const reads = [
  "/api/v1/brain/metrics/cache",
  "/api/v1/brain/metrics/catalogue",
  "/api/v1/metrics/stream",
  "/api/v1/cache/metrics",
  "/api/v1/explain?key=k",
  "/api/v1/decisions",
  "/api/v1/fixtures",
  "/api/v1/graph",
  "/api/v1/vix"
]

describe("a token", () => {
  const expected = Redacted.make("secret")

  it("matches itself and nothing else, whatever its length", () => {
    assert.isTrue(Token.matches("secret", expected))
    for (const other of ["", "s", "secreT", "secret ", "secretsecret", "sécret"]) {
      assert.isFalse(Token.matches(other, expected), other)
    }
  })

  it("is what follows the word Bearer", () => {
    assert.strictEqual(Token.bearer("Bearer abc"), "abc")
    assert.strictEqual(Token.bearer("bearer   abc"), "abc")
    assert.strictEqual(Token.bearer(`Bearer ${token}`), token)
    for (const none of [undefined, "", "abc", "Basic abc", "Bearer", "Bearer "]) {
      assert.strictEqual(Token.bearer(none), "")
    }
  })
})

describe("a host", () => {
  it("is read without its port, and only if it is one", () => {
    assert.strictEqual(Hosts.nameOf("LocalHost:4499"), "localhost")
    assert.strictEqual(Hosts.nameOf("[::1]:80"), "[::1]")
    for (const none of [undefined, "", ":80", "a b", "a@localhost", "localhost:x", "localhost/..", "[::1", "a,b:c"]) {
      assert.isUndefined(Hosts.nameOf(none), none)
    }
  })

  it("may be allowed with a port, and as an address; what no request can name is none", () => {
    assert.strictEqual(Hosts.allowedName("Cache.Example:4499"), "cache.example")
    assert.strictEqual(Hosts.allowedName("2001:DB8::1"), "[2001:db8::1]")
    assert.strictEqual(Hosts.allowedName("192.168.1.5"), "192.168.1.5")
    for (const none of ["https://cache.example", "cache.example/", "a b", ""]) {
      assert.isUndefined(Hosts.allowedName(none), none)
    }
  })

  it("is this machine by its loopback names alone", () => {
    for (const name of ["localhost", "127.0.0.1", "127.8.8.8", "::1", "[::1]"]) {
      assert.isTrue(Hosts.isLoopback(name), name)
    }
    for (const name of ["0.0.0.0", "::", "10.0.0.1", "127.0.0.1.nip.io", "localhost.evil.example", "127.1"]) {
      assert.isFalse(Hosts.isLoopback(name), name)
    }
  })

  it("is answered for when it is this machine, the bound name, or allowed", () => {
    const admits = Hosts.admits("10.1.2.3", ["Cache.Example:4499", "::2"])
    for (const name of ["localhost:1", "10.1.2.3", "cache.example:4499", "cache.example", "[::2]:1"]) {
      assert.isTrue(admits(name), name)
    }
    for (const name of [undefined, "0.0.0.0", "10.1.2.4", "other.example"]) assert.isFalse(admits(name), name)
    assert.isFalse(Hosts.admits("0.0.0.0", [])("0.0.0.0"))
  })
})

describe("without a token", () => {
  it.live("nobody may change anything; reading is open", () =>
    Effect.gen(function*() {
      const at = yield* port
      const reply = yield* send(at, { path: "/api/v1/events", ...json(rain, { authorization: "Bearer undefined" }) })
      assert.strictEqual(reply.status, 403)
      assert.include(reply.body, "SMART_CACHE_TOKEN")
      assert.strictEqual(yield* statusOf(at, { path: "/api/v1/graph" }), 200)
    }).pipe(Effect.provide(app({ token: undefined }))))

  it.effect("binding beyond this machine is refused, and says what to do", () =>
    Effect.gen(function*() {
      for (const host of ["0.0.0.0", "::", "10.0.0.1", "cache.example"]) {
        const error = yield* Effect.flip(Layer.build(app({ host, token: undefined })))
        assert.strictEqual(error.reason._tag, "Unprotected")
        assert.include(error.message, "SMART_CACHE_TOKEN")
        assert.include(error.message, host)
      }
    }).pipe(Effect.scoped))

  it("an empty one is refused", () => {
    assert.throws(() => Server.layer({ token: Redacted.make("") }), RangeError, "token must not be empty")
  })

  it("an allowed host that is none is refused", () => {
    assert.throws(() => Server.layer({ allowedHosts: ["https://a.example"] }), RangeError, "got \"https://a.example\"")
  })
})

describe("bound beyond this machine", () => {
  it.live("all but health, the dashboard's files and the description of the API need the token", () =>
    Effect.gen(function*() {
      const at = yield* port
      for (const path of reads) {
        assert.deepStrictEqual([path, yield* statusOf(at, { path, method: "HEAD" })], [path, 401])
        assert.deepStrictEqual([path, yield* statusOf(at, { path, method: "HEAD", headers: bearer })], [path, 200])
      }
      const calculate = { path: "/api/v1/brain/calculate", ...json({ home_team: "Arsenal", away_team: "Chelsea" }) }
      assert.strictEqual(yield* statusOf(at, calculate), 401)
      assert.strictEqual(yield* statusOf(at, { path: "/nowhere" }), 401)
      assert.strictEqual(yield* statusOf(at, { path: "/nowhere", headers: bearer }), 404)
      assert.strictEqual(yield* statusOf(at, { path: "/health" }), 200)
      for (const path of ["/docs", "/openapi.json"]) assert.strictEqual(yield* statusOf(at, { path }), 200, path)
      for (const path of ["/", "/index.html"]) assert.notStrictEqual(yield* statusOf(at, { path }), 401, path)
      assert.strictEqual(yield* statusOf(at, { path: "/assets/none.js" }), 404)
    }).pipe(Effect.provide(app({ host: "0.0.0.0" }))))

  it.live("a name must be allowed", () =>
    Effect.gen(function*() {
      const at = yield* port
      const asked = (host: string) => statusOf(at, { path: "/health", headers: { host } })
      assert.strictEqual(yield* asked("cache.example:1234"), 200)
      assert.strictEqual(yield* asked("other.example"), 421)
    }).pipe(Effect.provide(app({ host: "0.0.0.0", allowedHosts: ["cache.example"] }))))
})

it.live("a request that names no host at all is refused", () =>
  Effect.gen(function*() {
    const at = yield* port
    const reply = yield* Effect.callback<string>((resume) => {
      const socket = connect(at, "127.0.0.1", () => socket.write("GET /health HTTP/1.0\r\n\r\n"))
      let read = ""
      socket.on("data", (chunk) => read += String(chunk))
      socket.on("close", () => resume(Effect.succeed(read)))
    }).pipe(Effect.timeout("10 seconds"))
    assert.match(reply, /^HTTP\/1\.[01] 421 /)
  }).pipe(Effect.provide(app())))

const start = (env: Record<string, string>) =>
  Server.layerConfig.pipe(
    Layer.provideMerge(Layer.mergeAll(fixtures, calculator)),
    Layer.provideMerge(cache),
    Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env }))),
    Layer.build,
    Effect.scoped
  )

describe("the environment", () => {
  it.live("names host, port, token and allowed names", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(start({ HOST: "0.0.0.0", PORT: "0", SMART_CACHE_TOKEN: "" }))
      assert.include(error.message, "0.0.0.0")
      yield* start({
        HOST: "0.0.0.0",
        PORT: "0",
        SMART_CACHE_TOKEN: token,
        SMART_CACHE_ALLOWED_HOSTS: "a.example, b.example:4499,"
      })
    }))

  it.effect.each(
    [
      [{ PORT: "http" }, "a port from 0 to 65535, got \"http\"", "PORT"],
      [{ PORT: "65536" }, "a port from 0 to 65535, got \"65536\"", "PORT"],
      [{ SMART_CACHE_ALLOWED_HOSTS: "a,https://b" }, "commas between, got \"a,https://b\"", "SMART_CACHE_ALLOWED_HOSTS"]
    ] as const
  )("%o is refused, by its name and with what it holds", ([env, expected, name]) =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(start(env))
      assert.instanceOf(error, Config.ConfigError)
      assert.include(error.message, expected)
      assert.include(error.message, name)
    }))
})

it("a gate never tells its token", () => {
  const gate = Gate.make({ host: "127.0.0.1", token: Redacted.make(token), allowedHosts: [] })
  assert.notInclude(JSON.stringify([gate.writer("x"), gate.reader("evil", undefined)]), token)
})
