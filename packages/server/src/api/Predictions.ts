/** Predictions through the cache, and the matches they are about. */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { JsonBody } from "./Access.ts"
import { Millis, Numeric } from "./Numbers.ts"
import * as Problems from "./Problems.ts"
import { Metadata } from "./Reads.ts"

const Name = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(256))

export const Question = Schema.Struct({
  home_team: Name,
  away_team: Name,
  market: Schema.optionalKey(Name)
})

export const Calculation = Schema.Struct({
  prediction: Schema.Struct({
    match_key: Schema.String,
    market: Schema.String,
    home_team: Schema.String,
    away_team: Schema.String,
    selections: Schema.Array(Schema.Struct({ selection: Schema.String, probability: Numeric }))
  }),
  metadata: Metadata
})

export const Fixture = Schema.Struct({
  match_key: Schema.String,
  home_team: Schema.String,
  away_team: Schema.String,
  kickoff: Millis,
  lineup_confirmed: Schema.Boolean,
  /** Band of time before the kickoff; `null` when the TTL policy has none. */
  zone: Schema.NullOr(Schema.String),
  /** What the TTL policy grants a value computed now; `null` when that depends on the value. */
  ttl_ms: Numeric
})

export class PredictionsGroup extends HttpApiGroup.make("predictions").add(
  HttpApiEndpoint.post("calculate", "/api/v1/brain/calculate", {
    payload: Question,
    success: Calculation,
    error: [Problems.NotFound, Problems.Unprocessable, Problems.Internal, Problems.Unavailable]
  }).annotate(OpenApi.Summary, "A prediction, and how the cache came by it").middleware(JsonBody),
  HttpApiEndpoint.get("fixtures", "/api/v1/fixtures", { success: Schema.Array(Fixture) }).annotate(
    OpenApi.Summary,
    "The matches on offer by kickoff, with zone and TTL"
  )
) {}
