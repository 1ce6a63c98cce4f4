/** The metrics: as JSON, as a stream, as Prometheus has them, and what they mean. */
import * as CacheCatalogue from "@smart-cache/core/CacheCatalogue"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { JsonBody, Writer } from "./Access.ts"
import { Millis, Numeric } from "./Numbers.ts"
import * as Problems from "./Problems.ts"

/** Seconds; all but count and sum are `null` before the first observation. */
export const Distribution = Schema.Struct({
  count: Schema.Finite,
  sum: Schema.Finite,
  min: Numeric,
  max: Numeric,
  p50: Numeric,
  p95: Numeric,
  p99: Numeric
})

/** Every metric by name; a histogram is one distribution for each strategy. */
export const Snapshot = Schema.Record(
  Schema.String,
  Schema.Union([Numeric, Schema.Record(Schema.String, Distribution)])
)
export type Snapshot = typeof Snapshot.Type

export const Described = Schema.Struct({
  name: Schema.String,
  family: Schema.Literals(CacheCatalogue.families),
  type: Schema.Literals(["counter", "gauge", "histogram"]),
  unit: Schema.Literals(["1", "percent", "milliseconds", "seconds", "bytes"]),
  help: Schema.String
})

/** Which metrics to begin anew. */
export const Reset = Schema.Struct({ family: Schema.Literals([...CacheCatalogue.families, "all"]) })

/** The SSE event `metrics`, about once a second. */
export const Tick = Schema.Struct({ at: Millis, metrics: Snapshot })

/** Prometheus text exposition format. */
export const exposition = "text/plain; version=0.0.4; charset=utf-8"

const brain = "/api/v1/brain/metrics"

export class MetricsGroup extends HttpApiGroup.make("metrics").add(
  HttpApiEndpoint.get("snapshot", `${brain}/cache`, { success: Snapshot }).annotate(
    OpenApi.Summary,
    "All metrics by name, since their last reset"
  ),
  HttpApiEndpoint.get("catalogue", `${brain}/catalogue`, { success: Schema.Array(Described) }).annotate(
    OpenApi.Summary,
    "What each metric means"
  ),
  HttpApiEndpoint.post("reset", `${brain}/reset`, { payload: Reset, success: HttpApiSchema.NoContent }).annotate(
    OpenApi.Summary,
    "Begins a family of metrics anew, or all"
  )
    .middleware(JsonBody).middleware(Writer),
  HttpApiEndpoint.get("stream", "/api/v1/metrics/stream", {
    success: HttpApiSchema.StreamSse({ data: Tick }),
    error: Problems.Unavailable
  }).annotate(OpenApi.Summary, "All metrics about once a second, as server-sent events"),
  HttpApiEndpoint.get("prometheus", "/api/v1/cache/metrics", {
    success: Schema.String.pipe(HttpApiSchema.asText({ contentType: exposition }))
  }).annotate(OpenApi.Summary, "All metrics as Prometheus text")
) {}
