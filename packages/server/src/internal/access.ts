/** The middlewares that stand before endpoints. */
import * as ByteSize from "effect/ByteSize"
import * as Effect from "effect/Effect"
import { HttpApiSchemaError } from "effect/http-api/HttpApiError"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import type { HttpServerError } from "effect/http/HttpServerError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as SchemaIssue from "effect/SchemaIssue"
import { Checked, JsonBody, Writer } from "../api/Access.ts"
import * as Problems from "../api/Problems.ts"
import { Gate } from "./gate.ts"
import { Limits } from "./limits.ts"

const format = SchemaIssue.makeFormatterStandardSchemaV1()

const segment = (part: PropertyKey | { readonly key: PropertyKey }): string | number => {
  const key = typeof part === "object" ? part.key : part
  return typeof key === "number" ? key : String(key)
}

/** What was refused, bounded: a message may quote the input. */
const issuesOf = (error: HttpApiSchemaError): ReadonlyArray<Problems.Issue> =>
  format(error.cause.issue).issues.slice(0, 20).map(({ message, path }) => ({
    path: [error.kind.toLowerCase(), ...(path ?? []).map(segment)],
    message: message.slice(0, 500)
  }))

const unreadable = (error: HttpApiSchemaError): Problems.BadRequest => {
  const errors = issuesOf(error)
  return new Problems.BadRequest({ detail: `the ${error.kind.toLowerCase()} could not be read`, errors })
}

/** A response that does not fit its own Schema is the server's fault: it goes on as it is. */
const isOurs = (error: HttpApiSchemaError): boolean => error.kind === "Body" || error.kind === "ResponseHeaders"

const checked = HttpApiMiddleware.layerSchemaErrorTransform(
  Checked,
  (error) => Effect.fail(isOurs(error) ? error : unreadable(error))
)

const isJson = (contentType: string): boolean => {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]*)/i.exec(contentType)?.[1] ?? "utf-8"
  return /^application\/json(?:\s*;|\s*$)/i.test(contentType) && charset.toLowerCase() === "utf-8"
}

const isReadable = ({ headers }: HttpServerRequest.HttpServerRequest): boolean =>
  isJson(headers["content-type"] ?? "") && (headers["content-encoding"] ?? "identity").toLowerCase() === "identity"

const utf8 = new TextDecoder("utf-8", { fatal: true })

const asProblem = (error: HttpServerError, limit: number): Problems.TooLarge | Problems.BadRequest =>
  error.reason._tag === "RequestParseError" && error.reason.reason === "BodyTooLarge"
    ? new Problems.TooLarge({ detail: `a body may have ${limit} bytes at most` })
    : new Problems.BadRequest({ detail: "the body could not be read" })

/** Reads the body once, within the limit whether or not its length was declared; the endpoint is given what was read. */
const readBody = Effect.gen(function*() {
  const request = yield* HttpServerRequest.HttpServerRequest
  const limit = (yield* Limits).body
  if (!isReadable(request)) {
    // Without this, a page of another site could post without asking first (a "simple request").
    return yield* new Problems.UnsupportedMediaType({
      detail: "send Content-Type: application/json, in UTF-8 and not encoded"
    })
  }
  const bytes = yield* request.arrayBuffer.pipe(
    Effect.provideService(HttpIncomingMessage.MaxBodySize, ByteSize.bytes(limit)),
    Effect.mapError((error) => asProblem(error, limit))
  )
  yield* Effect.try({
    try: () => JSON.parse(utf8.decode(bytes)) as unknown,
    catch: () => new Problems.BadRequest({ detail: "the body is not JSON in UTF-8" })
  })
})

const refused = (error: HttpApiSchemaError): Problems.BadRequest | Problems.Unprocessable =>
  error.kind === "Payload"
    ? new Problems.Unprocessable({ detail: "the body is not what is expected here", errors: issuesOf(error) })
    : unreadable(error)

const jsonBody = Layer.effect(
  JsonBody,
  Effect.succeed(JsonBody.of((effect) =>
    Effect.andThen(
      readBody,
      Effect.catchIf(
        effect,
        (error): error is typeof error & HttpApiSchemaError => HttpApiSchemaError.is(error) && !isOurs(error),
        (error) => Effect.fail(refused(error))
      )
    )
  ))
)

const writer = Layer.effect(
  Writer,
  Effect.map(Gate, (gate) =>
    Writer.of({
      bearer: (effect, { credential }) => gate.writer(Redacted.value(credential)) ?? effect
    }))
)

/** Everything that stands before endpoints. */
export const layer: Layer.Layer<Checked | JsonBody | Writer, never, Gate> = Layer.mergeAll(checked, jsonBody, writer)
