/**
 * The world around the caches under test: what happened, in one order of events.
 *
 * It decides nothing about the cache; it only remembers, so that `invariants.ts` can
 * ask whether what a reader got could be true.
 */
import type { CacheStore } from "@smart-cache/core"
import type { CacheResult } from "@smart-cache/core/CacheResult"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import type { Behaviour, Command } from "./commands.ts"

export type ReadCommand = Extract<Command, { readonly _tag: "Read" }>

/** A value and where it came from: a compute or an explicit write, begun at this event and moment. */
export interface Origin {
  readonly id: number
  readonly key: string
  readonly event: number
  readonly at: number
  /** The event until which it may still take effect: of an explicit write, its acknowledgement. */
  until: number
}

export interface Reader {
  readonly command: ReadCommand
  readonly event: number
  readonly at: number
  readonly deadline: number
  /** The last change of odds of the markets that it names, its own included. */
  readonly change: number
  fiber?: Fiber.Fiber<CacheResult<Origin>, unknown>
}

/** An invalidation or an explicit write: begun at one event, acknowledged at a later one. */
export interface Write {
  readonly target: CacheStore.Target | {
    readonly _tag: "Set"
    readonly key: string
    readonly tags: ReadonlyArray<string>
  }
  readonly began: number
  acknowledged: number
}

const hasEnded = ({ fiber }: Reader): boolean => fiber?.pollUnsafe() !== undefined

export class World {
  event = 0
  readonly readers: Array<Reader> = []
  readonly writes: Array<Write> = []
  readonly computes = { begun: 0, running: new Map<string, number>() }
  /** What was found wrong, by whoever found it. */
  readonly problems: Array<string> = []
  private readonly prices = new Map<string, { readonly price: number; readonly event: number }>()

  /** Odds that a cache heard of; the event of the market's last change counts. */
  hear(cache: number, market: string, price: number): void {
    const name = `${cache}/${market}`
    if (this.prices.get(name)?.price !== price) this.prices.set(name, { price, event: ++this.event })
  }

  lastChange(cache: number, markets: Iterable<string>): number {
    return Math.max(0, ...Array.from(markets, (market) => this.prices.get(`${cache}/${market}`)?.event ?? 0))
  }

  origin(key: string, at: number): Origin {
    const event = ++this.event
    return { id: event, key, event, at, until: event }
  }

  /** A compute of a reader: at most one of a key may run in one cache. */
  compute({ behaviour, cache, key }: ReadCommand): Effect.Effect<Origin, "failed"> {
    const name = `${cache}/${key}`
    const { running } = this.computes
    return Effect.suspend(() => {
      this.computes.begun++
      running.set(name, (running.get(name) ?? 0) + 1)
      if (running.get(name)! > 1) this.problems.push(`two computes of ${name} at once`)
      const leave = Effect.sync(() => {
        running.set(name, running.get(name)! - 1)
      })
      return Effect.ensuring(
        Effect.flatMap(Clock.currentTimeMillis, (now) => behave(behaviour, this.origin(key, now))),
        leave
      )
    })
  }

  /** Fails with whatever was found wrong. */
  accuse(when: string): void {
    if (this.problems.length > 0) throw new Error(`${this.problems.join("\n")}\n${when}`)
  }

  get running(): number {
    return Array.from(this.computes.running.values()).reduce((sum, n) => sum + n, 0)
  }

  get ended(): number {
    return this.readers.filter(hasEnded).length
  }

  /** Readers of a key in one cache who have no answer yet. */
  waiting(cache: number, key: string): number {
    return this.readers.filter((reader) =>
      reader.command.cache === cache && reader.command.key === key && !hasEnded(reader)
    ).length
  }

  /** Remembers a write, and when it was acknowledged. */
  write<A, E>(target: Write["target"], effect: Effect.Effect<A, E>): Effect.Effect<Exit.Exit<A, E>> {
    return Effect.suspend(() => {
      const write: Write = { target, began: ++this.event, acknowledged: Infinity }
      this.writes.push(write)
      return Effect.map(Effect.exit(effect), (exit) => {
        if (Exit.isSuccess(exit) && exit.value !== "refused") write.acknowledged = ++this.event
        return exit
      })
    })
  }
}

const behave = ({ end, millis }: Behaviour, origin: Origin): Effect.Effect<Origin, "failed"> => {
  const works = Effect.as(Effect.sleep(millis), origin)
  switch (end) {
    case "succeeds":
      return works
    case "fails":
      return Effect.andThen(works, Effect.fail("failed" as const))
    case "dies":
      return Effect.andThen(works, Effect.die("died"))
    case "interrupts itself":
      return Effect.andThen(works, Effect.interrupt)
    case "never ends":
      return Effect.never
    case "cannot be interrupted":
      return Effect.uninterruptible(works)
    case "leaves slowly":
      return Effect.onInterrupt(works, () => Effect.sleep(millis))
  }
}
