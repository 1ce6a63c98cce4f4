/** Live streams: what they carry, how many there may be, and how they end. */
import { assert, describe, it } from "@effect/vitest"
import * as CacheMetrics from "@smart-cache/core/CacheMetrics"
import * as Invalidation from "@smart-cache/core/Invalidation"
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { connect } from "node:net"
import * as Insight from "../src/api/Insight.ts"
import * as Metrics from "../src/api/Metrics.ts"
import { sampled, Skipped } from "../src/internal/sampled.ts"
import { app, port, token } from "./support/app.ts"
import { type Frame, json, send, watch } from "./support/http.ts"

const path = "/api/v1/decisions"
const bearer = { authorization: `Bearer ${token}` }

/** Until so many watch the cache: what happens before is seen by nobody. */
const watchers = Effect.fnUntraced(function*(count: number) {
  const metrics = yield* CacheMetrics.CacheMetrics
  yield* metrics.snapshot.pipe(
    Effect.repeat({ until: (all) => all["decision_watchers"] === count, schedule: Schedule.spaced("20 millis") }),
    Effect.timeout("10 seconds"),
    Effect.orDie
  )
})

const read = Effect.fnUntraced(function*(key: string, force = false) {
  const cache = yield* SmartCache.SmartCache
  yield* cache.get(key, Effect.succeed("the value"), force ? { refresh: "force" } : {})
})

const isDecision = (key: string) => ({ data, event }: Frame) => event === "decision" && data.key === key

describe("decisions", () => {
  it.live("a read and an invalidation are told as they happen, without values", () =>
    Effect.gen(function*() {
      const watcher = yield* watch(yield* port, { path })
      assert.strictEqual(watcher.headers["content-type"], "text/event-stream")
      yield* watchers(1)
      yield* read("k")
      const { data } = yield* watcher.find(isDecision("k"))
      assert.deepInclude(data, { key: "k", strategy: "compute", reason: "miss", source: "compute", z: null })
      const rain = { event: "weather_rain", match_key: "ars-che" }
      yield* send(yield* port, { path: "/api/v1/events", ...json(rain, bearer) })
      const told = yield* watcher.find(({ event }) => event === "invalidation")
      assert.deepInclude(told.data, { event: "weather_rain", subjects: ["ars-che"] })
      assert.lengthOf(told.data.affected, 39)
      yield* (yield* SmartCache.SmartCache).invalidate(Invalidation.key("k"))
      yield* watcher.find(({ data, event }) => event === "invalidation" && data.event === null)
      assert.notInclude(JSON.stringify(watcher.frames), "the value")
      for (const { data, event } of watcher.frames) {
        yield* Schema.decodeUnknownEffect(event === "decision" ? Insight.Decision : Insight.Invalidated)(data)
      }
    }).pipe(Effect.provide(app()), Effect.scoped))

  it.live("only what fits the filter is sent", () =>
    Effect.gen(function*() {
      const watcher = yield* watch(yield* port, { path: `${path}?strategy=serve_fresh&reason=hit&key=wanted` })
      yield* watchers(1)
      yield* read("wanted-1")
      yield* read("other")
      yield* read("other")
      yield* read("wanted-1", true)
      yield* read("wanted-1")
      yield* watcher.find(isDecision("wanted-1"))
      assert.deepStrictEqual(
        watcher.frames.map(({ data }) => [data.key, data.reason]),
        [["wanted-1", "hit"]]
      )
    }).pipe(Effect.provide(app()), Effect.scoped))

  it.live("what is beyond the rate is counted, not sent", () =>
    Effect.gen(function*() {
      const watcher = yield* watch(yield* port, { path })
      yield* watchers(1)
      for (let i = 0; i < 50; i++) yield* read(`k${i}`)
      const count = (name: string) => watcher.frames.filter(({ event }) => event === name)
      const skipped = () => count("skipped").reduce((sum, { data }) => sum + data.count, 0)
      yield* watcher.until(() => count("decision").length + skipped() === 50)
      assert.isAtLeast(count("decision").length, 5)
      assert.isAbove(skipped(), 0)
    }).pipe(Effect.provide(app({}, { decisionsPerSecond: 5 })), Effect.scoped))
})

