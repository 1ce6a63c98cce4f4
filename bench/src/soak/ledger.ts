/** What became of the reads: values checked, waits in histograms of fixed size, computes of each stampede. */
import type { Reason, Strategy } from "@smart-cache/core/CacheOutcome"
import type { CacheResult } from "@smart-cache/core/CacheResult"
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import { histogram, record, waitsOf } from "./histogram.ts"
import type { Stampedes } from "./report.ts"
import type { Key, Stampede, Value } from "./world.ts"

/** A read that was issued; times in milliseconds of the monotonic clock. */
export interface Asked {
  readonly key: Key
  readonly due: number
  readonly began: number
  readonly floor: number
  readonly revision: number
  readonly stampede: Stampede | undefined
}

/** What is served at once; what stands in for a slow or failed compute has been waited for. */
const hits: ReadonlySet<Reason> = new Set<Reason>(["hit", "stale", "vix_warning"])

export class Ledger {
  private readonly calls = histogram()
  private readonly dues = histogram()
  private readonly strategies: Readonly<Record<Strategy, ReturnType<typeof histogram>>> = {
    serve_fresh: histogram(),
    serve_stale: histogram(),
    compute: histogram(),
    bypass: histogram()
  }
  private stampedes: Stampedes = { count: 0, computes: 0, mostComputes: 0, readers: 0, mostReaders: 0 }
  /** Whatever happened since the beginning; no reset forgets it. */
  asked = 0
  answered = 0
  wrong = 0
  failed = 0
  problem: string | undefined
  computes = 0
  early = 0

  ask(key: Key, due: number): Asked {
    this.asked++
    const { floor, stampede } = key
    return { key, due, began: performance.now(), floor, revision: key.match.revision.now, stampede }
  }

  began(key: Key): void {
    this.computes++
    if (key.stampede !== undefined) key.stampede.computes++
  }

  settle(asked: Asked, exit: Exit.Exit<CacheResult<Value>, unknown>): void {
    const now = performance.now()
    this.answered++
    if (Exit.isFailure(exit)) {
      this.failed++
      this.problem ??= `a read of ${asked.key.name} failed: ${Cause.pretty(exit.cause)}`
      return
    }
    const { metadata, value } = exit.value
    this.check(asked, value, metadata)
    if (metadata.refresh === "early") this.early++
    const { reason, source, strategy } = metadata
    record(this.strategies[strategy], now - asked.due)
    if (source === "memory" && hits.has(reason)) {
      record(this.calls, now - asked.began)
      record(this.dues, now - asked.due)
    }
    if (asked.stampede !== undefined) this.follow(asked.key, asked.stampede)
  }

  private check(
    { floor, key, revision }: Asked,
    value: Value,
    { reason, strategy }: CacheResult<Value>["metadata"]
  ): void {
    const problem = value.name !== key.name
      ? `was given the value of ${value.name}`
      : value.version < floor
      ? `was given version ${value.version} after version ${floor} had been asked for (${strategy}, ${reason})`
      : reason === "vix_panic" && value.revision < revision
      ? `was computed in a panic from odds ${value.revision}, which were ${revision} by then`
      : undefined
    if (problem === undefined) return
    this.wrong++
    this.problem ??= `${key.name} ${problem}`
  }

  private follow(key: Key, stampede: Stampede): void {
    stampede.readers++
    if (key.stampede === stampede) {
      key.stampede = undefined
      const { computes, count, mostComputes } = this.stampedes
      this.stampedes = {
        ...this.stampedes,
        count: count + 1,
        computes: computes + stampede.computes,
        mostComputes: Math.max(mostComputes, stampede.computes)
      }
    }
    const { mostReaders, readers } = this.stampedes
    this.stampedes = { ...this.stampedes, readers: readers + 1, mostReaders: Math.max(mostReaders, stampede.readers) }
  }

  /** The figures begin here. */
  reset(): void {
    for (const each of [this.calls, this.dues, ...Object.values(this.strategies)]) each.reset()
    this.stampedes = { count: 0, computes: 0, mostComputes: 0, readers: 0, mostReaders: 0 }
    this.computes = 0
    this.early = 0
  }

  result() {
    return {
      hits: waitsOf(this.calls),
      hitsFromDue: waitsOf(this.dues),
      byStrategy: {
        serve_fresh: waitsOf(this.strategies.serve_fresh),
        serve_stale: waitsOf(this.strategies.serve_stale),
        compute: waitsOf(this.strategies.compute),
        bypass: waitsOf(this.strategies.bypass)
      },
      stampedes: this.stampedes,
      computes: this.computes,
      early: this.early
    }
  }
}
