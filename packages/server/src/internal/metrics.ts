import * as CacheCatalogue from "@smart-cache/core/CacheCatalogue"
import * as CacheMetrics from "@smart-cache/core/CacheMetrics"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as PrometheusMetrics from "effect/observability/PrometheusMetrics"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { Api } from "../Api.ts"
import type { Distribution, Snapshot } from "../api/Metrics.ts"
import { numeric } from "../api/Numbers.ts"
import { Limits } from "./limits.ts"
import { Streams } from "./streams.ts"

const distribution = ({ count, max, min, p50, p95, p99, sum }: CacheMetrics.Summary): typeof Distribution.Type => ({
  count,
  sum,
  min: numeric(min),
  max: numeric(max),
  p50: numeric(p50),
  p95: numeric(p95),
  p99: numeric(p99)
})

const values = (snapshot: CacheMetrics.Snapshot): Snapshot =>
  Object.fromEntries(
    Object.entries(snapshot).map(([name, value]) => [
      name,
      typeof value === "number"
        ? numeric(value)
        : Object.fromEntries(Object.entries(value).map(([strategy, each]) => [strategy, distribution(each)]))
    ])
  )

/** The metrics in every form. */
export const layer = HttpApiBuilder.group(
  Api,
  "metrics",
  Effect.fnUntraced(function*(handlers) {
    const metrics = yield* CacheMetrics.CacheMetrics
    const streams = yield* Streams
    const { metricsEvery } = yield* Limits
    const metricNameMapper = CacheCatalogue.mapName(metrics.catalogue)
    const snapshot = Effect.map(metrics.snapshot, values)
    const message = Effect.gen(function*() {
      return { event: "metrics", data: { at: yield* Clock.currentTimeMillis, metrics: yield* snapshot } }
    })
    const messages = Stream.concat(
      Stream.fromEffect(message),
      Stream.mapEffect(Stream.fromSchedule(Schedule.spaced(metricsEvery)), () => message)
    )
    return handlers.handleAll({
      snapshot: () => snapshot,
      catalogue: () =>
        Effect.succeed(
          metrics.catalogue.map(({ family, help, name, type, unit }) => ({ name, family, type, unit, help }))
        ),
      reset: ({ payload }) => metrics.reset(payload.family),
      stream: () => streams.open(messages),
      prometheus: () => PrometheusMetrics.format({ metricNameMapper })
    })
  })
)
