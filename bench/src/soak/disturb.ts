/** What happens to the cache while it is read; each change is made at the source first, then told to the cache. */
import * as Invalidation from "@smart-cache/core/Invalidation"
import type * as SmartCache from "@smart-cache/core/SmartCache"
import * as Events from "@smart-cache/football/Events"
import * as Effect from "effect/Effect"
import type { Draw } from "../claims/chance.ts"
import type { Disturbances } from "./report.ts"
import { type Key, Match, matchMs, size, type Stampede } from "./world.ts"

type Cache = SmartCache.SmartCache["Service"]

/** Milliseconds between two of a kind; matches are quoted in turn, each once a second. */
const every = {
  quote: 1000 / size.matches,
  drop: 2000,
  event: 1000,
  panic: 10_000,
  set: 100,
  match: matchMs / size.matches
} as const

/** Hot keys are the first of the first matches, by popularity. */
const hot = 5

/** A write refuses a deadline that has passed; its match is left alone when it is as near as this. */
const margin = 1000

const events = Object.keys(Events.changes) as ReadonlyArray<Events.Event>

const noneYet: Disturbances = { drops: 0, events: 0, panics: 0, sets: 0, matches: 0 }

export class Disturber {
  private readonly cache: Cache
  private readonly draw: Draw
  private begun = 0
  private quotes = 0
  /** As many as the figures have seen. */
  counts = noneYet
  /** By popularity. */
  readonly matches: Array<Match>

  constructor(cache: Cache, draw: Draw) {
    this.cache = cache
    this.draw = draw
    this.matches = Array.from({ length: size.matches }, (_, i) => this.match(Date.now() + (i + 1) * every.match))
  }

  reset(): void {
    this.counts = noneYet
  }

  /** All of it, until interrupted. */
  readonly run: Effect.Effect<void> = Effect.suspend(() =>
    Effect.all(
      [
        this.often(every.quote, () => Effect.sync(() => this.matches[this.quotes++ % size.matches]!.quote(this.draw))),
        this.often(every.drop, () => this.drop()),
        this.often(every.event, () => this.event()),
        this.often(every.panic, () => this.panic()),
        this.often(every.set, () => this.set()),
        this.often(every.match, () => this.replace())
      ],
      { concurrency: "unbounded", discard: true }
    )
  )

  private often(ms: number, what: () => Effect.Effect<void>): Effect.Effect<void> {
    return Effect.forever(Effect.andThen(Effect.sleep(ms), Effect.suspend(what)))
  }

  private match(kickoff: number): Match {
    return new Match(`match-${1000 + this.begun++}`, kickoff, this.draw)
  }

  private among<A>(all: ReadonlyArray<A>): A {
    return all[Math.floor(this.draw() * all.length)]!
  }

  private count(what: keyof Disturbances): void {
    this.counts = { ...this.counts, [what]: this.counts[what] + 1 }
  }

  /** Who asks from now on must be given what the source has had since; what was dropped is dropped again. */
  private told(keys: ReadonlyArray<Key>, stampede: Stampede | undefined): void {
    for (const key of keys) {
      key.floor = key.version.now
      key.stampede = stampede
    }
  }

  private drop(): Effect.Effect<void> {
    const key = this.matches[Math.floor(this.draw() * hot)]!.keys[0]!
    key.version.change(performance.now())
    return Effect.orDie(Effect.map(this.cache.invalidate(Invalidation.key(key.name)), () => {
      this.count("drops")
      this.told([key], { computes: 0, readers: 0 })
    }))
  }

  private event(): Effect.Effect<void> {
    const match = this.among(this.matches)
    const event = this.among(events)
    const touched = match.touch(event)
    return Effect.orDie(Effect.map(this.cache.invalidate(Invalidation.event(event, match.id)), () => {
      this.count("events")
      this.told(touched, undefined)
    }))
  }

  private panic(): Effect.Effect<void> {
    return Effect.sync(() => {
      this.count("panics")
      this.among(this.matches).jump(this.draw)
    })
  }

  private set(): Effect.Effect<void> {
    const match = this.among(this.matches)
    if (match.kickoff - Date.now() < margin) return Effect.void
    const key = this.among(match.keys)
    key.version.change(performance.now())
    return Effect.orDie(Effect.map(this.cache.set(key.name, key.look(0), key.context), (filled) => {
      if (filled === "too_large") throw new Error(`a write of ${key.name} was too large`)
      this.count("sets")
      this.told([key], undefined)
    }))
  }

  /** The match that has kicked off makes way for another. */
  private replace(): Effect.Effect<void> {
    return Effect.sync(() => {
      const at = this.matches.findIndex(({ kickoff }) => kickoff <= Date.now())
      if (at === -1) return
      this.count("matches")
      this.matches[at] = this.match(this.matches[at]!.kickoff + matchMs)
    })
  }
}
