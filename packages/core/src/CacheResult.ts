/**
 * What a read returns: the value, and how it was come by (spec §1).
 */
import type { Entry, Stamp } from "./CacheEntry.ts"
import type { Reason, Refresh, Source, Strategy, VixLevel } from "./CacheOutcome.ts"
import type { Decision } from "./Decision.ts"
import type { Verdict } from "./VixService.ts"

/** A value and how it was come by. */
export interface CacheResult<out A> {
  readonly value: A
  readonly metadata: Metadata
}

/**
 * How a value was come by. Times in epoch milliseconds, durations in milliseconds.
 *
 * A read allocates one of these and nothing more: what can be derived is derived when
 * asked for, and the result of a read is the metadata itself, seen as a `CacheResult`.
 */
export class Metadata {
  readonly source: Source
  /** When the decision was carried out. */
  readonly at: number
  /** Zone of the policy at that moment; `undefined` without zones. */
  readonly zone: string | undefined
  private readonly decision: Decision
  private readonly verdict: Verdict
  private readonly entry: Entry

  constructor(
    decision: Decision,
    source: Source,
    at: number,
    zone: string | undefined,
    verdict: Verdict,
    entry: Entry
  ) {
    this.source = source
    this.at = at
    this.zone = zone
    this.decision = decision
    this.verdict = verdict
    this.entry = entry
  }

  /** The value, when the metadata is seen as a result. */
  get value(): unknown {
    return this.entry.value
  }
  get metadata(): Metadata {
    return this
  }
  get strategy(): Strategy {
    return this.decision.strategy
  }
  get reason(): Reason {
    return this.decision.reason
  }
  /** Whether this read asked for a background refresh; none begins while one runs or too many do. */
  get refresh(): Refresh {
    return this.decision.refresh
  }
  /** How long the value was granted to be fresh; 0 when it was not to be stored. */
  get ttl(): number {
    return this.entry.freshUntil - this.entry.createdAt
  }
  get age(): number {
    return this.at - this.entry.createdAt
  }
  get createdAt(): number {
    return this.entry.createdAt
  }
  get freshUntil(): number {
    return this.entry.freshUntil
  }
  get staleUntil(): number {
    return this.entry.staleUntil
  }
  /** `Infinity` without a deadline. */
  get deadline(): number {
    return this.entry.deadline
  }
  /** Smoothed compute time. */
  get delta(): number {
    return this.entry.delta
  }
  /** Orders computes of this key: a later compute has a larger stamp; 0 when the store gave none. */
  get stamp(): Stamp {
    return this.entry.stamp
  }
  get tags(): ReadonlyArray<string> {
    return this.entry.tags
  }
  /** How nervous the market was, and the z-score and market that decided it. */
  get vix(): VixLevel {
    return this.verdict.level
  }
  get z(): number {
    return this.verdict.z
  }
  get market(): string | undefined {
    return this.verdict.market
  }

  toJSON(): Readonly<Record<string, unknown>> {
    const { age, at, createdAt, deadline, delta, freshUntil, market, reason, refresh, source, stamp } = this
    const { staleUntil, strategy, tags, ttl, vix, z, zone } = this
    return {
      strategy,
      reason,
      source,
      refresh,
      at,
      age,
      ttl,
      zone,
      createdAt,
      freshUntil,
      staleUntil,
      deadline,
      delta,
      stamp,
      tags,
      vix,
      z,
      market
    }
  }
}

/** Tells a result from what is left to run; every result of a cache is its own metadata. */
export const isResult = <A, B>(read: CacheResult<A> | B): read is CacheResult<A> => read instanceof Metadata

/** One read's outcome, for those who watch. */
export interface DecisionEvent {
  readonly key: string
  readonly metadata: Metadata
}
