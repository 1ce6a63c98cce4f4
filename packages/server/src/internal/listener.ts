import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import type { Server } from "node:http"
import * as ServerError from "../ServerError.ts"
import { Limits, type Limits as Bounds } from "./limits.ts"
import { PartingServer } from "./parting.ts"
import * as Unreadable from "./unreadable.ts"

const make = (limits: Bounds): Server => {
  const server = new PartingServer({
    // Whoever sends a request byte by byte has so long for all of it.
    headersTimeout: limits.headers,
    requestTimeout: limits.request,
    connectionsCheckingInterval: limits.headers / 5,
    keepAliveTimeout: 5000,
    maxHeaderSize: 16 * 1024
  })
  server.maxConnections = limits.connections
  // A connection on which nothing moves is cut off; a stream that nobody reads moves until the buffers are full.
  server.timeout = 4 * limits.heartbeat
  Unreadable.answer(server)
  return server
}

/** Listens; when it ends, requests may go on for a while and are cut off then. */
export const layer = (host: string, port: number): Layer.Layer<HttpServer.HttpServer, ServerError.ServerError> =>
  Layer.effect(
    HttpServer.HttpServer,
    Effect.gen(function*() {
      const limits = yield* Limits
      const server = make(limits)
      const listening = yield* NodeHttpServer.make(() => server, {
        host,
        port,
        gracefulShutdownTimeout: limits.shutdown
      }).pipe(Effect.mapError(({ cause }) => ServerError.fromListen(host, port, cause)))
      // Released before what `make` waits for: every connection to end.
      yield* Effect.addFinalizer(() => Effect.sync(() => server.closeAllConnections()))
      return listening
    })
  )
