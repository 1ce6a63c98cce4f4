/** Requests that are wrong, absurd or meant ill: each is told what is wrong, and nothing changes. */
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { app, port, token } from "./support/app.ts"
import { json, type Request, send } from "./support/http.ts"

const bearer = { authorization: `Bearer ${token}` }
const events = "/api/v1/events"
const odds = "/api/v1/odds"
const calculate = "/api/v1/brain/calculate"
const reset = "/api/v1/brain/metrics/reset"

const rain = { event: "weather_rain", match_key: "ars-che" }
const teams = { home_team: "Arsenal", away_team: "Chelsea" }
const priced = (odds: unknown, at?: number) => ({ market_key: "m", odds, ...at === undefined ? {} : { at } })

/** A body given as it is. */
const raw = (body: string, headers: Readonly<Record<string, string>> = {}) => ({
  method: "POST",
  headers: { "content-type": "application/json", ...bearer, ...headers },
  body
})

const spaces = " ".repeat(70_000)
const tooMany = Array.from({ length: 1001 }, () => priced(2))

type Case = readonly [name: string, request: Request, status: number, detail: RegExp]

const methods: ReadonlyArray<Case> = [
  ["GET of an endpoint that takes POST", { path: events }, 405, /takes POST$/],
  ["DELETE of one that takes GET", { path: "/health", method: "DELETE" }, 405, /takes GET, HEAD$/],
  ["POST to the dashboard", { path: "/", ...json({}) }, 405, /takes GET, HEAD$/],
  ["PUT to a file", { path: "/assets/x.js", ...json({}), method: "PUT" }, 405, /takes GET, HEAD$/],
  [
    "OPTIONS, as a browser asks before it posts to another site",
    { path: events, method: "OPTIONS" },
    405,
    /takes POST$/
  ],
  ["a method of its own", { path: "/health", method: "PROPFIND" }, 405, /takes GET, HEAD$/],
  ["an unknown path", { path: "/api/v2/health" }, 404, /nothing at "\/api\/v2\/health"/],
  ["a POST to an unknown path", { path: "/nowhere", ...json({}) }, 404, /nothing at/],
  ["a way out of the files", { path: "/assets/..%2f..%2f..%2fpackage.json" }, 404, /nothing at/],
  ["another way out", { path: "/assets/../../package.json" }, 404, /nothing at/],
  ["a name that is no name", { path: "/assets/%00%ff" }, 404, /nothing at/],
  ["a name that is too long for a file", { path: `/assets/${"x".repeat(256)}` }, 404, /nothing at/],
  ["a path as long as headers may be", { path: `/${"x/".repeat(7000)}` }, 404, /nothing at/],
  ["a path below a file", { path: "/index.html/x" }, 404, /nothing at/],
  ["the dashboard, almost", { path: "/;x" }, 404, /nothing at "\/;x"/]
]

const bodies: ReadonlyArray<Case> = [
  [
    "no content type",
    { path: events, method: "POST", headers: bearer, body: JSON.stringify(rain) },
    415,
    /application\/json/
  ],
  ["text", { path: events, ...json(rain, { ...bearer, "content-type": "text/plain" }) }, 415, /application\/json/],
  ["a form", { path: calculate, ...json(teams, { "content-type": "application/x-www-form-urlencoded" }) }, 415, /json/],
  ["an encoded body", { path: events, ...json(rain, { ...bearer, "content-encoding": "gzip" }) }, 415, /not encoded/],
  [
    "another encoding of letters",
    { path: events, ...json(rain, { ...bearer, "content-type": "application/json; charset=\"UTF-16\"" }) },
    415,
    /UTF-8/
  ],
  [
    "letters that are none",
    { path: events, ...raw(""), body: Buffer.from(JSON.stringify({ ...rain, event: "\xff" }), "latin1") },
    400,
    /not JSON in UTF-8/
  ],
  ["half of a body", { path: events, ...raw("{\"event\":") }, 400, /not JSON/],
  ["an empty body", { path: events, ...raw("") }, 400, /not JSON/],
  ["an oversized body", { path: events, ...raw(spaces) }, 413, /65536 bytes/],
  ["an oversized body of unknown length", { path: events, ...raw(spaces), chunked: true }, 413, /65536 bytes/],
  ["null", { path: events, ...raw("null") }, 422, /not what is expected/],
  ["a list", { path: events, ...raw("[]") }, 422, /not what is expected/],
  ["another shape", { path: calculate, ...json({ home: "Arsenal" }) }, 422, /not what is expected/],
  ["a name without end", { path: calculate, ...json({ ...teams, home_team: "x".repeat(300) }) }, 422, /not what/],
  ["a prototype", { path: events, ...raw("{\"__proto__\":{\"event\":\"weather_rain\"}}") }, 422, /not what/]
]

