/** The decisions that were seen lately. */
import { strategies } from "./series.ts"
import type { Decision, Strategy } from "./types.ts"

export interface Row extends Decision {
  /** Numbers the decisions in the order in which they came. */
  readonly id: number
}

export interface Seen {
  /** The latest first; of each strategy as many as are kept, so that many hits do not drive out the one bypass. */
  readonly rows: ReadonlyArray<Row>
  /** The last decision of each match. */
  readonly served: ReadonlyMap<string, Row>
  readonly total: number
  /** Decisions that the server left out of the stream because there were too many. */
  readonly skipped: number
}

export const none: Seen = { rows: [], served: new Map(), total: 0, skipped: 0 }

/** Kept of each strategy; also the most that is listed. */
export const kept = 200

/** Matches whose last decision is remembered. */
const maxMatches = 500

const tagged = /^\{(.*)\}:(.*)$/

/** The match and the market of a tag `{match}:market`. */
export const partsOf = (tag: string): { readonly match: string; readonly market: string } | undefined => {
  const [, match, market] = tagged.exec(tag) ?? []
  return match === undefined || market === undefined ? undefined : { match, market }
}

export const matchOf = ({ tags }: Decision): string | undefined => tags[0] && partsOf(tags[0])?.match

/** Takes what the stream brings, many times a second, and gives it away when the page draws. */
export class Log {
  private readonly rows = new Map<Strategy, Array<Row>>(strategies.map((strategy) => [strategy, []]))
  private readonly served = new Map<string, Row>()
  private total = 0
  private skipped = 0
  private changed = false

  take(decision: Decision): void {
    const row = { ...decision, id: ++this.total }
    const rows = this.rows.get(decision.strategy)
    if (rows !== undefined && rows.push(row) > kept) rows.shift()
    this.remember(row)
    this.changed = true
  }

  skip(count: number): void {
    this.skipped += count
    this.changed = true
  }

  /** What is new since the last call; `undefined` when nothing is. */
  drain(): Seen | undefined {
    if (!this.changed) return undefined
    this.changed = false
    const rows = [...this.rows.values()].flat().toSorted((a, b) => b.id - a.id)
    return { rows, served: new Map(this.served), total: this.total, skipped: this.skipped }
  }

  private remember(row: Row): void {
    const match = matchOf(row)
    if (match === undefined) return
    this.served.delete(match)
    this.served.set(match, row)
    if (this.served.size > maxMatches) this.served.delete(this.served.keys().next().value!)
  }
}
