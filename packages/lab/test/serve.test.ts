/** The serve command, as a shell and a browser see it. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { freePort } from "../../redis/test/servers/process.ts"
import { single } from "../../redis/test/servers/single.ts"

const command = join(import.meta.dirname, "../src/bin/serve.ts")
const token = "a-token-for-this-test-alone"

interface Environment {
  readonly [variable: string]: string | undefined
}

/** Starts the command on a free port, in an environment of its own; it is gone when the scope closes. */
const start = (environment: Environment, ...args: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const port = environment["PORT"] ?? String(yield* freePort)
    const child = yield* Effect.acquireRelease(
      Effect.sync(() =>
        spawn(process.execPath, ["--conditions=@smart-cache/source", command, ...args], {
          env: { PATH: process.env["PATH"], PORT: port, ...environment }
        })
      ),
      (child) => Effect.sync(() => child.kill("SIGKILL"))
    )
    let output = ""
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => output += String(data))
    const ended = new Promise<number | string | null>((resolve) => {
      child.on("close", (code, signal) => resolve(code ?? signal))
    })
    return { child, ended, url: `http://127.0.0.1:${port}`, port, output: () => output }
  })

type Serving = Effect.Success<ReturnType<typeof start>>

/** Looks again and again until it is so; half a minute at most. */
const eventually = async <A>(look: () => Promise<A | undefined>): Promise<A> => {
  for (const end = performance.now() + 30_000; performance.now() < end;) {
    const found = await look().catch(() => undefined)
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return assert.fail("not within half a minute")
}

const ready = ({ output }: Serving) => eventually(async () => output().includes("Ctrl-C ends it") || undefined)

/** The JSON at a path; with a body it is sent there, with the token. */
const json = async (url: string, body?: unknown): Promise<Record<string, unknown>> => {
  const headers = { "content-type": "application/json", authorization: `Bearer ${token}` }
  const response = await fetch(url, body === undefined ? {} : { method: "POST", headers, body: JSON.stringify(body) })
  return await response.json() as Record<string, unknown>
}

/** `total_requests` begins anew at each full hour. */
const requests = async (url: string): Promise<number> => {
  const { cache_hit_fresh: hits, cache_miss: misses } = await json(`${url}/api/v1/brain/metrics/cache`)
  return Number(hits) + Number(misses)
}

/** Waits until the readers have read more than at first. */
const grows = async (url: string): Promise<void> => {
  const before = await requests(url)
  await eventually(async () => await requests(url) > before + 20 || undefined)
}

interface Fixture {
  readonly match_key: string
  readonly home_team: string
  readonly away_team: string
  readonly zone: string
}

const fixtures = async (url: string): Promise<ReadonlyArray<Fixture>> =>
  await (await fetch(`${url}/api/v1/fixtures`)).json() as ReadonlyArray<Fixture>

/** Ends it with a signal; how, and within how many milliseconds. */
const end = async ({ child, ended }: Serving, signal: NodeJS.Signals) => {
  const begun = performance.now()
  child.kill(signal)
  const code = await ended
  return { code, millis: performance.now() - begun }
}

describe("the serve command", () => {
  it.live(
    "serves a match day that is read, answers, hears of events, and ends at once with streams open",
    () =>
      Effect.gen(function*() {
        const serving = yield* start({ SMART_CACHE_TOKEN: token }, "--compute-ms", "50")
        const { output, url } = serving
        yield* Effect.promise(async () => {
          await ready(serving)
          assert.strictEqual((await json(`${url}/health`))["status"], "ok")
          await grows(url)
          const offered = await fixtures(url)
          assert.includeMembers(offered.map(({ zone }) => zone), ["active", "prematch", "standard"])
          const { away_team, home_team, match_key } = offered[1]!
          const { metadata, prediction } = await json(`${url}/api/v1/brain/calculate`, { home_team, away_team })
          assert.deepInclude(prediction, { match_key, home_team, away_team, market: "match-odds" })
          assert.containsAllKeys(metadata, ["strategy", "reason", "zone"])
          const event = { event: "weather_rain", match_key }
          assert.deepInclude(await json(`${url}/api/v1/events`, event), { match_keys: [match_key] })
          assert.strictEqual((await json(`${url}/api/v1/events`, { ...event, match_key: "nobody" }))["status"], 404)
          const streams = await Promise.all([fetch(`${url}/api/v1/decisions`), fetch(`${url}/api/v1/metrics/stream`)])
          await streams[0].body!.getReader().read()
          const { code, millis } = await end(serving, "SIGTERM")
          assert.strictEqual(code, 130)
          assert.isBelow(millis, 5000)
          assert.notInclude(output(), token)
          assert.notMatch(output(), /\n {4}at /)
        })
      }),
    60_000
  )

  it.live("shows odds that are sent to its readers: a shock makes a panic", () =>
    Effect.gen(function*() {
      const serving = yield* start({ SMART_CACHE_TOKEN: token }, "--compute-ms", "50")
      const { url } = serving
      yield* Effect.promise(async () => {
        await ready(serving)
        const { away_team, home_team, match_key } = (await fixtures(url))[1]!
        const market_key = `{${match_key}}:match-odds`
        const shock = async () => {
          // Enough of them to have a history; then readers of the next seconds see the jump.
          for (const odds of [2, 2.02, 2, 2.02, 2, 9]) await json(`${url}/api/v1/odds`, { market_key, odds })
          const { metadata } = await json(`${url}/api/v1/brain/calculate`, { home_team, away_team })
          const { strategy, vix } = metadata as Record<string, unknown>
          return strategy === "bypass" && vix === "panic" || undefined
        }
        assert.isTrue(await shock())
      })
    }), 60_000)

  it.live("says that the port is in use, and fails", () =>
    Effect.gen(function*() {
      const port = yield* freePort
      const other = createServer()
      yield* Effect.acquireRelease(
        Effect.promise(() => new Promise<void>((resolve) => other.listen(port, "127.0.0.1", resolve))),
        () => Effect.sync(() => other.close())
      )
      const { ended, output } = yield* start({ PORT: String(port) })
      assert.strictEqual(yield* Effect.promise(() => ended), 1)
      assert.match(output(), new RegExp(`serve: port ${port} of 127\\.0\\.0\\.1 is in use: .*PORT`))
    }), 60_000)

  it.live.each<readonly [string, Environment, ReadonlyArray<string>, RegExp]>([
    ["other machines without a token", { HOST: "0.0.0.0" }, [], /serve: binding to 0\.0\.0\.0 .*SMART_CACHE_TOKEN/],
    ["a port that is none", { PORT: "abc" }, [], /serve: expected a port from 0 to 65535, got "abc" at \["PORT"\]/],
    [
      "a URL for a name",
      { SMART_CACHE_ALLOWED_HOSTS: "https://a.b" },
      [],
      /got "https:.* at \["SMART_CACHE_ALLOWED_HOSTS"\]/
    ],
    ["a wrong setting", { SMART_CACHE_TTL: "never" }, [], /serve: .*"never" at \["SMART_CACHE_TTL"\]/],
    ["a Redis that is none", { REDIS_URL: "nonsense:hunter2" }, [], /serve: REDIS_URL: the URL must be redis/],
    ["a wrong flag", {}, ["--speed", "0"], /--speed.*between 1 and 60/],
    ["a folder without data", {}, ["--data", "/nowhere"], /serve: cannot read \/nowhere\/fixtures\.csv/]
  ])("refuses %s, in words and without a stack", ([, environment, args, message]) =>
    Effect.gen(function*() {
      const { ended, output } = yield* start(environment, ...args)
      assert.strictEqual(yield* Effect.promise(() => ended), 1)
      assert.match(output(), message)
      assert.notMatch(output(), /\n {4}at |hunter2/)
    }), 60_000)

  it.live("lies over a Redis, and goes on without one", () =>
    Effect.gen(function*() {
      const redis = yield* single()
      const over = yield* start({ REDIS_URL: redis.url }, "--compute-ms", "50")
      const alone = yield* start({ REDIS_URL: "redis://u:hunter2@127.0.0.1:1" }, "--compute-ms", "50")
      yield* Effect.promise(async () => {
        for (const [serving, state] of [[over, "ok"], [alone, "degraded"]] as const) {
          await ready(serving)
          await grows(serving.url)
          const { status, store } = await json(`${serving.url}/health`)
          assert.strictEqual(status, state)
          assert.deepInclude(store, { kind: "redis", state })
        }
        assert.notInclude(alone.output(), "hunter2")
      })
      assert.isAbove(Number(yield* redis.call("DBSIZE")), 10)
    }), 60_000)

  it.live(
    "bound to all interfaces, names an address that answers, and what the others need; says that telemetry is lost",
    () =>
      Effect.gen(function*() {
        const environment = {
          HOST: "0.0.0.0",
          SMART_CACHE_TOKEN: token,
          SMART_CACHE_ALLOWED_HOSTS: "cache.example:4499",
          OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1",
          OTEL_METRIC_EXPORT_INTERVAL: "500"
        }
        const serving = yield* start(environment, "--compute-ms", "50")
        const { output, port } = serving
        yield* Effect.promise(async () => {
          await ready(serving)
          const [, dashboard] = /dashboard +(\S+)/.exec(output())!
          assert.strictEqual(dashboard, `http://127.0.0.1:${port}/`)
          assert.notStrictEqual((await fetch(dashboard!)).status, 421)
          assert.match(output(), /elsewhere .*SMART_CACHE_ALLOWED_HOSTS/)
          const lost = () => output().match(/WARN.*OTEL_EXPORTER_OTLP_ENDPOINT/gi) ?? []
          await eventually(async () => lost().length > 0 || undefined)
          await new Promise((resolve) => setTimeout(resolve, 2000))
          assert.lengthOf(lost(), 1)
        })
      }),
    60_000
  )

  it.live("sends traces, metrics and logs to a collector", () =>
    Effect.gen(function*() {
      const received = new Map<string, string>()
      const collector = createServer((request, response) => {
        const path = request.url!
        request.on("data", (data) => received.set(path, (received.get(path) ?? "") + String(data)))
        request.on("end", () => response.end("{}"))
      })
      yield* Effect.acquireRelease(
        Effect.promise(() => new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve))),
        () => Effect.sync(() => collector.close())
      )
      const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`
      const serving = yield* start(
        { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_METRIC_EXPORT_INTERVAL: "500" },
        "--compute-ms",
        "50"
      )
      yield* Effect.promise(async () => {
        await ready(serving)
        await eventually(async () => received.get("/v1/metrics")?.includes("strategy_serve_fresh") || undefined)
        // Spans and logs that have not been sent yet are sent at the end.
        await end(serving, "SIGINT")
      })
      assert.match(received.get("/v1/traces") ?? "", /"name":"smart-cache\.compute"/)
      assert.match(received.get("/v1/logs") ?? "", /"stringValue":"smart-cache"/)
    }), 60_000)
})
