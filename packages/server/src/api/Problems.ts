/**
 * What may go wrong, as problem details (RFC 9457): `application/problem+json` with
 * `type`, `title`, `status`, `detail` and, for input that was refused, `errors`.
 *
 * No problem carries a cached value, a credential, or anything of the server's insides.
 */
import * as HttpApiError from "effect/http-api/HttpApiError"
import * as Schema from "effect/Schema"

const type = "about:blank"

/** Which part of the request was refused, and why; the path begins with `payload`, `query` or `headers`. */
const errors = { errors: Schema.optionalKey(Schema.Array(HttpApiError.ProblemIssue)) }

/** One refused part of a request. */
export type Issue = typeof HttpApiError.ProblemIssue.Type

export class BadRequest extends HttpApiError.Problem<BadRequest>()("BadRequest", {
  type,
  status: 400,
  title: "Bad Request"
}, errors) {}

export class Unauthorized extends HttpApiError.Problem<Unauthorized>()("Unauthorized", {
  type,
  status: 401,
  title: "Unauthorized"
}) {}

export class Forbidden extends HttpApiError.Problem<Forbidden>()("Forbidden", {
  type,
  status: 403,
  title: "Forbidden"
}) {}

export class NotFound extends HttpApiError.Problem<NotFound>()("NotFound", {
  type,
  status: 404,
  title: "Not Found"
}) {}

export class MethodNotAllowed extends HttpApiError.Problem<MethodNotAllowed>()("MethodNotAllowed", {
  type,
  status: 405,
  title: "Method Not Allowed"
}) {}

export class Conflict extends HttpApiError.Problem<Conflict>()("Conflict", {
  type,
  status: 409,
  title: "Conflict"
}) {}

export class TooLarge extends HttpApiError.Problem<TooLarge>()("TooLarge", {
  type,
  status: 413,
  title: "Content Too Large"
}) {}

export class UnsupportedMediaType extends HttpApiError.Problem<UnsupportedMediaType>()("UnsupportedMediaType", {
  type,
  status: 415,
  title: "Unsupported Media Type"
}) {}

export class Misdirected extends HttpApiError.Problem<Misdirected>()("Misdirected", {
  type,
  status: 421,
  title: "Misdirected Request"
}) {}

export class Unprocessable extends HttpApiError.Problem<Unprocessable>()("Unprocessable", {
  type,
  status: 422,
  title: "Unprocessable Content"
}, errors) {}

export class Internal extends HttpApiError.Problem<Internal>()("Internal", {
  type,
  status: 500,
  title: "Internal Server Error"
}) {}

export class Unavailable extends HttpApiError.Problem<Unavailable>()("Unavailable", {
  type,
  status: 503,
  title: "Service Unavailable"
}) {}

const all = [
  BadRequest,
  Unauthorized,
  Forbidden,
  NotFound,
  MethodNotAllowed,
  Conflict,
  TooLarge,
  UnsupportedMediaType,
  Misdirected,
  Unprocessable,
  Internal,
  Unavailable
]
export type Problem = InstanceType<typeof all[number]>

export const isProblem = (u: unknown): u is Problem => all.some((each) => u instanceof each)
