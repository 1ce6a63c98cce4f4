/** Whether what readers were given was known to be old when they began. */
import type { SmartCacheError } from "@smart-cache/core/CacheError"
import type { CacheResult } from "@smart-cache/core/CacheResult"
import { Cause, Exit, Option } from "effect"
import { machineMillis, type Table } from "./Table.ts"
import { type Found, type Job, type Line, nameOf, processes, type Seen, subjectsOf } from "./world.ts"

/** How a read ended: with a result, with nothing because the reader left, or with an error. */
export type End = Exit.Exit<Option.Option<CacheResult<Seen>>, "failed" | SmartCacheError>

/** What was known when a reader began. */
export interface Beginning {
  readonly line: Line
  readonly acknowledged: ReadonlyArray<number>
  /** On the machine's clock. */
  readonly at: number
  /** Store steps that had failed in this process. */
  readonly trouble: number
}

/** A version that a value is behind. */
interface Lag {
  readonly what: string
  /** Milliseconds from the acknowledgement to the beginning of the read. */
  readonly late: number
  /** How many of them are allowed. */
  readonly bound: number
}

const most = 5

/** How far behind, in milliseconds since the acknowledgement: up to but without each. */
export const behindBounds: ReadonlyArray<number> = [5, 20, 50, 100, 200, 300, 500, Infinity]

export class Judge {
  reads = 0
  private unjudged = 0
  private failed = 0
  private left = 0
  private violations = 0
  private farthest = 0
  private readonly examples: Array<string> = []
  private readonly surprises: Array<string> = []
  private readonly behind = behindBounds.map(() => 0)
  private readonly answers: Record<string, number> = {}
  private readonly table: Table
  private readonly job: Job
  private readonly trouble: () => number

  constructor(table: Table, job: Job, trouble: () => number) {
    this.table = table
    this.job = job
    this.trouble = trouble
  }

  begin(line: Line): Beginning {
    const acknowledged = this.table.rows(this.table.acknowledged(), subjectsOf(line))
    return { line, acknowledged, at: machineMillis(), trouble: this.trouble() }
  }

  end(beginning: Beginning, end: End): void {
    if (Exit.isFailure(end)) this.fail(end.cause)
    else if (Option.isNone(end.value)) this.left++
    else this.weigh(beginning, end.value.value)
  }

  private fail(cause: Cause.Cause<"failed" | SmartCacheError>): void {
    const error = Option.getOrUndefined(Cause.findErrorOption(cause))
    // A busy machine may be slower than any reader's patience.
    const excused = error === "failed" || error?.reason._tag === "HardTimeout"
    if (excused) this.failed++
    else if (this.surprises.length < most) this.surprises.push(Cause.pretty(cause))
  }

  private weigh(beginning: Beginning, { metadata, value }: CacheResult<Seen>): void {
    this.reads++
    for (const name of [metadata.reason, metadata.source]) this.answers[name] = (this.answers[name] ?? 0) + 1
    // Nothing is promised about what others invalidated while the store does not answer.
    if (this.trouble() > beginning.trouble) return void this.unjudged++
    const lag = this.lag(beginning, value)
    if (lag === undefined) return
    this.behind[behindBounds.findIndex((bound) => lag.late < bound)]!++
    this.farthest = Math.max(this.farthest, lag.late)
    if (lag.late <= lag.bound) return
    this.violations++
    if (this.job.until === "the first violation") this.table.end()
    if (this.examples.length === most) return
    const { reason, source, stamp } = metadata
    const where = `${beginning.line.key} in process ${this.job.process}`
    this.examples.push(`${where}, ${reason} from ${source}, stamp ${stamp}: ${lag.what}, ${lag.late} ms late`)
  }

  /** Of all that a value is behind, what is farthest beyond its bound. */
  private lag({ acknowledged, at, line }: Beginning, { seen }: Seen): Lag | undefined {
    const subjects = subjectsOf(line)
    let worst: Lag | undefined
    for (const [i, version] of acknowledged.entries()) {
      const given = seen[i]!
      if (given >= version) continue
      const [subject, process] = [subjects[Math.floor(i / processes)]!, i % processes]
      const late = at - this.table.moment(subject, process, given + 1)
      // What this process invalidated itself is in force here at once.
      const bound = this.job.tiers === "redis" || process === this.job.process ? -1 : this.job.staleness
      if (worst !== undefined && late - bound <= worst.late - worst.bound) continue
      worst = { late, bound, what: `version ${given}, not ${version}, of ${nameOf(subject)} by process ${process}` }
    }
    return worst
  }

  report(): Found {
    const { answers, behind, examples, failed, farthest, left, reads, surprises, unjudged, violations } = this
    return { reads, unjudged, failed, left, violations, examples, surprises, behind, farthest, answers }
  }
}
