/** Every failure as a response: problems as they are, what is not ours without its insides. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as HttpServerError from "effect/http/HttpServerError"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpServerRespondable from "effect/http/HttpServerRespondable"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Problems from "../api/Problems.ts"
import * as Routes from "./routes.ts"

type Response = HttpServerResponse.HttpServerResponse

/** A problem as a response. */
export const ofProblem = (problem: Problems.Problem): Effect.Effect<Response> =>
  HttpServerRespondable.toResponse(problem)

const shown = (request: HttpServerRequest): string => JSON.stringify(Routes.pathOf(request.url).slice(0, 200))

/** No route took the request: there is no such path, or not with this method. */
const ofUnrouted = (request: HttpServerRequest): Effect.Effect<Response> => {
  const allowed = Routes.allowed(Routes.pathOf(request.url))
  if (allowed === undefined || allowed.includes(request.method)) {
    return ofProblem(new Problems.NotFound({ detail: `there is nothing at ${shown(request)}; see /docs` }))
  }
  const allow = allowed.join(", ")
  return Effect.map(
    ofProblem(new Problems.MethodNotAllowed({ detail: `${shown(request)} takes ${allow}` })),
    HttpServerResponse.setHeader("allow", allow)
  )
}

const known = (request: HttpServerRequest, error: unknown): Effect.Effect<Response> | undefined =>
  HttpServerResponse.isHttpServerResponse(error)
    ? Effect.succeed(error)
    : Problems.isProblem(error)
    ? ofProblem(error)
    : HttpServerError.isHttpServerError(error) && error.reason._tag === "RouteNotFound"
    ? ofUnrouted(request)
    : undefined

const internal = new Problems.Internal({ detail: "the server failed; its log says why" })

/** Answers a failure; defects and what nobody foresaw are logged and shown to nobody. */
export const ofCause = (request: HttpServerRequest, cause: Cause.Cause<unknown>): Effect.Effect<Response> => {
  if (Cause.hasInterruptsOnly(cause)) return Effect.failCause(cause as Cause.Cause<never>)
  for (const reason of cause.reasons) {
    if (reason._tag === "Interrupt") continue
    const response = known(request, reason._tag === "Fail" ? reason.error : reason.defect)
    if (response !== undefined) return response
  }
  return Effect.andThen(
    Effect.logError("a request failed", Routes.pathOf(request.url).slice(0, 200), cause),
    ofProblem(internal)
  )
}
