/** `GET /health`. */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { Millis } from "./Numbers.ts"

const State = Schema.Literals(["ok", "degraded"])

/** Whether the cache is well; `degraded` still answers, by computing. */
export class Health extends Schema.Class<Health>("Health")({
  status: State,
  /** When the status was last another one, or the start. */
  since: Millis,
  uptime_ms: Schema.Finite,
  version: Schema.String,
  store: Schema.Struct({
    kind: Schema.Literals(["memory", "redis"]),
    state: State,
    breaker: Schema.Literals(["closed", "open"]),
    since: Millis,
    problem: Schema.optionalKey(Schema.String)
  })
}) {}

export class HealthGroup extends HttpApiGroup.make("health", { topLevel: true }).annotate(
  OpenApi.Summary,
  "Whether the cache and its store are well"
).add(
  HttpApiEndpoint.get("health", "/health", { success: Health })
) {}
