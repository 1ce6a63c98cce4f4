import * as HttpServerResponse from "effect/http/HttpServerResponse"

type Response = HttpServerResponse.HttpServerResponse

/** A content security policy under which nothing but what is named is loaded or run. */
export const policy = (more: Readonly<Record<string, string>>): string =>
  Object.entries({
    "default-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
    ...more
  }).map(([name, sources]) => `${name} ${sources}`).join("; ")

const everywhere: Readonly<Record<string, string>> = {
  "content-security-policy": policy({
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'"
  }),
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store"
}

/** What a status asks for: how to prove oneself, and when to come back. */
const byStatus: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  401: { "www-authenticate": "Bearer realm=\"smart-cache\"" },
  503: { "retry-after": "5" }
}

/** The headers of every response; those that the response has itself stay. */
export const complete = (response: Response): Response =>
  HttpServerResponse.setHeaders(response, { ...everywhere, ...byStatus[response.status], ...response.headers })
