/** Every route, as it is meant to be used. */
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { app, keyOf, port, token } from "./support/app.ts"
import { type Json, json, type Request, send } from "./support/http.ts"

const bearer = { authorization: `Bearer ${token}` }

const ask = Effect.fnUntraced(function*(request: Request) {
  const reply = yield* send(yield* port, request)
  return { ...reply, json: (): Json => JSON.parse(reply.body) }
})

/** What stands in the answer, of any shape. */
const read = (request: Request) => Effect.map(ask(request), (reply) => reply.json())

const reset = (family: string) => ask({ path: "/api/v1/brain/metrics/reset", ...json({ family }, bearer) })

const twice = (body: unknown) =>
  ask({ path: "/api/v1/events", ...json(body, { ...bearer, "idempotency-key": "once" }) })

const question = { home_team: "Arsenal", away_team: "Chelsea" }
const rain = { event: "weather_rain", match_key: "ars-che" }

layer(app(), { excludeTestServices: true })("routes", (it) => {
  it.effect("/health tells how the cache and its store do", () =>
    Effect.gen(function*() {
      const health = yield* read({ path: "/health" })
      assert.strictEqual(health.status, "ok")
      assert.strictEqual(health.version, "0.1.0")
      assert.isAtLeast(health.uptime_ms, 0)
      assert.isAtMost(health.since, Date.now())
      const { since, ...store } = health.store
      assert.deepStrictEqual(store, { kind: "memory", state: "ok", breaker: "closed" })
      assert.isNumber(since)
    }))

  it.effect("a prediction is computed once, then served, and counted", () =>
    Effect.gen(function*() {
      const first = yield* read({ path: "/api/v1/brain/calculate", ...json(question) })
      const { selections, ...prediction } = first.prediction
      assert.deepStrictEqual(prediction, { match_key: "ars-che", market: "match-odds", ...question })
      assert.deepStrictEqual(selections[0], { selection: "home", probability: 0.5 })
      assert.strictEqual(first.metadata.reason, "miss")
      assert.strictEqual(first.metadata.zone, "active")
      assert.isNull(first.metadata.z)
      const second = yield* read({ path: "/api/v1/brain/calculate", ...json(question) })
      assert.strictEqual(second.metadata.reason, "hit")
      const metrics = yield* read({ path: "/api/v1/brain/metrics/cache" })
      assert.strictEqual(metrics.computes, 1)
      assert.strictEqual(metrics.cache_hit_fresh, 1)
      assert.strictEqual(metrics.hit_rate_pct, 50)
      assert.strictEqual(metrics.read_latency_seconds.compute.count, 1)
      assert.isNull(metrics.read_latency_seconds.bypass.p95)
    }))

  it.effect("a key is explained without its value", () =>
    Effect.gen(function*() {
      yield* read({ path: "/api/v1/brain/calculate", ...json(question) })
      const explained = yield* read({ path: `/api/v1/explain?key=${encodeURIComponent(keyOf("ars-che"))}` })
      assert.strictEqual(explained.decision.reason, "hit")
      assert.deepStrictEqual(explained.held.tags, ["{ars-che}:match-odds"])
      assert.notProperty(explained.held, "value")
      assert.notInclude(JSON.stringify(explained), "0.5")
      const unheld = yield* read({ path: "/api/v1/explain?key=nothing" })
      assert.isNull(unheld.held)
      assert.strictEqual(unheld.decision.reason, "miss")
    }))

  it.effect("an event of several matches tells what it touched", () =>
    Effect.gen(function*() {
      const matches = ["ars-che", "tot-liv", "ars-che"]
      const reply = yield* ask({
        path: "/api/v1/events",
        ...json({ event: "weather_rain", match_key: matches }, bearer)
      })
      assert.strictEqual(reply.status, 200)
      const report = reply.json()
      assert.deepStrictEqual(report.match_keys, ["ars-che", "tot-liv"])
      assert.lengthOf(report.affected, 39)
      assert.lengthOf(report.preserved, 60)
      assert.closeTo(report.saved_pct, 60.6, 0.05)
      assert.isAbove(report.stamp, 0)
    }))

  it.effect("an event drops what it affects, so that the next read computes", () =>
    Effect.gen(function*() {
      const spurs = { home_team: "Tottenham", away_team: "Liverpool" }
      const reason = Effect.map(
        read({ path: "/api/v1/brain/calculate", ...json(spurs) }),
        ({ metadata }) => metadata.reason
      )
      assert.strictEqual(yield* reason, "miss")
      yield* read({ path: "/api/v1/events", ...json({ event: "weather_rain", match_key: "tot-liv" }, bearer) })
      assert.strictEqual(yield* reason, "hit")
      yield* read({ path: "/api/v1/events", ...json({ event: "lineup_confirmed", match_key: "tot-liv" }, bearer) })
      assert.strictEqual(yield* reason, "invalidated")
    }))

  it.effect("odds become history: one, many, and the order of the markets", () =>
    Effect.gen(function*() {
      const now = Date.now()
      const path = "/api/v1/odds"
      const one = yield* read({ path, ...json({ market_key: "early", odds: 2.5, at: now - 60_000 }, bearer) })
      assert.deepStrictEqual(one, { observed: 1 })
      const history = [2.5, 2.52, 2.48, 2.51, 9].map((odds, i) => ({ market_key: "late", odds, at: now - 9000 + i }))
      assert.deepStrictEqual(yield* read({ path, ...json(history, bearer) }), { observed: 5 })
      const markets = yield* read({ path: "/api/v1/vix?limit=2" })
      assert.deepStrictEqual(markets.map((each: Json) => each.market_key), ["late", "early"])
      assert.strictEqual(markets[0].level, "panic")
      assert.isAbove(markets[0].z, 2)
      assert.strictEqual(markets[0].samples, 5)
      assert.lengthOf(yield* read({ path: "/api/v1/vix?limit=1" }), 1)
      const trace = yield* read({ path: "/api/v1/vix/trace?market_key=late" })
      assert.deepStrictEqual([trace.warning, trace.panic], [1.5, 2])
      assert.deepStrictEqual(trace.points.map((point: Json) => point.odds), [2.5, 2.52, 2.48, 2.51, 9])
      assert.isNull(trace.points[0].z)
      assert.strictEqual(trace.points[4].level, "panic")
    }))

  it.effect("odds from a clock that is a little ahead are of now", () =>
    Effect.gen(function*() {
      const sent = Date.now() + 3000
      const body = json({ market_key: "ahead", odds: 2, at: sent }, {
        ...bearer,
        "content-type": "application/json; charset=UTF-8",
        "content-encoding": "Identity"
      })
      assert.deepStrictEqual(yield* read({ path: "/api/v1/odds", ...body }), { observed: 1 })
      const { points } = yield* read({ path: "/api/v1/vix/trace?market_key=ahead" })
      assert.isBelow(points[0].at, sent)
    }))

  it.effect("fixtures come by kickoff, with their zone and TTL", () =>
    Effect.gen(function*() {
      const fixtures = yield* read({ path: "/api/v1/fixtures" })
      assert.deepStrictEqual(fixtures.map((each: Json) => [each.match_key, each.zone, each.ttl_ms]), [
        ["ars-che", "active", 30 * 60_000],
        ["tot-liv", "standard", 6 * 3_600_000]
      ])
      assert.isTrue(fixtures[0].lineup_confirmed)
    }))

  it.effect("the graph tells what changes what", () =>
    Effect.gen(function*() {
      const graph = yield* read({ path: "/api/v1/graph" })
      assert.lengthOf(graph.events, 11)
      assert.lengthOf(graph.markets, 99)
      const rained = graph.events.find((event: Json) => event.name === "weather_rain")
      assert.deepStrictEqual(rained.factors, ["pitch"])
      assert.lengthOf(rained.affected, 39)
      assert.deepInclude(graph.edges, { from: "event:weather_rain", to: "factor:pitch", kind: "changes" })
    }))

  it.effect("the catalogue names every metric, and Prometheus is given them all", () =>
    Effect.gen(function*() {
      const catalogue: ReadonlyArray<Json> = yield* read({ path: "/api/v1/brain/metrics/catalogue" })
      const metrics = yield* read({ path: "/api/v1/brain/metrics/cache" })
      assert.sameMembers(catalogue.map((each) => each.name), Object.keys(metrics))
      const exposition = yield* ask({ path: "/api/v1/cache/metrics" })
      assert.strictEqual(exposition.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8")
      for (const { name, type } of catalogue) {
        assert.include(exposition.body, `# TYPE ${name}${type === "counter" ? "_total" : ""} ${type}\n`)
      }
    }))

  it.effect("one family begins anew, or all", () =>
    Effect.gen(function*() {
      yield* read({ path: "/api/v1/brain/calculate", ...json(question) })
      const one = yield* reset("golden_hour")
      assert.deepStrictEqual([one.status, one.body], [204, ""])
      const after = yield* read({ path: "/api/v1/brain/metrics/cache" })
      assert.strictEqual(after.golden_hour_active, 0)
      assert.isAbove(after.total_requests, 0)
      yield* reset("all")
      assert.strictEqual((yield* read({ path: "/api/v1/brain/metrics/cache" })).total_requests, 0)
    }))

  it.effect("a repeated event changes nothing; the same key for another one is refused", () =>
    Effect.gen(function*() {
      const count = Effect.map(read({ path: "/api/v1/brain/metrics/cache" }), (all) => all.surgical_invalidation)
      const before = yield* count
      const replies = yield* Effect.all([
        twice(rain),
        twice(rain),
        twice({ match_key: ["ars-che"], event: rain.event })
      ], {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(replies.map(({ status }) => status), [200, 200, 200])
      assert.strictEqual(new Set(replies.map(({ body }) => body)).size, 1)
      assert.strictEqual((yield* twice(rain)).body, replies[0].body)
      const other = yield* twice({ ...rain, match_key: "tot-liv" })
      assert.strictEqual(other.status, 409)
      assert.include(other.body, "Idempotency-Key")
      assert.strictEqual(yield* count, before + 1)
    }))

  it.effect("HEAD is answered as GET is, without the body", () =>
    Effect.gen(function*() {
      for (const path of ["/health", "/api/v1/graph", "/api/v1/decisions", "/docs", "/openapi.json"]) {
        const reply = yield* ask({ path, method: "HEAD" })
        assert.deepStrictEqual([path, reply.status, reply.body], [path, 200, ""])
      }
    }))
})
