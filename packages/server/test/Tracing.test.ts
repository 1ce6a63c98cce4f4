/** What spans tell of a request. */
import { assert, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Tracer from "effect/Tracer"
import { inspect } from "node:util"
import { app, port, token } from "./support/app.ts"
import { json, send } from "./support/http.ts"

/** What an exporter sends of a span. */
const written = ({ attributes, events, name, status }: Tracer.NativeSpan): string =>
  inspect([
    name,
    attributes,
    events,
    status._tag === "Ended" && Exit.isFailure(status.exit) ? Cause.pretty(status.exit.cause) : "no failure"
  ], { depth: 8 })

it.live("neither keys nor markets nor credentials, wherever they stand in a request", () => {
  const spans: Array<Tracer.NativeSpan> = []
  const tracer = Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      spans.push(span)
      return span
    }
  })
  const secrets = ["SECRET-KEY", "SECRET-MARKET", "SECRET-TOKEN", "SECRET-NAME", token]
  return Effect.gen(function*() {
    const at = yield* port
    yield* send(at, { path: "/api/v1/explain?key=SECRET-KEY&token=SECRET-TOKEN" })
    yield* send(at, { path: "/api/v1/vix/trace?market_key=SECRET-MARKET" })
    yield* send(at, { path: "/health?access_token=SECRET-TOKEN&x=SECRET-NAME" })
    const odds = { market_key: "SECRET-MARKET", odds: 2 }
    const headers = { authorization: `Bearer ${token}` }
    assert.strictEqual((yield* send(at, { path: "/api/v1/odds", ...json(odds, headers) })).status, 200)
    const told = spans.map(written).join("\n")
    for (const path of ["/api/v1/explain", "/api/v1/vix/trace", "/health", "/api/v1/odds"]) assert.include(told, path)
    for (const secret of secrets) assert.notInclude(told, secret)
  }).pipe(Effect.provide(app().pipe(Layer.provide(Layer.succeed(Tracer.Tracer, tracer)))))
})
