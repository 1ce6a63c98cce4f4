/** What stands before an endpoint: who may change things, and what a body may be. */
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as HttpApiSecurity from "effect/http-api/HttpApiSecurity"
import * as Problems from "./Problems.ts"

/** A query that does not fit its Schema is answered with a problem that names each part. */
export class Checked extends HttpApiMiddleware.Service<Checked>()("smart-cache/http/Checked", {
  error: Problems.BadRequest
}) {}

/** A body of JSON within the limit, which fits its Schema or is answered with a problem that names each part. */
export class JsonBody extends HttpApiMiddleware.Service<JsonBody>()("smart-cache/http/JsonBody", {
  error: [Problems.BadRequest, Problems.TooLarge, Problems.UnsupportedMediaType, Problems.Unprocessable]
}) {}

/** Changes need the server's token, wherever it is bound. */
export class Writer extends HttpApiMiddleware.Service<Writer>()("smart-cache/http/Writer", {
  security: { bearer: HttpApiSecurity.bearer },
  error: [Problems.Unauthorized, Problems.Forbidden]
}) {}
