/** The files of the dashboard, as they were built into `dist/dashboard`. */
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import type * as HttpPlatform from "effect/http/HttpPlatform"
import * as HttpRouter from "effect/http/HttpRouter"
import { HttpServerError, RouteNotFound } from "effect/http/HttpServerError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as HttpStaticServer from "effect/http/HttpStaticServer"
import type * as Layer from "effect/Layer"
import type * as Path from "effect/Path"
import { PlatformError } from "effect/PlatformError"
import { fileURLToPath } from "node:url"
import { pathOf } from "./routes.ts"

/** The same for the sources and for what is compiled: both lie beside `dist`. */
const root = fileURLToPath(new URL("../../dist/dashboard", import.meta.url))

/** Names of assets hold a hash of what is in them; everything else may change with the next release. */
const caching = (path: string): string =>
  path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache"

const unbuilt = HttpServerResponse.html(
  `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>smart-cache</title>
<h1>The dashboard is not built</h1>
<p>Build it with <code>npm run build:dashboard</code> and load this page again.</p>
<p>The API works without it: <a href="/docs">its documentation</a>, <a href="/health">health</a>,
<a href="/api/v1/brain/metrics/cache">metrics</a>.</p>
</html>
`
).pipe(HttpServerResponse.setStatus(404))

/** No such file: the way leads nowhere, or it is none that a file system takes (too long, through a file). */
const isMissing = ({ reason }: HttpServerError): boolean =>
  reason._tag === "RouteNotFound" ||
  reason._tag === "InternalError" && reason.cause instanceof PlatformError && reason.cause.reason.method === "stat"

export const layer: Layer.Layer<
  never,
  never,
  HttpRouter.HttpRouter | FileSystem.FileSystem | Path.Path | HttpPlatform.HttpPlatform
> = HttpRouter.use(Effect.fnUntraced(function*(router) {
  const files = yield* Effect.orDie(HttpStaticServer.make({ root }))
  const file = Effect.gen(function*() {
    const request = yield* HttpServerRequest.HttpServerRequest
    const path = pathOf(request.url)
    const found = yield* Effect.catchIf(
      files,
      isMissing,
      () => path === "/" ? Effect.succeed(unbuilt) : new HttpServerError({ reason: new RouteNotFound({ request }) })
    )
    return HttpServerResponse.setHeader(found, "cache-control", caching(path))
  })
  // What is not there dies with what the guard answers as it answers any path that is unknown.
  yield* router.add("GET", "/*", Effect.orDie(file))
  yield* router.add("GET", "/", Effect.orDie(file))
}))
