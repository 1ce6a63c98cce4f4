/** Reads, told without their values. */
import type { Metadata } from "@smart-cache/core/CacheResult"
import type { Explanation } from "@smart-cache/core/SmartCache"
import type { Verdict } from "@smart-cache/core/VixService"
import { numeric } from "../api/Numbers.ts"
import type * as Reads from "../api/Reads.ts"

export const metadata = (read: Metadata): typeof Reads.Metadata.Type => ({
  strategy: read.strategy,
  reason: read.reason,
  source: read.source,
  refresh: read.refresh,
  at: read.at,
  age: numeric(read.age),
  ttl: numeric(read.ttl),
  ...read.zone === undefined ? {} : { zone: read.zone },
  createdAt: read.createdAt,
  freshUntil: numeric(read.freshUntil),
  staleUntil: numeric(read.staleUntil),
  deadline: numeric(read.deadline),
  delta: numeric(read.delta),
  stamp: numeric(read.stamp),
  tags: read.tags,
  vix: read.vix,
  z: numeric(read.z),
  ...read.market === undefined ? {} : { market: read.market }
})

type Wire = typeof Reads.Explanation.Type

const held = (held: NonNullable<Explanation["held"]>): NonNullable<Wire["held"]> => ({
  createdAt: held.createdAt,
  freshUntil: numeric(held.freshUntil),
  earlyFrom: numeric(held.earlyFrom),
  staleUntil: numeric(held.staleUntil),
  deadline: numeric(held.deadline),
  confirmed: held.confirmed,
  delta: numeric(held.delta),
  stamp: numeric(held.stamp),
  tags: held.tags,
  age: numeric(held.age),
  usableUntil: numeric(held.usableUntil)
})

const state = ({ failures, flight, retryAt }: Explanation["state"]): Wire["state"] => ({
  flight: flight ?? null,
  failures,
  retryAt: numeric(retryAt)
})

const verdict = ({ level, market, z }: Verdict): Wire["volatility"] => ({
  level,
  z: numeric(z),
  ...market === undefined ? {} : { market }
})

export const explanation = (of: Explanation): Wire => ({
  key: of.key,
  now: of.now,
  held: of.held === undefined ? null : held(of.held),
  invalidated: of.invalidated,
  fence: numeric(of.fence),
  state: state(of.state),
  volatility: verdict(of.volatility),
  decision: {
    strategy: of.decision.strategy,
    serves: of.decision.serves,
    reason: of.decision.reason,
    refresh: of.decision.refresh
  },
  earlyProbability: numeric(of.earlyProbability)
})