describe("a stream", () => {
  it.live("is kept alive by comments", () =>
    Effect.gen(function*() {
      const watcher = yield* watch(yield* port, { path })
      yield* watcher.until(() => watcher.beats() >= 3)
      assert.lengthOf(watcher.frames, 0)
    }).pipe(Effect.provide(app({}, { heartbeat: 50 })), Effect.scoped))

  it.live("of metrics tells them at once and again and again", () =>
    Effect.gen(function*() {
      const watcher = yield* watch(yield* port, { path: "/api/v1/metrics/stream" })
      yield* watcher.until(() => watcher.frames.length >= 3)
      const [first, second] = watcher.frames.map(({ data }) => data)
      assert.strictEqual(first.metrics.total_requests, 0)
      assert.isAbove(second.at, first.at)
      yield* Schema.decodeUnknownEffect(Metrics.Tick)(second)
      const now = JSON.parse((yield* send(yield* port, { path: "/api/v1/brain/metrics/cache" })).body)
      assert.sameMembers(Object.keys(first.metrics), Object.keys(now))
    }).pipe(Effect.provide(app({}, { metricsEvery: 50 })), Effect.scoped))

  it.live("beyond the bound is refused until one has ended", () =>
    Effect.gen(function*() {
      const at = yield* port
      const scope = yield* Scope.make()
      yield* Scope.provide(watch(at, { path }), scope)
      yield* watch(at, { path: "/api/v1/metrics/stream" })
      const refused = yield* send(at, { path })
      assert.strictEqual(refused.status, 503)
      assert.strictEqual(refused.headers["retry-after"], "5")
      assert.include(refused.body, "2 streams are open")
      // Asking with HEAD opens none and is refused alike.
      assert.strictEqual((yield* send(at, { path, method: "HEAD" })).status, 503)
      yield* watchers(1)
      yield* Scope.close(scope, Exit.void)
      yield* watchers(0)
      assert.strictEqual((yield* watch(at, { path })).status, 200)
    }).pipe(Effect.provide(app({}, { streams: 2 })), Effect.scoped))

  it.live("asked for with HEAD takes no place", () =>
    Effect.gen(function*() {
      const at = yield* port
      for (let i = 0; i < 3; i++) assert.strictEqual((yield* send(at, { path, method: "HEAD" })).status, 200)
      assert.strictEqual((yield* watch(at, { path })).status, 200)
    }).pipe(Effect.provide(app({}, { streams: 1 })), Effect.scoped))

  it.live("that nobody reads gives its place back", () =>
    Effect.gen(function*() {
      const at = yield* port
      const socket = connect(at, "127.0.0.1", () =>
        socket.write("GET /api/v1/metrics/stream HTTP/1.1\r\nHost: localhost\r\n\r\n"))
      socket.on("error", () => {})
      socket.pause()
      yield* Effect.addFinalizer(() =>
        Effect.sync(() =>
          socket.destroy()
        )
      )
      const status = Effect.map(send(at, { path, method: "HEAD" }), (reply) => reply.status)
      const until = (expected: number) =>
        status.pipe(
          Effect.repeat({ until: (got) => got === expected, schedule: Schedule.spaced("50 millis") }),
          Effect.timeout("25 seconds")
        )
      yield* until(503)
      // The buffers between the two fill up, and then nothing moves.
      yield* until(200)
    }).pipe(Effect.provide(app({}, { streams: 1, heartbeat: 100, metricsEvery: 1 })), Effect.scoped))

  it.live("ends properly when the server stops, and does not hold it up", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const context = yield* Scope.provide(Layer.build(app({}, { shutdown: 10_000 })), scope)
      const at = yield* Effect.provideContext(port, context)
      const watching = [yield* watch(at, { path }), yield* watch(at, { path: "/api/v1/metrics/stream" })]
      const [taken] = yield* Effect.timed(Scope.close(scope, Exit.void))
      for (const watcher of watching) yield* watcher.ended
      assert.isBelow(Duration.toSeconds(taken), 3)
    }).pipe(Effect.scoped))
})

describe("sampled", () => {
  it.effect("lets so many pass each second and counts the rest", () =>
    Effect.gen(function*() {
      const source = yield* Queue.unbounded<number>()
      const seen: Array<number | Skipped> = []
      yield* Effect.forkScoped(
        Stream.runForEach(sampled(Stream.fromQueue(source), 3), (each) => Effect.sync(() => seen.push(each)))
      )
      yield* Queue.offerAll(source, [1, 2, 3, 4, 5])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(seen, [1, 2, 3, new Skipped(2)])
      yield* Queue.offerAll(source, [6, 7])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(seen.slice(4), [6, 7])
    }).pipe(Effect.scoped))

  it.effect("counts what a slow taker has no room for", () =>
    Effect.gen(function*() {
      const source = yield* Queue.unbounded<number>()
      const seen: Array<number | Skipped> = []
      yield* Effect.forkScoped(
        Stream.runForEach(sampled(Stream.fromQueue(source), 2), (each) =>
          Effect.andThen(Effect.sync(() => seen.push(each)), Effect.sleep("10 seconds")))
      )
      for (let second = 0; second < 5; second++) {
        yield* Queue.offerAll(source, [second, second])
        yield* TestClock.adjust("1 second")
      }
      yield* TestClock.adjust("2 minutes")
      const passed = seen.filter((each) =>
        typeof each === "number"
      ).length
      const skipped = seen.reduce<number>((sum, each) => each instanceof Skipped ? sum + each.count : sum, 0)
      assert.strictEqual(passed + skipped, 10)
      assert.isBelow(passed, 7)
    }).pipe(Effect.scoped))
})
