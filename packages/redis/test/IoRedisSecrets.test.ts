import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { spawnSync } from "node:child_process"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { inspect } from "node:util"
import { client, eventually, logged } from "./servers/client.ts"
import { directory, freePort } from "./servers/process.ts"
import { single } from "./servers/single.ts"

const canary = "canary-1234"
const username = "bob"

/** A server that knows one user besides the administrator, who may read and write keys that begin with `k`. */
const guarded = (password: string) =>
  single({ args: ["--user", username, "on", `>${password}`, "~k*", "+@all", "-flushall"] })

const urlOf = (port: number, password: string) => `redis://${username}:${password}@127.0.0.1:${port}`

/** An error in every way that it could be printed. */
const printed = (error: Error): string =>
  [error.message, error.stack, JSON.stringify(error), inspect(error, { depth: 10 })].join("\n")

describe("credentials", () => {
  it.live("of the URL and of the options let a user in", () =>
    Effect.gen(function*() {
      const server = yield* guarded(canary)
      const password = Redacted.make(canary)
      const clients = [
        yield* client({ url: Redacted.make(urlOf(server.port, canary)) }),
        yield* client({ url: server.url, username, password })
      ]
      for (const redis of clients) {
        assert.strictEqual(yield* redis.use("who", (each) => each.call("ACL", "WHOAMI")), username)
      }
    }))

  it.live("appear in no log line and no error, whatever fails", () =>
    Effect.gen(function*() {
      const { layer, lines } = logged()
      const server = yield* guarded("another")
      const port = yield* freePort
      const bystander = yield* guarded(canary)
      const refused = yield* Effect.provide(client({ url: urlOf(server.port, canary) }), layer)
      const dead = yield* Effect.provide(client({ url: urlOf(port, canary) }), layer)
      const limited = yield* Effect.provide(client({ url: urlOf(bystander.port, canary) }), layer)
      const errors = [
        yield* Effect.flip(refused.use("read", (each) => each.get("k"))),
        yield* Effect.flip(dead.use("read", (each) => each.get("k"))),
        yield* Effect.flip(limited.use("flush", (each) => each.flushall())),
        yield* Effect.flip(limited.use("write", (each) => each.set(`other-${canary}`, canary))),
        yield* Effect.flip(limited.use("unknown", (each) => each.call("FOO", canary))),
        yield* Effect.flip(limited.use("login", (each) => each.call("AUTH", username, `${canary}-wrong`))),
        yield* Effect.flip(
          limited.use("script", (each) => each.eval("return redis.error_reply(ARGV[1])", 0, `ERR '${canary}'`))
        )
      ]
      assert.deepStrictEqual(
        errors.map((error) => (error as unknown as { reason: { cause: { code: string } } }).reason.cause.code),
        ["DISCONNECTED", "DISCONNECTED", "NOPERM", "NOPERM", "ERR", "WRONGPASS", "ERR"]
      )
      assert.include(errors[0]?.message ?? "", "WRONGPASS")
      assert.include(errors[1]?.message ?? "", "ECONNREFUSED")
      const healths = [yield* refused.health, yield* dead.health]
      const everything = [...errors.map(printed), ...lines, JSON.stringify(healths)].join("\n")
      assert.isAbove(lines.length, 1)
      assert.notInclude(everything, canary)
    }))

  it.live("are tried again: a password that is changed on the server lets the client in later", () =>
    Effect.gen(function*() {
      const server = yield* guarded("another")
      const redis = yield* client({ url: urlOf(server.port, canary) })
      yield* Effect.flip(redis.use("read", (each) => each.get("k")))
      yield* server.call("ACL", "SETUSER", username, `>${canary}`)
      assert.strictEqual(yield* eventually(redis.use("write", (each) => each.set("k", "v"))), "OK")
    }))
})

/** A self-signed certificate for localhost in a directory of its own. */
const certificate = Effect.gen(function*() {
  const cwd = yield* directory
  const args = "req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 1 -subj /CN=localhost"
  const made = spawnSync("openssl", [...args.split(" "), "-addext", "subjectAltName=DNS:localhost"], { cwd })
  assert.strictEqual(made.status, 0, String(made.stderr))
  const cert = join(cwd, "cert.pem")
  return { cert, key: join(cwd, "key.pem"), ca: yield* Effect.promise(() => readFile(cert, "utf8")) }
})

describe("TLS", () => {
  it.live("speaks to a server whose certificate is trusted, and to no other", () =>
    Effect.gen(function*() {
      const { ca, cert, key } = yield* certificate
      const port = yield* freePort
      const tls = ["--port", "0", "--tls-port", String(port), "--tls-auth-clients", "no"]
      const files = ["--tls-cert-file", cert, "--tls-key-file", key, "--tls-ca-cert-file", cert]
      yield* single({ port, args: [...tls, ...files], access: { host: "localhost", tls: { ca } } })
      const url = `rediss://localhost:${port}`
      const trusting = yield* client({ url, tls: { ca } })
      assert.strictEqual(yield* trusting.use("write", (each) => each.set("k", "v")), "OK")
      const wary = yield* client({ url })
      const error = yield* Effect.flip(wary.use("read", (each) => each.get("k")))
      assert.match(error.message, /self[- ]signed/)
    }))
})
