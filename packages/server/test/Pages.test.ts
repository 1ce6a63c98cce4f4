/** What browsers are given: pages, files, the document of the API, and the headers that keep them safe. */
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as HttpApi from "effect/http-api/HttpApi"
import { createHash } from "node:crypto"
import { Api } from "../src/Api.ts"
import { app, port } from "./support/app.ts"
import { type Json, type Reply, type Request, send } from "./support/http.ts"

const get = (path: string, request: Omit<Request, "path"> = {}) =>
  Effect.flatMap(port, (at) => send(at, { path, ...request }))

/** A content security policy by directive. */
const policyOf = ({ headers }: Reply): Readonly<Record<string, string>> =>
  Object.fromEntries(
    String(headers["content-security-policy"]).split("; ").map((line) => {
      const [name, ...sources] = line.split(" ")
      return [name, sources.join(" ")]
    })
  )

layer(app(), { excludeTestServices: true })("pages", (it) => {
  it.effect("every answer has the headers that keep a browser safe", () =>
    Effect.gen(function*() {
      const paths = ["/", "/health", "/nowhere", "/api/v1/graph", "/openapi.json", "/api/v1/explain", "/api/v1/events"]
      for (const path of paths) {
        const reply = yield* get(path)
        assert.strictEqual(reply.headers["x-content-type-options"], "nosniff", path)
        assert.strictEqual(reply.headers["referrer-policy"], "no-referrer", path)
        assert.strictEqual(reply.headers["cross-origin-opener-policy"], "same-origin", path)
        assert.strictEqual(reply.headers["cross-origin-resource-policy"], "same-origin", path)
        assert.notProperty(reply.headers, "access-control-allow-origin", path)
        const expected = {
          "default-src": "'none'",
          "script-src": "'self'",
          "style-src": "'self'",
          "img-src": "'self' data:",
          "connect-src": "'self'",
          "base-uri": "'none'",
          "form-action": "'none'",
          "frame-ancestors": "'none'"
        }
        assert.deepStrictEqual(policyOf(reply), expected, path)
      }
    }))

  it.effect("what the API tells is kept by no cache", () =>
    Effect.gen(function*() {
      for (const path of ["/health", "/api/v1/brain/metrics/cache", "/nowhere"]) {
        assert.strictEqual((yield* get(path)).headers["cache-control"], "no-store", path)
      }
    }))

  it.effect("the documentation runs its own scripts and no others, and needs nothing from elsewhere", () =>
    Effect.gen(function*() {
      const page = yield* get("/docs")
      assert.strictEqual(page.status, 200)
      assert.match(String(page.headers["content-type"]), /^text\/html/)
      const policy = policyOf(page)
      const scripts = Array.from(
        page.body.matchAll(/<script>([\s\S]*?)<\/script>/g),
        ([, script]) => `'sha256-${createHash("sha256").update(script!).digest("base64")}'`
      )
      assert.isNotEmpty(scripts)
      assert.strictEqual(policy["script-src"], scripts.join(" "))
      assert.strictEqual(policy["connect-src"], "'self'")
      assert.notMatch(page.body, /<(?:script|link|img)[^>]+(?:src|href)=["']?(?:https?:)?\/\//)
    }))

  it.effect("the document names every endpoint, what it may answer, and which ones need the token", () =>
    Effect.gen(function*() {
      const document = JSON.parse((yield* get("/openapi.json")).body)
      const operations: Array<Json> = []
      HttpApi.reflect(Api, {
        onGroup: () => {},
        onEndpoint: ({ endpoint }) => {
          operations.push(document.paths[endpoint.path][endpoint.method.toLowerCase()])
        }
      })
      assert.lengthOf(operations, 15)
      for (const operation of operations) assert.isDefined(operation.responses["200"] ?? operation.responses["204"])
      const guarded = Object.entries<Json>(document.paths)
        .filter(([, path]) => Object.values<Json>(path).some(({ security }) => security.length > 0))
        .map(([path]) => path)
      assert.sameMembers(guarded, ["/api/v1/brain/metrics/reset", "/api/v1/events", "/api/v1/odds"])
      const { responses } = document.paths["/api/v1/events"].post
      for (const status of [200, 400, 401, 403, 404, 409, 413, 415, 422, 503]) {
        assert.property(responses, String(status))
      }
      assert.property(responses[404].content, "application/problem+json")
    }))

  it.effect("the dashboard is a page, built or not, whose files may be kept for ever and itself not", () =>
    Effect.gen(function*() {
      const page = yield* get("/")
      assert.match(String(page.headers["content-type"]), /^text\/html/)
      const files = Array.from(page.body.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g), ([, file]) => file!)
      if (page.status === 404) assert.include(page.body, "npm run build:dashboard<")
      else {
        assert.strictEqual(page.headers["cache-control"], "no-cache")
        assert.isNotEmpty(files)
      }
      for (const file of files) {
        const reply = yield* get(file)
        assert.strictEqual(reply.status, 200, file)
        assert.strictEqual(reply.headers["cache-control"], "public, max-age=31536000, immutable")
        const again = yield* get(file, { headers: { "if-none-match": String(reply.headers.etag) } })
        assert.deepStrictEqual([again.status, again.body], [304, ""])
      }
    }))
})
