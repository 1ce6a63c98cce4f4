import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Fiber, Scope } from "effect"
import { client, eventually, logged, until } from "./servers/client.ts"
import { directory, freePort } from "./servers/process.ts"
import { proxy } from "./servers/proxy.ts"
import { single } from "./servers/single.ts"

/** The code word of the fault behind a failed store step. */
const codeOf = (error: unknown): unknown => (error as { reason: { cause: { code: unknown } } }).reason.cause.code

/** Unhandled rejections while the effect runs. */
const unhandled = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const seen: Array<unknown> = []
    const note = (reason: unknown) => void seen.push(reason)
    process.on("unhandledRejection", note)
    yield* Effect.ensuring(effect, Effect.sync(() => process.off("unhandledRejection", note)))
    return seen
  })

describe("IoRedis, one server", () => {
  it.live("builds while nobody listens, fails at once, and connects when the server appears", () =>
    Effect.gen(function*() {
      const { layer, lines } = logged()
      const port = yield* freePort
      const redis = yield* Effect.provide(client({ url: `redis://127.0.0.1:${port}` }), layer)
      const [took, error] = yield* Effect.timed(Effect.flip(redis.use("read", (each) => each.get("k"))))
      assert.strictEqual(codeOf(error), "DISCONNECTED")
      assert.include(error.message, "read")
      assert.isBelow(Duration.toMillis(took), 200)
      assert.strictEqual((yield* redis.health).status, "down")
      const server = yield* single({ port })
      assert.strictEqual(yield* eventually(redis.use("write", (each) => each.set("k", "v"))), "OK")
      yield* until(() => lines.length >= 2)
      yield* server.stop
      yield* until(() => lines.length >= 3)
      yield* Effect.sleep("1 second")
      assert.deepStrictEqual(
        lines.map((line) => /cannot be reached|connected again|connection lost/.exec(line)?.[0]),
        ["cannot be reached", "connected again", "connection lost"]
      )
    }))

  it.live("gives up a hung server's commands in time, then its connection, and recovers", () =>
    Effect.gen(function*() {
      const server = yield* single()
      const redis = yield* client({ url: server.url })
      yield* redis.use("write", (each) => each.set("k", "v"))
      yield* server.pause
      const read = redis.use("read", (each) => each.get("k"))
      const [took, error] = yield* Effect.timed(Effect.flip(read))
      assert.strictEqual(codeOf(error), "TIMEOUT")
      assert.isBelow(Duration.toMillis(took), 1000)
      // The socket is given up: from then on a command fails without a wait.
      yield* eventually(Effect.filterOrFail(Effect.flip(read), (each) => codeOf(each) === "DISCONNECTED"))
      yield* server.resume
      assert.strictEqual(yield* eventually(read), "v")
    }))

  it.live("bounds several commands in a row by one timeout", () =>
    Effect.gen(function*() {
      const server = yield* single()
      const before = yield* proxy(server)
      const redis = yield* client({ url: before.url })
      yield* before.set({ _tag: "Delay", millis: 180 })
      const twice = redis.use("twice", async (each) => [await each.get("a"), await each.get("b")])
      assert.strictEqual(codeOf(yield* Effect.flip(twice)), "TIMEOUT")
    }))

  it.live("fails each of a thousand commands in flight when the server is killed, and none unhandled", () =>
    Effect.gen(function*() {
      const server = yield* single()
      const redis = yield* client({ url: server.url, commandTimeout: "5 seconds" })
      const seen = yield* unhandled(Effect.gen(function*() {
        yield* server.pause
        const gets = Effect.forEach(
          Array.from({ length: 1000 }, (_, index) => index),
          (index) => Effect.flip(redis.use("read", (each) => each.get(`k${index}`))),
          { concurrency: "unbounded" }
        )
        const failing = yield* Effect.forkScoped(gets)
        yield* Effect.sleep("200 millis")
        yield* server.stop
        const errors = yield* Fiber.join(failing)
        assert.strictEqual(errors.length, 1000)
        assert.isTrue(errors.every(({ reason }) => reason._tag === "StoreFailed"))
        yield* server.restart
        yield* eventually(redis.use("read", (each) => each.get("k")))
      }))
      assert.deepStrictEqual(seen, [])
    }))

  it.live("runs a command once, also when its answer is lost", () =>
    Effect.gen(function*() {
      const server = yield* single()
      const before = yield* proxy(server)
      const redis = yield* client({ url: before.url })
      yield* before.set({ _tag: "CutReply", match: "incr", times: 1 })
      const error = yield* Effect.flip(redis.use("count", (each) => each.incr("n")))
      assert.strictEqual(codeOf(error), "DISCONNECTED")
      assert.strictEqual(yield* eventually(redis.use("read", (each) => each.get("n"))), "1")
    }))

  it.live("connects anew to find the master when a replica refuses a write", () =>
    Effect.gen(function*() {
      const server = yield* single()
      const before = yield* proxy(server)
      const redis = yield* client({ url: before.url })
      const id = redis.use("id", (each) => each.client("ID"))
      const first = yield* id
      yield* before.set({ _tag: "Reply", match: "set k", times: 1, text: "-READONLY You can't write\r\n" })
      const error = yield* Effect.flip(redis.use("write", (each) => each.set("k", "v")))
      assert.strictEqual(codeOf(error), "READONLY")
      assert.notStrictEqual(
        yield* eventually(Effect.filterOrFail(id, (each) => each !== first)),
        first
      )
    }))

  it.live("returns at once when interrupted", () =>
    Effect.gen(function*() {
      const server = yield* single()
      const redis = yield* client({ url: server.url, commandTimeout: "20 seconds", socketTimeout: "30 seconds" })
      yield* server.pause
      const waiting = yield* Effect.forkScoped(redis.use("read", (each) => each.get("k")))
      yield* Effect.sleep("50 millis")
      const [took] = yield* Effect.timed(Fiber.interrupt(waiting))
      assert.isBelow(Duration.toMillis(took), 1000)
      yield* server.resume
    }))

  it.live("selects the database of the URL, and says how it does", () =>
    Effect.gen(function*() {
      const server = yield* single()
      const redis = yield* client({ url: `${server.url}/3` })
      yield* redis.use("write", (each) => each.set("k", "v"))
      assert.include(String(yield* server.call("INFO", "keyspace")), "db3:keys=1")
      const health = yield* redis.health
      assert.strictEqual(health.status, "up")
      assert.isAtLeast(health.roundTrip ?? -1, 0)
      assert.strictEqual(redis.topology, "single")
    }))

  it.live("speaks over a socket of the file system", () =>
    Effect.gen(function*() {
      const path = `${yield* directory}/redis.sock`
      yield* single({ args: ["--unixsocket", path] })
      const redis = yield* client({ url: `unix://${path}` })
      assert.strictEqual(yield* redis.use("write", (each) => each.set("k", "v")), "OK")
    }))

  for (const state of ["connected", "hung", "gone"] as const) {
    it.live(`leaves nothing behind when its scope closes while the server is ${state}`, () =>
      Effect.gen(function*() {
        const server = yield* single()
        const before = yield* proxy(server)
        const scope = yield* Scope.make()
        const redis = yield* client({ url: before.url }).pipe(Scope.provide(scope))
        let subscribed = false
        const listener = { message: () => {}, connected: () => void (subscribed = true) }
        yield* redis.subscribe(["news"], listener).pipe(Scope.provide(scope))
        yield* until(() => subscribed)
        if (state === "hung") yield* server.pause
        if (state === "gone") yield* before.set({ _tag: "Refuse" })
        const [took] = yield* Effect.timed(Scope.close(scope, Exit.void))
        assert.isBelow(Duration.toMillis(took), 2000)
        yield* eventually(Effect.filterOrFail(before.connections, (count) => count === 0))
        yield* before.set({ _tag: "None" })
        yield* Effect.sleep("500 millis")
        assert.strictEqual(yield* before.connections, 0)
        yield* server.resume
        assert.notInclude(String(yield* server.call("CLIENT", "LIST")), "cmd=subscribe")
      }))
  }
})

