/**
 * The HTTP server of a cache: metrics, live decisions, webhooks, explain, the dashboard.
 *
 * Bound to this machine alone, reading is open to whoever is on it, and changes need the token. Bound
 * elsewhere, everything needs the token but `/health`, the files of the dashboard and the description of the API.
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import type * as SmartCache from "@smart-cache/core/SmartCache"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpRouter from "effect/http/HttpRouter"
import type * as HttpServer from "effect/http/HttpServer"
import * as UrlParams from "effect/http/UrlParams"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { Api } from "./Api.ts"
import type { Calculator } from "./Calculator.ts"
import type { Fixtures } from "./Fixtures.ts"
import * as Access from "./internal/access.ts"
import * as Changes from "./internal/changes.ts"
import * as Dashboard from "./internal/dashboard.ts"
import * as Docs from "./internal/docs.ts"
import * as Gate from "./internal/gate.ts"
import * as Guard from "./internal/guard.ts"
import * as Health from "./internal/health.ts"
import { allowedName, isLoopback } from "./internal/hosts.ts"
import * as Insight from "./internal/insight.ts"
import * as Listener from "./internal/listener.ts"
import * as Metrics from "./internal/metrics.ts"
import * as Predictions from "./internal/predictions.ts"
import * as Streams from "./internal/streams.ts"
import * as ServerError from "./ServerError.ts"

export interface Options {
  /** Where to listen: `127.0.0.1` by default; anything but this machine alone needs a token. */
  readonly host?: string | undefined
  /** 4499 by default; 0 for any that is free. */
  readonly port?: number | undefined
  /** What changes must bring as `Authorization: Bearer …`; without one nobody may change anything. */
  readonly token?: Redacted.Redacted | undefined
  /** Names or addresses beside those of this machine under which the server may be asked for; that of `host` is one. */
  readonly allowedHosts?: ReadonlyArray<string> | undefined
}

/** What a server stands on: a cache with its services, and the application's matches and model. */
export type Requirements = SmartCache.SmartCache | SmartCache.Services | Fixtures | Calculator

const handlers = Layer.mergeAll(Changes.layer, Health.layer, Insight.layer, Metrics.layer, Predictions.layer)

const routes = Layer.mergeAll(
  HttpApiBuilder.layer(Api, { openapiPath: "/openapi.json" }).pipe(
    Layer.provide(handlers),
    Layer.provide(Access.layer)
  ),
  Dashboard.layer,
  Docs.layer,
  Guard.layer
)

const problemOf = ({ host, token }: Gate.Options): ServerError.ServerError | undefined =>
  token === undefined && !isLoopback(host) ? ServerError.make({ _tag: "Unprotected", host }) : undefined

const start = (gate: Gate.Options, port: number) =>
  Streams.layerEnd.pipe(
    Layer.provideMerge(HttpRouter.serve(routes, { disableLogger: true })),
    Layer.provideMerge(Listener.layer(gate.host, port)),
    Layer.provide([
      Layer.succeed(Gate.Gate, Gate.make(gate)),
      Streams.layer,
      unnamed,
      NodeHttpServer.layerHttpServices
    ])
  )

/** Values of a query name keys and markets, or hold what does not belong there: no span tells them. */
const unnamed = Layer.succeed(UrlParams.CurrentRedactedNames, [/^/])

/**
 * Serves a cache until it is released: open streams end at once then, and requests have five seconds to end.
 *
 * Fails with `ServerError` when it may not or cannot listen; throws `RangeError` on an empty token, and on a
 * name that no request can have.
 */
export const layer = (
  options: Options = {}
): Layer.Layer<HttpServer.HttpServer, ServerError.ServerError, Requirements> => {
  const { allowedHosts = [], host = "127.0.0.1", port = 4499, token } = options
  if (token !== undefined && Redacted.value(token) === "") {
    throw new RangeError("Server.layer: the token must not be empty, got \"\"")
  }
  const nonsense = allowedHosts.find((name) => allowedName(name) === undefined)
  if (nonsense !== undefined) {
    throw new RangeError(`Server.layer: allowedHosts must be names or addresses, got ${JSON.stringify(nonsense)}`)
  }
  const gate = { host, token, allowedHosts }
  return Layer.unwrap(Effect.suspend(() => problemOf(gate) ?? Effect.succeed(start(gate, port))))
}

/** A text of the environment that holds when this is true of it; says what is expected, and what it got. */
const text = (expected: string, holds: (text: string) => boolean) =>
  Schema.String.check(
    Schema.makeFilter((text) => holds(text) || `expected ${expected}, got ${JSON.stringify(text.slice(0, 255))}`)
  )

const Port = text("a port from 0 to 65535", (text) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535)

const namesIn = (text: string): ReadonlyArray<string> =>
  text.split(",").map((name) => name.trim()).filter((name) => name !== "")

const Names = text(
  "names or addresses with commas between",
  (text) => namesIn(text).every((name) => allowedName(name) !== undefined)
)

const config = Config.all({
  host: Config.String("HOST").pipe(Config.withDefault("127.0.0.1")),
  port: Config.schema(Port, "PORT").pipe(Config.map(Number), Config.withDefault(4499)),
  token: Config.Redacted("SMART_CACHE_TOKEN").pipe(Config.withDefault<Redacted.Redacted | undefined>(undefined)),
  allowedHosts: Config.schema(Names, "SMART_CACHE_ALLOWED_HOSTS").pipe(Config.map(namesIn), Config.withDefault([]))
})

/** The same with `HOST`, `PORT`, `SMART_CACHE_TOKEN` and `SMART_CACHE_ALLOWED_HOSTS` (commas between) of the environment. */
export const layerConfig: Layer.Layer<
  HttpServer.HttpServer,
  ServerError.ServerError | Config.ConfigError,
  Requirements
> = Layer.unwrap(Effect.map(config, layer))
