/**
 * The HTTP server of a cache: metrics, live decisions, webhooks, explain, the dashboard.
 *
 * Bound to this machine alone, reading is open to whoever is on it, and changes need the token. Bound
 * elsewhere, everything needs the token but `/health` and the files of the dashboard.
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import type * as SmartCache from "@smart-cache/core/SmartCache"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpRouter from "effect/http/HttpRouter"
import type * as HttpServer from "effect/http/HttpServer"
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
import { isLoopback } from "./internal/hosts.ts"
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
  /** Names beside those of this machine under which the server may be asked for; that of `host` is one. */
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
      NodeHttpServer.layerHttpServices
    ])
  )

/**
 * Serves a cache until it is released: open streams end at once then, and requests have five seconds to end.
 *
 * Fails with `ServerError` when it may not or cannot listen; throws `RangeError` on an empty token.
 */
export const layer = (
  options: Options = {}
): Layer.Layer<HttpServer.HttpServer, ServerError.ServerError, Requirements> => {
  const { allowedHosts = [], host = "127.0.0.1", port = 4499, token } = options
  if (token !== undefined && Redacted.value(token) === "") {
    throw new RangeError("Server.layer: the token must not be empty, got \"\"")
  }
  const gate = { host, token, allowedHosts }
  return Layer.unwrap(Effect.suspend(() => problemOf(gate) ?? Effect.succeed(start(gate, port))))
}

const config = Config.all({
  host: Config.String("HOST").pipe(Config.withDefault("127.0.0.1")),
  port: Config.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 65_535 })), "PORT").pipe(
    Config.withDefault(4499)
  ),
  token: Config.Redacted("SMART_CACHE_TOKEN").pipe(Config.withDefault<Redacted.Redacted | undefined>(undefined)),
  allowedHosts: Config.Array(Schema.String, "SMART_CACHE_ALLOWED_HOSTS").pipe(
    Config.map((names) => names.map((name) => name.trim())),
    Config.withDefault<ReadonlyArray<string>>([])
  )
})

/** The same with `HOST`, `PORT`, `SMART_CACHE_TOKEN` and `SMART_CACHE_ALLOWED_HOSTS` (commas between) of the environment. */
export const layerConfig: Layer.Layer<
  HttpServer.HttpServer,
  ServerError.ServerError | Config.ConfigError,
  Requirements
> = Layer.unwrap(Effect.map(config, layer))
