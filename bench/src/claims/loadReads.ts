/** What the load's reads and computes come to: waits by strategy, values checked, computes of each stampede. */
import type { CacheResult } from "@smart-cache/core/CacheResult"
import * as Percentiles from "@smart-cache/lab/Percentiles"
import type { Strategy } from "@smart-cache/lab/report/DayResult"
import { strategies } from "@smart-cache/lab/report/DayResult"
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"

/** A value says which key it is of and when its compute began. */
export interface Value {
  readonly id: number
  readonly version: number
}

/** What follows the invalidation of a key until its next value has been served. */
interface Stampede {
  readonly id: number
  computes: number
  readers: number
}

/** A read that was issued. */
export interface Asked {
  readonly id: number
  /** When it was due, milliseconds. */
  readonly due: number
  /** The oldest version that it may be given. */
  readonly floor: number
  readonly stampede: Stampede | undefined
}

export class LoadReads {
  private readonly waits: Record<Strategy, Array<number>> = {
    bypass: [],
    compute: [],
    serve_stale: [],
    serve_fresh: []
  }
  private readonly floors: Int32Array
  private readonly running: Int32Array
  private readonly open = new Map<number, Stampede>()
  private readonly over: Array<Stampede> = []
  private versions = 0
  computes = 0
  /** Reads that were answered, or failed. */
  settled = 0
  /** What went wrong first. */
  problem: unknown
  /** The most computes of one key at a time. */
  together = 0

  constructor(keys: number) {
    this.floors = new Int32Array(keys)
    this.running = new Int32Array(keys)
  }

  begin(id: number): Value {
    this.computes++
    this.together = Math.max(this.together, ++this.running[id]!)
    const stampede = this.open.get(id)
    if (stampede !== undefined) stampede.computes++
    return { id, version: ++this.versions }
  }

  end(id: number): void {
    this.running[id]!--
  }

  /** A key that is being computed has no stampede of its own to begin. */
  idle(id: number): boolean {
    return this.running[id] === 0 && !this.open.has(id)
  }

  /** An invalidation was acknowledged: who asks from now on must be given what is computed from now on. */
  invalidated(id: number): void {
    this.floors[id] = this.versions + 1
    this.open.set(id, { id, computes: 0, readers: 0 })
  }

  ask(id: number, due: number): Asked {
    return { id, due, floor: this.floors[id]!, stampede: this.open.get(id) }
  }

  settle(asked: Asked, exit: Exit.Exit<CacheResult<Value>, unknown>, now: number): void {
    this.settled++
    if (Exit.isFailure(exit)) this.problem ??= Cause.squash(exit.cause)
    else this.answered(asked, exit.value, now)
  }

  private answered({ due, floor, id, stampede }: Asked, { metadata, value }: CacheResult<Value>, now: number): void {
    if (value.id !== id) this.problem ??= new Error(`the key ${id} was given the value of ${value.id}`)
    if (value.version < floor) this.problem ??= new Error(`the key ${id} was given a value older than its invalidation`)
    this.waits[metadata.strategy].push(now - due)
    if (stampede === undefined) return
    stampede.readers++
    if (this.open.delete(id)) this.over.push(stampede)
  }

  result() {
    const all = strategies.flatMap((strategy) => this.waits[strategy])
    return {
      reads: all.length,
      all: Percentiles.of(all),
      by: Object.fromEntries(
        strategies.map((
          strategy
        ) => [strategy, { count: this.waits[strategy].length, ...Percentiles.of(this.waits[strategy]) }])
      ) as Readonly<Record<Strategy, Percentiles.Percentiles & { readonly count: number }>>,
      stampedes: this.over.length,
      unanswered: this.open.size,
      mostComputes: Math.max(0, ...this.over.map(({ computes }) => computes)),
      mostReaders: Math.max(0, ...this.over.map(({ readers }) => readers))
    }
  }
}
