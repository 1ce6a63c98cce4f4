/** Starting and stopping. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { Agent, request } from "node:http"
import { type AddressInfo, connect } from "node:net"
import * as Calculator from "../src/Calculator.ts"
import { Limits } from "../src/internal/limits.ts"
import { PartingServer } from "../src/internal/parting.ts"
import * as Server from "../src/Server.ts"
import { app, cache, fixtures, port, token } from "./support/app.ts"
import { json, send } from "./support/http.ts"

const question = json({ home_team: "Arsenal", away_team: "Chelsea" })
const path = "/api/v1/brain/calculate"

it.live("a port in use is told as such", () =>
  Effect.gen(function*() {
    const at = yield* port
    const error = yield* Effect.flip(Layer.build(app({ port: at })))
    assert.strictEqual(error.reason._tag, "PortInUse")
    assert.include(error.message, `port ${at}`)
    assert.include(error.message, "PORT")
  }).pipe(Effect.provide(app()), Effect.scoped))

it.live("an address that is not this machine's is told as such", () =>
  Effect.gen(function*() {
    // TEST-NET-1: no machine has it.
    const error = yield* Effect.flip(Layer.build(app({ host: "192.0.2.1" })))
    assert.strictEqual(error.reason._tag, "CannotListen")
    assert.include(error.message, "EADDRNOTAVAIL")
  }).pipe(Effect.scoped))

/** A server whose model says when it is asked, and answers when it is told to. */
const held = Effect.fnUntraced(function*(limits: Partial<Limits>) {
  const asked = yield* Deferred.make<void>()
  const left = yield* Deferred.make<void>()
  const answer = yield* Deferred.make<void>()
  const calculator = Layer.succeed(Calculator.Calculator, {
    calculate: () =>
      Deferred.succeed(asked, undefined).pipe(
        Effect.andThen(Deferred.await(answer)),
        Effect.andThen(new Calculator.ModelFailed({ message: "answered" })),
        Effect.onInterrupt(() => Deferred.succeed(left, undefined))
      )
  })
  const scope = yield* Scope.make()
  const context = yield* Server.layer({ port: 0, token: Redacted.make(token) }).pipe(
    Layer.provide(Layer.mergeAll(fixtures, calculator)),
    Layer.provide(cache),
    Layer.provide(Layer.effect(Limits, Effect.map(Limits, (defaults) => ({ ...defaults, ...limits })))),
    Layer.build,
    Scope.provide(scope)
  )
  const stop = Scope.close(scope, Exit.void)
  yield* Effect.addFinalizer(() => stop)
  return { asked, answer, left, stop, port: yield* Effect.provideContext(port, context) }
})

describe("stopping", () => {
  it.live("a request under way is answered", () =>
    Effect.gen(function*() {
      const server = yield* held({ shutdown: 10_000 })
      const request = yield* Effect.forkChild(send(server.port, { path, ...question }))
      yield* Deferred.await(server.asked)
      const stopping = yield* Effect.forkChild(server.stop)
      yield* Effect.sleep("50 millis")
      yield* Deferred.succeed(server.answer, undefined)
      const reply = yield* Fiber.join(request)
      assert.strictEqual(reply.status, 503)
      assert.include(reply.body, "answered")
      yield* Fiber.join(stopping)
    }).pipe(Effect.scoped))

  it.live("connections that are kept for more requests end with the answers that are under way", () =>
    Effect.gen(function*() {
      const server = yield* held({ shutdown: 10_000 })
      const agent = new Agent({ keepAlive: true })
      const answered = Effect.callback<string | undefined>((resume) => {
        const { body, headers, method } = question
        const sent = request({ host: "127.0.0.1", port: server.port, path, method, headers, agent }, (response) => {
          response.on("end", () => resume(Effect.succeed(response.headers.connection))).resume()
        })
        sent.on("error", (error) => resume(Effect.die(error)))
        sent.end(body)
      })
      const asked = yield* Effect.forkChild(answered)
      yield* Deferred.await(server.asked)
      const stopping = yield* Effect.forkChild(Effect.timed(server.stop))
      yield* Effect.sleep("50 millis")
      yield* Deferred.succeed(server.answer, undefined)
      const [taken] = yield* Fiber.join(stopping)
      assert.strictEqual(yield* Fiber.join(asked), "close")
      assert.isBelow(Duration.toSeconds(taken), 3)
      agent.destroy()
    }).pipe(Effect.scoped))

  it.live("a connection that was to be kept ends with its answer, also when that had begun", () =>
    Effect.gen(function*() {
      const closed = yield* Deferred.make<void>()
      const server = new PartingServer({ keepAliveTimeout: 60_000 }).on("request", (_, response) => {
        response.write("begun")
        server.close(() => Deferred.doneUnsafe(closed, Effect.void))
        setTimeout(() => response.end(), 50)
      })
      yield* Effect.callback<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void)))
      const { port } = server.address() as AddressInfo
      const socket = connect(port, "127.0.0.1", () => socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"))
        .resume()
      yield* Effect.timeout(Deferred.await(closed), "10 seconds")
    }))

  it.live("a request that does not end, and one that never begins, are cut off", () =>
    Effect.gen(function*() {
      const server = yield* held({ shutdown: 200 })
      const request = yield* Effect.forkChild(Effect.exit(send(server.port, { path, ...question })))
      yield* Deferred.await(server.asked)
      const cut = yield* Deferred.make<void>()
      const socket = connect(server.port, "127.0.0.1", () => socket.write("GET /health HTTP/1.1\r\nHost: loc"))
      socket.on("error", () => {})
      socket.on("data", () => {})
      socket.on("close", () => Deferred.doneUnsafe(cut, Effect.void))
      yield* Effect.sleep("50 millis")
      const [taken] = yield* Effect.timed(server.stop)
      assert.isBelow(Duration.toSeconds(taken), 5)
      yield* Effect.timeout(Deferred.await(cut), "5 seconds")
      const exit = yield* Fiber.join(request)
      assert.isTrue(Exit.isFailure(exit) || exit.value.status === 503)
    }).pipe(Effect.scoped))
})

