/** What the world tells the cache: events of matches, and odds. */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { JsonBody, Writer } from "./Access.ts"
import { Millis, Numeric } from "./Numbers.ts"
import * as Problems from "./Problems.ts"

const Name = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(256))

/** An event that touched a match, or several. */
export const MatchEvent = Schema.Struct({
  event: Name,
  match_key: Schema.Union([
    Name,
    Schema.Array(Name).check(Schema.isMinLength(1), Schema.isMaxLength(1000))
  ])
})
export type MatchEvent = typeof MatchEvent.Type

/** A repeat of a request with the same key is given the first answer and changes nothing. */
export const EventHeaders = Schema.Struct({
  "idempotency-key": Schema.optionalKey(Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(255)))
})

/** What the event's invalidation did. */
export const EventReport = Schema.Struct({
  event: Schema.String,
  match_keys: Schema.Array(Schema.String),
  affected: Schema.Array(Schema.String),
  preserved: Schema.Array(Schema.String),
  dropped: Numeric,
  saved_pct: Numeric,
  stamp: Numeric
})
export type EventReport = typeof EventReport.Type

/** Decimal odds of a market, seen now unless `at` says when: no longer ago than the guard looks back, nor in the future. */
export const Observation = Schema.Struct({
  market_key: Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(512)),
  odds: Schema.Finite,
  at: Schema.optionalKey(Millis)
})
export type Observation = typeof Observation.Type

export const Observations = Schema.Union([
  Observation,
  Schema.Array(Observation).check(Schema.isMinLength(1), Schema.isMaxLength(1000))
])

/** How many became history; fewer than were sent when later odds of a market arrived meanwhile. */
export const Observed = Schema.Struct({ observed: Schema.Finite })

export class ChangesGroup extends HttpApiGroup.make("changes").add(
  HttpApiEndpoint.post("event", "/api/v1/events", {
    headers: EventHeaders,
    payload: MatchEvent,
    success: EventReport,
    error: [Problems.NotFound, Problems.Conflict, Problems.Unprocessable, Problems.Internal, Problems.Unavailable]
  }).annotate(OpenApi.Summary, "Something happened to matches: drops what it affects"),
  HttpApiEndpoint.post("odds", "/api/v1/odds", {
    payload: Observations,
    success: Observed,
    error: Problems.Unprocessable
  }).annotate(OpenApi.Summary, "Odds of markets were seen")
).middleware(JsonBody).middleware(Writer) {}
