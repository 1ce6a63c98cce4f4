/** What the cache does and why: keys explained, reads as they are answered, the graph, the markets. */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { Checked } from "./Access.ts"
import { Millis, Numeric } from "./Numbers.ts"
import * as Problems from "./Problems.ts"
import { Explanation, Level, Metadata, Reason, Strategy } from "./Reads.ts"

const Text = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(1024))

/** Which decisions to send: all of those that are given must fit; `key` is contained in the read's key. */
export const Filter = Schema.Struct({
  strategy: Schema.optionalKey(Strategy),
  reason: Schema.optionalKey(Reason),
  key: Schema.optionalKey(Text)
})
export type Filter = typeof Filter.Type

/** The SSE event `decision`: one read. */
export const Decision = Schema.Struct({ key: Schema.String, ...Metadata.fields })

/** The SSE event `invalidation`; `event` is `null` when it was by key, tag, prefix or of everything. */
export const Invalidated = Schema.Struct({
  at: Millis,
  event: Schema.NullOr(Schema.String),
  subjects: Schema.Array(Schema.String),
  affected: Schema.Array(Schema.String),
  preserved: Schema.Array(Schema.String),
  dropped: Numeric,
  saved_pct: Numeric
})

/** The SSE event `skipped`: more happened than the stream may carry. */
export const Skipped = Schema.Struct({ count: Schema.Finite })

const named = <const Name extends string, S extends Schema.Constraint>(event: Name, data: S) =>
  Schema.Struct({ event: Schema.tag(event), data: Schema.fromJsonString(data) })

const Watched = HttpApiSchema.StreamSse({
  events: Schema.Union([
    named("decision", Decision),
    named("invalidation", Invalidated),
    named("skipped", Skipped)
  ])
})

export const Graph = Schema.Struct({
  events: Schema.Array(Schema.Struct({
    name: Schema.String,
    factors: Schema.Array(Schema.String),
    affected: Schema.Array(Schema.String)
  })),
  factors: Schema.Array(Schema.String),
  markets: Schema.Array(Schema.String),
  edges: Schema.Array(Schema.Struct({
    from: Schema.String,
    to: Schema.String,
    kind: Schema.Literals(["changes", "prices"])
  }))
})

export const Market = Schema.Struct({
  market_key: Schema.String,
  level: Level,
  z: Numeric,
  odds: Numeric,
  mean: Numeric,
  sigma: Numeric,
  samples: Schema.Finite
})

export const Trace = Schema.Struct({
  market_key: Schema.String,
  /** The z-scores from which a market is nervous, and in panic. */
  warning: Schema.Finite,
  panic: Schema.Finite,
  points: Schema.Array(
    Schema.Struct({ at: Millis, odds: Numeric, mean: Numeric, sigma: Numeric, z: Numeric, level: Level })
  )
})

export class InsightGroup extends HttpApiGroup.make("insight").add(
  HttpApiEndpoint.get("explain", "/api/v1/explain", {
    // How long a key may be is a setting of the cache, which tells.
    query: { key: Schema.String.check(Schema.isMinLength(1)) },
    success: Explanation,
    error: [Problems.BadRequest, Problems.Internal, Problems.Unavailable]
  }).annotate(OpenApi.Summary, "What is held about a key, and what a read would do now").middleware(Checked),
  HttpApiEndpoint.get("decisions", "/api/v1/decisions", {
    query: Filter,
    success: Watched,
    error: Problems.Unavailable
  }).annotate(OpenApi.Summary, "Reads and invalidations as they happen, as server-sent events").middleware(Checked),
  HttpApiEndpoint.get("graph", "/api/v1/graph", { success: Graph }).annotate(
    OpenApi.Summary,
    "Which event changes which factor, and which factor prices which market"
  ),
  HttpApiEndpoint.get("vix", "/api/v1/vix", {
    query: {
      limit: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 200 })))
    },
    success: Schema.Array(Market)
  }).annotate(OpenApi.Summary, "How nervous the most recently observed markets are").middleware(Checked),
  HttpApiEndpoint.get("trace", "/api/v1/vix/trace", {
    query: { market_key: Text },
    success: Trace,
    error: Problems.NotFound
  }).annotate(OpenApi.Summary, "The remembered odds of a market, each judged against those before it").middleware(
    Checked
  )
) {}