const access: ReadonlyArray<Case> = [
  [
    "a stream for a page of another site",
    { path: "/api/v1/decisions", headers: { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" } },
    403,
    /other sites/
  ],
  [
    "a stream for a page on another port of this machine",
    { path: "/api/v1/decisions", headers: { "sec-fetch-site": "same-site", "sec-fetch-mode": "cors" } },
    403,
    /other sites/
  ],
  ["an event without the token", { path: events, ...json(rain) }, 401, /Bearer/],
  ["an event with a wrong token", { path: events, ...json(rain, { authorization: "Bearer wrong" }) }, 401, /Bearer/],
  [
    "a token that is longer",
    { path: events, ...json(rain, { authorization: `Bearer ${token}x` }) },
    401,
    /Bearer/
  ],
  ["a token as a password", { path: events, ...json(rain, { authorization: `Basic ${token}` }) }, 401, /Bearer/],
  ["odds without the token", { path: odds, ...json(priced(2)) }, 401, /Bearer/],
  ["a reset without the token", { path: reset, ...json({ family: "all" }) }, 401, /Bearer/],
  ["the token before the body: oversized without it", { path: events, ...json(spaces) }, 401, /Bearer/],
  [
    "another site's name for this machine",
    { path: "/health", headers: { host: "evil.example" } },
    421,
    /evil\.example/
  ],
  [
    "another site's name with the token",
    { path: events, ...json(rain, { ...bearer, host: "evil.example:4499" }) },
    421,
    /evil/
  ],
  ["a name that begins like a loopback", { path: "/health", headers: { host: "127.0.0.1.evil.example" } }, 421, /evil/],
  ["a name with a user in it", { path: "/health", headers: { host: "evil@localhost" } }, 421, /evil/],
  ["a name that is none", { path: "/health", headers: { host: "[::1" } }, 421, /does not answer/]
]

const content: ReadonlyArray<Case> = [
  ["an unknown event", { path: events, ...json({ ...rain, event: "snowman" }, bearer) }, 422, /snowman.*weather_rain/],
  ["an unknown match", { path: events, ...json({ ...rain, match_key: ["ars-che", "x"] }, bearer) }, 404, /match "x"/],
  ["no match", { path: events, ...json({ ...rain, match_key: [] }, bearer) }, 422, /not what is expected/],
  [
    "an Idempotency-Key without end",
    { path: events, ...json(rain, { ...bearer, "idempotency-key": "k".repeat(256) }) },
    400,
    /headers/
  ],
  ["odds of 1", { path: odds, ...json(priced(1), bearer) }, 422, /odds of market "m" must be .* greater than 1/],
  ["negative odds", { path: odds, ...json(priced(-2), bearer) }, 422, /greater than 1/],
  ["odds of 1e300", { path: odds, ...json(priced(1e300), bearer) }, 422, /at most/],
  ["odds that JSON reads as infinite", { path: odds, ...raw("{\"market_key\":\"m\",\"odds\":1e999}") }, 422, /./],
  ["NaN", { path: odds, ...json(priced("NaN"), bearer) }, 422, /not what is expected/],
  [
    "odds in the future",
    { path: odds, ...json(priced(2, Date.now() + 60_000), bearer) },
    422,
    /at of market "m" must not be after/
  ],
  ["odds of long ago", { path: odds, ...json(priced(2, 1.5), bearer) }, 422, /at of market "m" must not be before \d/],
  [
    "odds that go back in time",
    { path: odds, ...json([priced(2, Date.now() - 1000), priced(2, Date.now() - 2000)], bearer) },
    422,
    /must not be before/
  ],
  [
    "one bad price among good ones",
    { path: odds, ...json([priced(2), priced(2), priced(0)], bearer) },
    422,
    /nothing was recorded/
  ],
  ["no odds", { path: odds, ...json([], bearer) }, 422, /not what is expected/],
  ["more odds than one request may bring", { path: odds, ...json(tooMany, bearer) }, 422, /not what is expected/],
  ["an unknown family", { path: reset, ...json({ family: "everything" }, bearer) }, 422, /not what is expected/],
  ["unknown teams", { path: calculate, ...json({ ...teams, home_team: "Nobody" }) }, 404, /Nobody/],
  ["an unknown market", { path: calculate, ...json({ ...teams, market: "weather" }) }, 422, /no market "weather"/],
  ["a model that fails", { path: calculate, ...json({ ...teams, market: "broken" }) }, 503, /the model is away/],
  ["a model that dies", { path: calculate, ...json({ ...teams, market: "dying" }) }, 500, /the server failed/],
  ["no key to explain", { path: "/api/v1/explain" }, 400, /query/],
  ["a key that the cache does not take", { path: `/api/v1/explain?key=${"k".repeat(1025)}` }, 400, /maxKeyLength/],
  ["two keys", { path: "/api/v1/explain?key=a&key=b" }, 400, /query/],
  ["a limit of 0", { path: "/api/v1/vix?limit=0" }, 400, /query/],
  ["a limit beyond the bound", { path: "/api/v1/vix?limit=201" }, 400, /query/],
  ["a limit that is no number", { path: "/api/v1/vix?limit=ten" }, 400, /query/],
  ["a market without odds", { path: "/api/v1/vix/trace?market_key=none" }, 404, /no odds/],
  ["an unknown strategy", { path: "/api/v1/decisions?strategy=guess" }, 400, /query/]
]

/** Everything that the cache counts: whatever is changed shows here. */
const counted = Effect.flatMap(port, (at) => send(at, { path: "/api/v1/brain/metrics/cache" }))

layer(app(), { excludeTestServices: true })("hostile requests", (it) => {
  for (const [name, request, status, detail] of [...methods, ...bodies, ...access, ...content]) {
    it.effect(`${status}: ${name}`, () =>
      Effect.gen(function*() {
        const before = yield* counted
        const reply = yield* send(yield* port, request)
        assert.strictEqual(reply.status, status, reply.body)
        assert.strictEqual(reply.headers["content-type"], "application/problem+json")
        const problem = JSON.parse(reply.body)
        assert.strictEqual(problem.status, status)
        assert.isNotEmpty(problem.title)
        assert.match(problem.detail, detail)
        // No stack, no path of the machine, no words of the defect.
        assert.notMatch(reply.body, /\\n|\bat \S+ \(|\.[jt]s:\d|node_modules|file:|secret/)
        assert.isBelow(reply.body.length, 2000)
        assert.strictEqual((yield* counted).body, before.body)
      }))
  }

  it.effect("a refused method is told what is allowed, refused credentials what is asked for", () =>
    Effect.gen(function*() {
      const at = yield* port
      assert.strictEqual((yield* send(at, { path: events })).headers.allow, "POST")
      const challenged = yield* send(at, { path: events, ...json(rain) })
      assert.match(String(challenged.headers["www-authenticate"]), /^Bearer/)
    }))

  it.effect("the refused part is named", () =>
    Effect.gen(function*() {
      const reply = yield* send(yield* port, { path: odds, ...json([priced(2), priced(0.5)], bearer) })
      assert.deepStrictEqual(JSON.parse(reply.body).errors[0].path, ["payload", 1, "odds"])
      const shape = yield* send(yield* port, { path: odds, ...json([priced(2), priced("3")], bearer) })
      assert.deepStrictEqual(JSON.parse(shape.body).errors[0].path, ["payload", 1, "odds"])
    }))
})
