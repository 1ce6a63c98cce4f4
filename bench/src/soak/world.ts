/**
 * What is cached, as its source has it: matches that come up to their kickoff, their markets' odds, and what each key's
 * value is right now.
 */
import type { ReadContext } from "@smart-cache/core/ReadContext"
import * as TtlPolicy from "@smart-cache/core/TtlPolicy"
import * as Events from "@smart-cache/football/Events"
import * as Markets from "@smart-cache/football/Markets"
import * as MatchContext from "@smart-cache/football/MatchContext"
import type { Draw } from "../claims/chance.ts"

/** Matches at a time, and the keys of each. */
export const size = { matches: 20, keys: 50 } as const

/** A match lives so long, milliseconds; they kick off one after the other. */
export const matchMs = 300_000

/** The shape of the golden hour in five minutes. */
export const policy = TtlPolicy.zones({
  zones: [
    { name: "standard", within: "Infinity", ttl: "60 seconds" },
    { name: "active", within: "4 minutes", ttl: "30 seconds" },
    { name: "golden", within: "1 minute", ttl: "8 seconds" },
    { name: "warmup", within: "15 seconds", ttl: "4 seconds" }
  ],
  after: "match_started",
  confirmedFactor: 2
})

const marketIds = Markets.all.map(({ id }) => id)

/** A key's value rests on five markets, of which the read brings three prices. */
const marketsOf = (index: number): ReadonlyArray<string> =>
  [0, 1, 2, 3, 4].map((i) => marketIds[(2 * index + i) % marketIds.length]!)

/** Milliseconds: most take tens, some hundreds, a few seconds; the most popular takes long enough for a crowd to gather. */
const computeMsOf = (index: number): number =>
  index === 0 ? 400 : index % 16 === 5 ? 2000 : index % 4 === 1 ? 300 : 20 + index

/** What a value says of itself. */
export interface Value {
  readonly name: string
  /** Of the key when its compute looked. */
  readonly version: number
  /** Of the match's odds when its compute looked. */
  readonly revision: number
}

/** A number that its source changes, as it is and as it was. */
export class Versioned {
  now = 1
  private before = 1
  private changedAt = -Infinity

  change(at: number): number {
    this.before = this.now
    this.changedAt = at
    return ++this.now
  }

  /** As a replica has it that is so late. */
  seen(at: number, lagMs: number): number {
    return at - this.changedAt < lagMs ? this.before : this.now
  }
}

/** What follows the drop of a hot key until its next value has been served. */
export interface Stampede {
  computes: number
  readers: number
}

export class Match {
  readonly id: string
  readonly kickoff: number
  readonly revision = new Versioned()
  readonly keys: ReadonlyArray<Key>
  confirmed = false
  private readonly bases: Float64Array

  constructor(id: string, kickoff: number, draw: Draw) {
    this.id = id
    this.kickoff = kickoff
    this.bases = Float64Array.from(marketIds, () => 1.5 + 3 * draw())
    this.keys = Array.from({ length: size.keys }, (_, index) => new Key(this, index))
    this.quote(draw)
  }

  /** Prices tremble by less than a tick around where they stand. */
  quote(draw: Draw): void {
    this.revision.change(performance.now())
    const odds = Object.fromEntries(marketIds.map((id, i) => [id, this.bases[i]! + 0.005 * draw()]))
    for (const key of this.keys) key.read(odds, this.confirmed)
  }

  /** Every price goes up by a fifth at once. */
  jump(draw: Draw): void {
    for (let i = 0; i < this.bases.length; i++) this.bases[i] = this.bases[i]! > 4 ? 1.5 : this.bases[i]! * 1.2
    this.quote(draw)
  }

  /** The keys that an event touches; their values are others from now on. */
  touch(event: Events.Event): ReadonlyArray<Key> {
    if (event === "lineup_confirmed") this.confirmed = true
    const affected = new Set(Events.graph.affected(event))
    const touched = this.keys.filter((key) => key.markets.some((market) => affected.has(market)))
    for (const key of touched) key.version.change(performance.now())
    return touched
  }
}

export class Key {
  readonly name: string
  readonly match: Match
  readonly markets: ReadonlyArray<string>
  readonly computeMs: number
  readonly version = new Versioned()
  context: ReadContext = {}
  /** The oldest version that a read which starts now may be given. */
  floor = 0
  stampede: Stampede | undefined

  constructor(match: Match, index: number) {
    this.match = match
    this.name = `forecast:{${match.id}}:${index}`
    this.markets = marketsOf(index)
    this.computeMs = computeMsOf(index)
  }

  read(odds: Readonly<Record<string, number>>, lineupConfirmed: boolean): void {
    const named = Object.fromEntries(this.markets.slice(0, 3).map((market) => [market, odds[market]!]))
    const { id: match, kickoff } = this.match
    this.context = MatchContext.toRead({ match, markets: this.markets }, { kickoff, lineupConfirmed, odds: named })
  }

  /** What a compute that begins now, on a replica so late, is going to return. */
  look(lagMs: number): Value {
    const now = performance.now()
    return {
      name: this.name,
      version: this.version.seen(now, lagMs),
      revision: this.match.revision.seen(now, lagMs)
    }
  }
}
