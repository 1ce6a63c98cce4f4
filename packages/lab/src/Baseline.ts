/**
 * What a plain cache with one fixed TTL would have done with the same reads: the yardstick of the report.
 *
 * A read that finds no entry, or one stored a TTL ago or longer, computes; reads that come while a compute runs wait for
 * it; all others are hits. Nothing invalidates. Edge is lost when the market has moved by more than 0.01 in
 * probability since the compute of the served value began.
 */

export interface Options {
  /** Default one hour, in milliseconds. */
  readonly ttl?: number | undefined
  /** How long a compute takes, in milliseconds. */
  readonly computeMs: number
}

export type Outcome = "computed" | "waited" | "hit"

export interface Result {
  readonly reads: number
  readonly computes: number
  readonly waits: number
  readonly hits: number
  readonly hit_rate_pct: number
  readonly edge_lost_pct: number
}

export interface Baseline {
  /** One read, in order of time: of which key, and what the market thinks at that moment. */
  readonly read: (at: number, key: string, probability: number) => Outcome
  readonly result: () => Result
}

/** A served value is behind its market when the probability has moved by more than this. */
export const edge = 0.01

interface Entry {
  readonly storedAt: number
  readonly probability: number
}

/** A cache that holds nothing yet; throws `RangeError` on a TTL or compute time that is no duration. */
export const make = ({ computeMs, ttl = 3_600_000 }: Options): Baseline => {
  if (!(ttl > 0)) throw new RangeError(`Baseline.make: ttl must be positive, got ${ttl}`)
  if (!(computeMs >= 0)) throw new RangeError(`Baseline.make: computeMs must be 0 or more, got ${computeMs}`)
  const entries = new Map<string, Entry>()
  const counts: Record<Outcome, number> = { computed: 0, waited: 0, hit: 0 }
  let behind = 0

  const outcomeOf = (entry: Entry | undefined, at: number): Outcome =>
    entry === undefined || at - entry.storedAt >= ttl ? "computed" : at < entry.storedAt ? "waited" : "hit"

  return {
    read: (at, key, probability) => {
      const entry = entries.get(key)
      const outcome = outcomeOf(entry, at)
      counts[outcome]++
      if (outcome === "computed") entries.set(key, { storedAt: at + computeMs, probability })
      else if (Math.abs(probability - entry!.probability) > edge) behind++
      return outcome
    },
    result: () => {
      const reads = counts.computed + counts.waited + counts.hit
      const percent = (part: number): number => reads === 0 ? 0 : 100 * part / reads
      return {
        reads,
        computes: counts.computed,
        waits: counts.waited,
        hits: counts.hit,
        hit_rate_pct: percent(counts.hit),
        edge_lost_pct: percent(behind)
      }
    }
  }
}