it.live("when the client leaves, the work for it is given up", () =>
  Effect.gen(function*() {
    const server = yield* held({})
    const request = yield* Effect.forkChild(send(server.port, { path, ...question }))
    yield* Deferred.await(server.asked)
    yield* Fiber.interrupt(request)
    yield* Effect.timeout(Deferred.await(server.left), "10 seconds")
  }).pipe(Effect.scoped))

it.live("a request that comes byte by byte is given up", () =>
  Effect.gen(function*() {
    const server = yield* held({ headers: 200, request: 400 })
    const dribble = (first: string) =>
      Effect.callback<void>((resume) => {
        const socket = connect(server.port, "127.0.0.1", () => socket.write(first))
        const drops = setInterval(() => socket.write("x"), 50)
        socket.on("error", () => {})
        socket.on("data", () => {})
        socket.on("close", () => resume(Effect.void))
        return Effect.sync(() => {
          clearInterval(drops)
          socket.destroy()
        })
      }).pipe(Effect.timeout("10 seconds"))
    yield* dribble("GET /health HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
    yield* dribble(
      `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n`
    )
  }).pipe(Effect.scoped))

it.live.each(
  [
    [
      "chunks that are none",
      `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
      400
    ],
    ["what is no HTTP", "hello\r\n\r\n", 400],
    ["headers without end", `GET /health HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(20_000)}\r\n\r\n`, 431],
    ["headers that do not come", "GET /health HTTP/1.1\r\nHost: loc", 408]
  ] as const
)("%s: refused with a problem", ([, text, status]) =>
  Effect.gen(function*() {
    const server = yield* held({ headers: 200, request: 400 })
    const reply = yield* Effect.callback<string>((resume) => {
      const socket = connect(server.port, "127.0.0.1", () => socket.write(text))
      let read = ""
      socket.on("data", (chunk) => read += String(chunk))
      socket.on("error", () => {})
      socket.on("close", () => resume(Effect.succeed(read)))
      return Effect.sync(() => socket.destroy())
    }).pipe(Effect.timeout("10 seconds"))
    const [head, body] = reply.split("\r\n\r\n")
    assert.match(head!, new RegExp(`^HTTP/1.1 ${status} .*application/problem\\+json`, "s"))
    assert.propertyVal(JSON.parse(body!), "status", status)
  }).pipe(Effect.scoped))

it.live("an answer that takes too long is given up", () =>
  Effect.gen(function*() {
    const server = yield* held({ response: 100 })
    const reply = yield* send(server.port, { path, ...question })
    assert.strictEqual(reply.status, 503)
    assert.include(reply.body, "took too long")
  }).pipe(Effect.scoped))

it.live("connections beyond the bound are refused", () =>
  Effect.gen(function*() {
    const server = yield* held({ connections: 1 })
    const first = yield* Effect.forkChild(send(server.port, { path, ...question }))
    yield* Deferred.await(server.asked)
    const refused = yield* Effect.exit(send(server.port, { path: "/health" }))
    assert.isTrue(Exit.isFailure(refused))
    yield* Deferred.succeed(server.answer, undefined)
    assert.strictEqual((yield* Fiber.join(first)).status, 503)
  }).pipe(Effect.scoped))
