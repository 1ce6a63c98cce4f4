/**
 * Takes down what the reads of a day came to: counts, waits, edge, panics, the hash of all decisions.
 */
import type { CacheResult } from "@smart-cache/core/CacheResult"
import type { Report } from "@smart-cache/core/Invalidation"
import type { Event } from "@smart-cache/football/Events"
import { createHash } from "node:crypto"
import * as Baseline from "../Baseline.ts"
import * as Percentiles from "../Percentiles.ts"
import type { Prediction } from "../Predictions.ts"
import type { Bucket, DayResult, EventOutcome, Strategy } from "../report/DayResult.ts"
import { hour } from "./time.ts"

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** One read that was answered. */
export interface Answer {
  /** Position among the day's reads. */
  readonly index: number
  readonly key: string
  readonly askedAt: number
  readonly answeredAt: number
  readonly result: CacheResult<Prediction>
  /** What the market thinks of the first selection when the answer arrives. */
  readonly probability: number
}

/** A panic of a market that was calm for this long is a new episode. */
const calm = 30 * 60_000

export class Recorder {
  /** Of what does not depend on the store: not of stamps, of where entries lay, and of how long it remembers that they were dropped. */
  private readonly hash = createHash("sha256")
  private readonly waits: Array<number> = []
  private readonly strategies: Record<Strategy, number> = { bypass: 0, compute: 0, serve_stale: 0, serve_fresh: 0 }
  private readonly events: Array<EventOutcome> = []
  private readonly buckets: Array<Writable<Bucket>>
  private readonly lastPanic = new Map<string, number>()
  private readonly baseline: Baseline.Baseline
  private readonly start: number
  private panicReads = 0
  private episodes = 0
  private behind = 0
  requests = 0
  computes = 0

  constructor(start: number, end: number, computeMs: number) {
    this.start = start
    this.baseline = Baseline.make({ computeMs })
    const empty = { bypass: 0, compute: 0, serve_stale: 0, serve_fresh: 0, computes: 0, one_hour_computes: 0 }
    this.buckets = Array.from(
      { length: Math.max(1, Math.floor((end - start) / hour)) },
      (_, i) => ({ at: start + i * hour, ...empty })
    )
  }

  /** A read is asked for: the yardstick reads along. */
  asked(at: number, key: string, probability: number): void {
    this.requests++
    if (this.baseline.read(at, key, probability) === "computed") this.bucketAt(at).one_hour_computes++
  }

  computed(at: number): void {
    this.computes++
    this.bucketAt(at).computes++
  }

  answered({ answeredAt, askedAt, index, key, probability, result }: Answer): void {
    const { age, market, reason, refresh, source, strategy, vix } = result.metadata
    const from = source === "redis" ? "memory" : source
    const why = reason === "invalidated" ? "miss" : reason
    this.hash.update(
      `${index} ${askedAt} ${answeredAt} ${key} ${strategy} ${why} ${from} ${refresh} ${age}\n`
    )
    this.strategies[strategy]++
    this.bucketAt(answeredAt)[strategy]++
    this.waits.push(answeredAt - askedAt)
    if (Math.abs(probability - result.value.selections[0]!.probability) > Baseline.edge) this.behind++
    if (vix === "panic" && market !== undefined) this.panicked(market, askedAt)
  }

  invalidated(at: number, event: Event, matches: number, report: Report): void {
    this.events.push({
      at,
      event,
      matches,
      affected: report.affected.length * matches,
      preserved: report.preserved.length * matches,
      dropped: report.dropped,
      saved_pct: report.savedPct
    })
    this.hash.update(`${at} ${event} ${matches}\n`)
  }

  get hitRate(): number {
    const answered = this.waits.length
    return answered === 0 ? 0 : 100 * (this.strategies.serve_fresh + this.strategies.serve_stale) / answered
  }

  get eventCount(): number {
    return this.events.length
  }

  result(known: Pick<DayResult, "fixtures" | "kickoffs" | "data" | "seed" | "compute_ms" | "store">): DayResult {
    const oneHour = this.baseline.result()
    return {
      fixtures: known.fixtures,
      kickoffs: known.kickoffs,
      requests: this.requests,
      computes: this.computes,
      strategies: this.strategies,
      hit_rate_pct: this.hitRate,
      latency_ms: Percentiles.of(this.waits),
      events: this.events,
      panics: { reads: this.panicReads, markets: this.lastPanic.size, episodes: this.episodes },
      edge_lost_pct: this.waits.length === 0 ? 0 : 100 * this.behind / this.waits.length,
      baselines: {
        no_cache: { computes: this.requests },
        one_hour: {
          computes: oneHour.computes,
          edge_lost_pct: oneHour.edge_lost_pct,
          hit_rate_pct: oneHour.hit_rate_pct
        }
      },
      data: known.data,
      seed: known.seed,
      compute_ms: known.compute_ms,
      store: known.store,
      decisions_sha256: this.hash.copy().digest("hex"),
      timeline: this.buckets
    }
  }

  private panicked(market: string, at: number): void {
    this.panicReads++
    if (at - (this.lastPanic.get(market) ?? -Infinity) >= calm) this.episodes++
    this.lastPanic.set(market, at)
  }

  private bucketAt(at: number): Writable<Bucket> {
    const i = Math.min(this.buckets.length - 1, Math.max(0, Math.floor((at - this.start) / hour)))
    return this.buckets[i]!
  }
}
