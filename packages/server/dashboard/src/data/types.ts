/** The JSON that the page reads: the types of the server's own Schemas, of which nothing is loaded here. */
import type * as ChangesApi from "../../../src/api/Changes.ts"
import type * as HealthApi from "../../../src/api/Health.ts"
import type * as InsightApi from "../../../src/api/Insight.ts"
import type * as MetricsApi from "../../../src/api/Metrics.ts"
import type * as PredictionsApi from "../../../src/api/Predictions.ts"
import type * as ReadsApi from "../../../src/api/Reads.ts"

export type { Reason, Strategy, VixLevel } from "@smart-cache/core/CacheOutcome"

export type Distribution = typeof MetricsApi.Distribution.Type
export type Metrics = MetricsApi.Snapshot
export type ByStrategy = Extract<Metrics[string], object>

/** One event of the stream of metrics. */
export type Sample = typeof MetricsApi.Tick.Type

export type Health = typeof HealthApi.Health.Encoded

export type Metadata = typeof ReadsApi.Metadata.Type
export type Explanation = typeof ReadsApi.Explanation.Type

export type Decision = typeof InsightApi.Decision.Type
export type Invalidation = typeof InsightApi.Invalidated.Type
export type Graph = typeof InsightApi.Graph.Type
export type Edge = Graph["edges"][number]
export type MarketState = typeof InsightApi.Market.Type
export type Trace = typeof InsightApi.Trace.Type
export type TracePoint = Trace["points"][number]

export type Fixture = typeof PredictionsApi.Fixture.Type

/** What the fired event did. */
export type Report = ChangesApi.EventReport

/** RFC 9457. */
export interface Problem {
  readonly title?: string
  readonly status?: number
  readonly detail?: string
  readonly errors?: ReadonlyArray<{ readonly path: ReadonlyArray<string | number>; readonly message: string }>
}
