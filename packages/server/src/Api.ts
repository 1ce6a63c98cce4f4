/**
 * The HTTP API as data: what the server serves, the OpenAPI document shows and a typed
 * client is made from (`HttpApiClient.make(Api)`).
 */
import * as HttpApi from "effect/http-api/HttpApi"
import * as OpenApi from "effect/http-api/OpenApi"
import { ChangesGroup } from "./api/Changes.ts"
import { HealthGroup } from "./api/Health.ts"
import { InsightGroup } from "./api/Insight.ts"
import { MetricsGroup } from "./api/Metrics.ts"
import { PredictionsGroup } from "./api/Predictions.ts"

/** Times are epoch milliseconds, numbers that are not finite are `null`, errors are problem details (RFC 9457). */
export class Api extends HttpApi.make("smart-cache")
  .add(HealthGroup, MetricsGroup, PredictionsGroup, ChangesGroup, InsightGroup)
  .annotateMerge(OpenApi.annotations({
    title: "smart-cache",
    version: "1",
    description:
      "What the cache holds, decides and measures. Times are epoch milliseconds; numbers that are not finite are null."
  }))
{}
