/**
 * The numbers behind the metrics: one typed array, and views of it since a moment.
 */
import type { Counts, Tally } from "../CacheCatalogue.ts"
import { tallies } from "../CacheCatalogue.ts"
import { type Reason, reasons, type VixLevel, vixLevels } from "../CacheOutcome.ts"

const levelsAt = reasons.length
const talliesAt = levelsAt + vixLevels.length
const zonesAt = talliesAt + tallies.length

/** Where each tally lies. */
const places = new Map<Tally, number>(tallies.map((name, i) => [name, talliesAt + i]))
const placeOf = (name: Tally): number => places.get(name)!
const waitsAt = placeOf("waits")
const waitedAt = placeOf("waited_ms")

/** Everything counted since the cache was made; the hit path adds to `cells` and nothing else. */
export class Cells {
  readonly cells: Float64Array
  private readonly views: Array<View> = []

  constructor(zones: number) {
    this.cells = new Float64Array(zonesAt + zones)
  }

  /** Counts one read: the code of its decision, its volatility and its zone (−1: none). */
  read(code: number, level: number, zone: number): void {
    const { cells } = this
    cells[code]!++
    cells[levelsAt + level]!++
    if (zone >= 0) cells[zonesAt + zone]!++
  }

  add(name: Tally, n: number): void {
    this.cells[placeOf(name)]! += n
  }

  /** Counts the wait of a read that did not end in one step. */
  waited(millis: number): void {
    this.cells[waitsAt]!++
    this.cells[waitedAt]! += millis
    for (const view of this.views) view.waited(millis)
  }

  /** The counts from now on, until the view begins anew. */
  view(): View {
    const view = new View(this.cells)
    this.views.push(view)
    return view
  }
}

/** What was counted since a moment: the cells less what they were then. */
export class View implements Counts {
  private readonly cells: Float64Array
  private readonly since: Float64Array
  private longestWait = 0
  private shortestWait = Infinity

  constructor(cells: Float64Array) {
    this.cells = cells
    this.since = cells.slice()
  }

  /** Forgets what was counted so far. */
  reset(): void {
    this.since.set(this.cells)
    this.longestWait = 0
    this.shortestWait = Infinity
  }

  waited(millis: number): void {
    this.longestWait = Math.max(this.longestWait, millis)
    this.shortestWait = Math.min(this.shortestWait, millis)
  }

  private at(place: number): number {
    return this.cells[place]! - this.since[place]!
  }

  reasons(...names: ReadonlyArray<Reason>): number {
    return names.reduce((sum, name) => sum + this.at(reasons.indexOf(name)), 0)
  }

  levels(...names: ReadonlyArray<VixLevel>): number {
    return names.reduce((sum, name) => sum + this.at(levelsAt + vixLevels.indexOf(name)), 0)
  }

  zone(index: number): number {
    return this.at(zonesAt + index)
  }

  tally(name: Tally): number {
    return this.at(placeOf(name))
  }

  reads(): number {
    return this.reasons(...reasons)
  }

  longest(): number {
    return this.longestWait
  }

  /** A read that did not wait is a hit of 0 ms, so the shortest wait matters only while every read waited. */
  shortest(): number {
    const waits = this.tally("waits")
    return waits === 0 || waits < this.reads() ? 0 : this.shortestWait
  }
}
