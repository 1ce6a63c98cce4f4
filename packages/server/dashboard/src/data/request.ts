/** Requests to the server that the page came from; what goes wrong is said in words. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { Problem } from "./types.ts"

/** Nobody answered, or not in time. */
export class Unreachable extends Data.TaggedError("Unreachable")<{ readonly message: string }> {}

/** The server answered that it will not. */
export class Refused extends Data.TaggedError("Refused")<{ readonly status: number; readonly message: string }> {}

export type RequestError = Unreachable | Refused

/** The longest that a request may take. */
const patience = "10 seconds"

const words = ({ detail, errors = [], title }: Problem, status: number): string => {
  const first = detail ?? title ?? `The server answered ${status}.`
  const further = errors.filter(({ message }) => !first.includes(message))
  return [first, ...further.map(({ message, path }) => `${path.join(".")}: ${message}`)].join(" ")
}

const refusal = (response: Response): Effect.Effect<never, Refused> =>
  Effect.promise((): Promise<Problem> => response.json().catch(() => ({}))).pipe(
    Effect.flatMap((problem) =>
      Effect.fail(new Refused({ status: response.status, message: words(problem, response.status) }))
    )
  )

const headersOf = (token: string): Record<string, string> => token === "" ? {} : { authorization: `Bearer ${token}` }

/** Opens an answer, whose body ends when the caller is interrupted before it has come. */
export const open = (
  path: string,
  token: string,
  init: RequestInit = {}
): Effect.Effect<Response, RequestError> =>
  Effect.tryPromise({
    try: (signal) =>
      fetch(path, { ...init, signal, cache: "no-store", headers: { ...init.headers, ...headersOf(token) } }),
    catch: () => new Unreachable({ message: "The server does not answer." })
  }).pipe(
    Effect.timeoutOrElse({
      duration: patience,
      orElse: () => Effect.fail(new Unreachable({ message: "The server did not answer in time." }))
    }),
    Effect.filterOrElse((response) => response.ok, refusal)
  )

const body = <A>(read: () => Promise<A>): Effect.Effect<A, Unreachable> =>
  Effect.tryPromise({ try: read, catch: () => new Unreachable({ message: "The answer broke off." }) }).pipe(
    Effect.timeoutOrElse({
      duration: patience,
      orElse: () => Effect.fail(new Unreachable({ message: "The answer did not end in time." }))
    })
  )

export const getJson = <A>(path: string, token: string): Effect.Effect<A, RequestError> =>
  Effect.flatMap(open(path, token), (response) => body((): Promise<A> => response.json()))

export const getText = (path: string, token: string): Effect.Effect<string, RequestError> =>
  Effect.flatMap(open(path, token), (response) => body(() => response.text()))

export const postJson = <A>(
  path: string,
  token: string,
  payload: unknown,
  headers: Record<string, string> = {}
): Effect.Effect<A, RequestError> =>
  open(path, token, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(payload)
  }).pipe(Effect.flatMap((response) => body((): Promise<A> => response.json())))
