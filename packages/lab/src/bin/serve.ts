/**
 * `npm run serve`: a live match day through the cache, served over HTTP with its dashboard.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as CacheMetrics from "@smart-cache/core/CacheMetrics"
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as Events from "@smart-cache/football/Events"
import * as GoldenHour from "@smart-cache/football/GoldenHour"
import * as Odds from "@smart-cache/football/Odds"
import * as RedisCache from "@smart-cache/redis/RedisCache"
import * as Server from "@smart-cache/server/Server"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Otlp from "effect/observability/Otlp"
import * as OtlpSerialization from "effect/observability/OtlpSerialization"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Answers from "../live/Answers.ts"
import * as Live from "../live/Live.ts"
import * as Notices from "../live/notices.ts"
import { complain, dayFlags, endWithOutput, millis, sourceOf } from "./common.ts"

const flags = {
  ...dayFlags,
  speed: Flag.Finite("speed").pipe(
    Flag.withDescription("How many times faster than the clock a match day goes by, 1 to 60 (default 4)"),
    Flag.withDefault(4),
    Flag.withSchema(Schema.Finite.check(Schema.isBetween({ minimum: 1, maximum: 60 })))
  ),
  rate: Flag.Finite("rate").pipe(
    Flag.withDescription("Reads a second, 0.1 to 5000 (default 60)"),
    Flag.withDefault(60),
    Flag.withSchema(Schema.Finite.check(Schema.isBetween({ minimum: 0.1, maximum: 5000 })))
  ),
  computeMs: Flag.Int("compute-ms").pipe(
    Flag.withDescription("How long one compute takes, milliseconds, 1 to 20000 (default 400)"),
    Flag.withDefault(400),
    Flag.withSchema(millis)
  )
}

const football = { ttl: GoldenHour.policy, graph: Events.graph, vix: { ticks: Odds.ticks } }

/** A variable that is set, and not to nothing. */
const isSet = (name: string) => Effect.map(Config.option(Config.String(name)), Option.exists((value) => value !== ""))

/** So few readers can afford to have every hit timed; of a sample, little would be seen in a minute. */
const allTimed = ConfigProvider.layerAdd(ConfigProvider.fromUnknown({ SMART_CACHE_LATENCY_SAMPLING: "1" }))

/** Embedded, or over the Redis of `REDIS_URL`. */
const cache = Layer.unwrap(Effect.map(
  isSet("REDIS_URL"),
  (shared): Layer.Layer<SmartCache.SmartCache | SmartCache.Services, Config.ConfigError> =>
    shared ? RedisCache.layerConfig(football) : SmartCache.layerConfig(football)
)).pipe(Layer.provide(allTimed))

/** All three signals, as OpenTelemetry has it for those who say nothing of them; Effect exports only what is named. */
const allSignals = ConfigProvider.layerAdd(ConfigProvider.fromUnknown({
  OTEL_TRACES_EXPORTER: "otlp",
  OTEL_METRICS_EXPORTER: "otlp",
  OTEL_LOGS_EXPORTER: "otlp"
}))

/** The client that brings them there; says once when it cannot. */
const collector = Layer.effect(
  HttpClient.HttpClient,
  Effect.map(HttpClient.HttpClient, (client) => {
    let said = false
    const say = Effect.suspend(() => {
      if (said) return Effect.void
      said = true
      return Effect.logWarning(
        "traces, metrics and logs do not arrive: does a collector listen at OTEL_EXPORTER_OTLP_ENDPOINT?"
      )
    })
    return client.pipe(HttpClient.filterStatusOk, HttpClient.tapError(() => say))
  })
).pipe(Layer.provide(NodeHttpClient.layerUndici))

/** Traces, metrics and logs go where `OTEL_EXPORTER_OTLP_ENDPOINT` says, if it says so. */
const telemetry = Layer.unwrap(Effect.map(isSet("OTEL_EXPORTER_OTLP_ENDPOINT"), (wanted) =>
  wanted
    ? Otlp.layerFromConfig({ resource: { serviceName: "smart-cache" } }).pipe(
      Layer.provide([OtlpSerialization.layerJson, collector, allSignals])
    )
    : Layer.empty))

const services = (options: Live.Options) =>
  Layer.merge(Server.layerConfig, CacheMetrics.resets).pipe(
    Layer.provide([Answers.fixtures, Answers.calculator]),
    Layer.provideMerge(Live.layer(options)),
    Layer.provideMerge(cache),
    Layer.provideMerge(telemetry)
  )

const announce = Effect.fnUntraced(function*({ rate, speed }: Live.Options) {
  const { onOffer, world } = yield* Live.Live
  const matches = yield* onOffer
  const { store } = yield* (yield* SmartCache.SmartCache).health
  yield* Console.log(Notices.start({
    url: HttpServer.formatAddress((yield* HttpServer.HttpServer).address),
    matches: matches.length,
    firstKickoff: world.kickoff(matches[0]!.id),
    speed,
    rate,
    writing: (yield* isSet("SMART_CACHE_TOKEN")) ? "open" : "closed",
    store
  }))
})

/** One line a minute. */
const report = Effect.gen(function*() {
  const { tally } = yield* Live.Live
  const { health } = yield* SmartCache.SmartCache
  for (let before = yield* tally;;) {
    yield* Effect.sleep("1 minute")
    const now = yield* tally
    yield* Effect.logInfo(Notices.status(before, now, yield* health))
    before = now
  }
})

const serve = Command.make(
  "serve",
  flags,
  Effect.fnUntraced(
    function*({ computeMs, data, date, rate, seed, speed }) {
      const options = { source: yield* sourceOf(data, date), seed, speed, rate, computeMs }
      return yield* Effect.andThen(announce(options), report).pipe(Effect.provide(services(options)))
    },
    Effect.tapCause(complain("serve"))
  )
).pipe(Command.withDescription("Plays match days through the cache on the clock, and serves it over HTTP"))

endWithOutput("serve")

Command.run(serve, { version: "0.1.0" }).pipe(
  Effect.provide(Layer.merge(NodeServices.layer, Logger.layer([Notices.terminal]))),
  NodeRuntime.runMain({ disableErrorReporting: true })
)
