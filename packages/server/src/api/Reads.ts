/** Reads in JSON: how a value was come by, and what a read would do. Never the value. */
import * as CacheOutcome from "@smart-cache/core/CacheOutcome"
import * as Schema from "effect/Schema"
import { Millis, Numeric } from "./Numbers.ts"

export const Strategy = Schema.Literals(CacheOutcome.strategies)
export const Reason = Schema.Literals(CacheOutcome.reasons)
export const Refresh = Schema.Literals(["none", "early", "stale"])
export const Level = Schema.Literals(CacheOutcome.vixLevels)

/** How a value was come by; durations in milliseconds. */
export const Metadata = Schema.Struct({
  strategy: Strategy,
  reason: Reason,
  source: Schema.Literals(["memory", "redis", "compute", "in_flight"]),
  refresh: Refresh,
  at: Millis,
  age: Numeric,
  ttl: Numeric,
  zone: Schema.optionalKey(Schema.String),
  createdAt: Millis,
  freshUntil: Numeric,
  staleUntil: Numeric,
  deadline: Numeric,
  delta: Numeric,
  stamp: Numeric,
  tags: Schema.Array(Schema.String),
  vix: Level,
  z: Numeric,
  market: Schema.optionalKey(Schema.String)
})

/** What is held about a key and what a read would do now. */
export const Explanation = Schema.Struct({
  key: Schema.String,
  now: Millis,
  held: Schema.NullOr(Schema.Struct({
    createdAt: Millis,
    freshUntil: Numeric,
    earlyFrom: Numeric,
    staleUntil: Numeric,
    deadline: Numeric,
    confirmed: Schema.Boolean,
    delta: Numeric,
    stamp: Numeric,
    tags: Schema.Array(Schema.String),
    age: Numeric,
    usableUntil: Numeric
  })),
  invalidated: Schema.Boolean,
  fence: Numeric,
  state: Schema.Struct({
    flight: Schema.NullOr(Schema.Struct({
      startedAt: Millis,
      waiters: Schema.Finite,
      background: Schema.Boolean
    })),
    failures: Schema.Finite,
    retryAt: Numeric
  }),
  volatility: Schema.Struct({ level: Level, z: Numeric, market: Schema.optionalKey(Schema.String) }),
  decision: Schema.Struct({ strategy: Strategy, serves: Schema.Boolean, reason: Reason, refresh: Refresh }),
  earlyProbability: Numeric
})