describe("a subscription", () => {
  it.live("hears messages, and tells when it may have missed some", () =>
    Effect.gen(function*() {
      const server = yield* single()
      const redis = yield* client({ url: server.url })
      const heard: Array<string> = []
      let connections = 0
      yield* redis.subscribe(["a", "b"], {
        message: (channel, text) => void heard.push(`${channel}:${text}`),
        connected: () => void connections++
      })
      yield* until(() => connections === 1)
      yield* server.call("PUBLISH", "a", "1")
      yield* server.call("PUBLISH", "b", "2")
      yield* until(() => heard.length === 2)
      yield* server.call("CLIENT", "KILL", "TYPE", "pubsub")
      yield* until(() => connections === 2)
      yield* server.call("PUBLISH", "b", "3")
      yield* server.stop
      yield* server.restart
      yield* until(() => connections === 3)
      yield* server.call("PUBLISH", "a", "4")
      yield* until(() => heard.includes("a:4"))
      assert.deepStrictEqual(heard.filter((each) => each !== "b:3"), ["a:1", "b:2", "a:4"])
    }))

  it.live("notices a server that hangs, and subscribes again", () =>
    Effect.gen(function*() {
      const server = yield* single()
      const redis = yield* client({ url: server.url })
      let connections = 0
      yield* redis.subscribe(["a"], { message: () => {}, connected: () => void connections++ })
      yield* until(() => connections === 1)
      yield* server.pause
      yield* Effect.sleep("5 seconds")
      yield* server.resume
      yield* until(() => connections === 2)
    }))

  it.live("outlives a listener that throws", () =>
    Effect.gen(function*() {
      const server = yield* single()
      const { layer, lines } = logged()
      const redis = yield* Effect.provide(client({ url: server.url }), layer)
      const heard: Array<string> = []
      let connected = false
      const listener = {
        message: (_: string, text: string) => {
          heard.push(text)
          assert.fail("the listener's own")
        },
        connected: () => void (connected = true)
      }
      yield* Effect.provide(redis.subscribe(["a"], listener), layer)
      yield* until(() => connected)
      yield* server.call("PUBLISH", "a", "1")
      yield* server.call("PUBLISH", "a", "2")
      yield* until(() => heard.length === 2)
      assert.isTrue(lines.some((line) => line.includes("the listener's own")))
    }))
})
