/** What every request goes through, from the outside in: headers, problems, host and token, time. */
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import type { HttpServerResponse } from "effect/http/HttpServerResponse"
import type * as Layer from "effect/Layer"
import type * as Types from "effect/Types"
import * as Problems from "../api/Problems.ts"
import * as Answers from "./answers.ts"
import * as Gate from "./gate.ts"
import * as Headers from "./headers.ts"
import { Limits } from "./limits.ts"
import * as Routes from "./routes.ts"

type App = Effect.Effect<HttpServerResponse, Types.unhandled, HttpServerRequest.HttpServerRequest>

const foreign = new Problems.Forbidden({ detail: "pages of other sites may not ask; open this address by itself" })

/** Another site, or another port of this machine. */
const foreigners: ReadonlySet<string | undefined> = new Set(["cross-site", "same-site"])

/** What another page asks for behind its reader's back: it could read nothing, but hold streams open. */
const isForeign = (headers: HttpServerRequest.HttpServerRequest["headers"]): boolean =>
  foreigners.has(headers["sec-fetch-site"]) && headers["sec-fetch-mode"] !== "navigate"

const slow = new Problems.Unavailable({ detail: "the answer took too long" })

const guard = Effect.gen(function*() {
  const gate = yield* Gate.Gate
  const limits = yield* Limits
  const objection = ({ headers, url }: HttpServerRequest.HttpServerRequest) =>
    isForeign(headers)
      ? foreign
      : Routes.isOpen(Routes.pathOf(url))
      ? gate.visitor(headers.host)
      : gate.reader(headers.host, headers.authorization)
  // The time until a response begins: a stream may go on for ever. Whoever leaves, or stops the server, interrupts it.
  const inTime = (app: App): App =>
    Effect.interruptible(
      Effect.timeoutOrElse(app, { duration: limits.response, orElse: () => Answers.ofProblem(slow) })
    )
  return (app: App): App =>
    Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
      const refused = objection(request)
      const answered: App = refused === undefined
        ? inTime(app)
        : Answers.ofProblem(refused)
      return answered.pipe(
        Effect.catchCause((cause) => Answers.ofCause(request, cause)),
        Effect.map(Headers.complete)
      )
    })
})

/** Guards every route, and the paths that have none. */
export const layer: Layer.Layer<never, never, HttpRouter.HttpRouter | Gate.Gate> = HttpRouter.middleware(guard, {
  global: true
})
