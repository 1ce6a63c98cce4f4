/** The API to be browsed at `/docs`: one page that brings everything along. */
import * as Effect from "effect/Effect"
import * as HttpApiSwagger from "effect/http-api/HttpApiSwagger"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import { createHash } from "node:crypto"
import { Api } from "../Api.ts"
import * as Headers from "./headers.ts"

type Response = HttpServerResponse.HttpServerResponse

const hashOf = (script: string): string => `'sha256-${createHash("sha256").update(script, "utf8").digest("base64")}'`

const textOf = ({ body }: Response): string => body._tag === "Uint8Array" ? new TextDecoder().decode(body.body) : ""

/** The page's own policy: its scripts by their hashes, and the style elements that they make. */
const policyOf = (page: Response): string => {
  const scripts = Array.from(textOf(page).matchAll(/<script>([\s\S]*?)<\/script>/g), ([, script]) => hashOf(script!))
  return Headers.policy({
    "script-src": scripts.join(" "),
    "style-src": "'unsafe-inline'",
    "img-src": "'self' data:",
    "connect-src": "'self'"
  })
}

/** The page is made once, so its policy is found once. */
const withPolicy = HttpRouter.middleware(Effect.sync(() => {
  const policies = new WeakMap<Response, string>()
  const policy = (page: Response): string => {
    const found = policies.get(page) ?? policyOf(page)
    policies.set(page, found)
    return found
  }
  return (page) =>
    Effect.map(page, (response) =>
      HttpServerResponse.setHeaders(response, {
        "content-security-policy": policy(response),
        "cache-control": "no-cache"
      }))
}))

export const layer: Layer.Layer<never, never, HttpRouter.HttpRouter> = HttpApiSwagger.layer(Api, { path: "/docs" })
  .pipe(Layer.provide(withPolicy.layer))
