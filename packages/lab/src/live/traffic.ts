/** The readers, as many as may wait, and what came of them. */
import type { SmartCacheError } from "@smart-cache/core/CacheError"
import type { CacheResult } from "@smart-cache/core/CacheResult"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { seeded } from "../internal/seeded.ts"
import { second } from "../internal/time.ts"
import type { Prediction, Wanted } from "../Predictions.ts"
import type { Strategy } from "../report/DayResult.ts"
import type { World } from "../World.ts"
import * as Background from "./background.ts"
import * as Crowd from "./Crowd.ts"

export interface Options {
  readonly seed: number
  readonly rate: number
  readonly maxReaders?: number | undefined
}

/** Readers so far. */
export interface Tally {
  readonly strategies: Readonly<Record<Strategy, number>>
  /** Readers who wait now. */
  readonly waiting: number
  /** Turned away because too many waited. */
  readonly skipped: number
  readonly failed: number
}

type Read = (wanted: Wanted) => Effect.Effect<CacheResult<Prediction>, SmartCacheError>

/** Readers who should have come longer ago than this (the machine slept) do not come at all. */
const latest = second

/** Those who read. */
export class Readers {
  private readonly strategies: Record<Strategy, number> = { bypass: 0, compute: 0, serve_stale: 0, serve_fresh: 0 }
  private readonly read: Read
  private readonly most: number
  private waiting = 0
  private skipped = 0
  private failed = 0

  constructor(read: Read, most: number) {
    this.read = read
    this.most = most
  }

  get tally(): Tally {
    const { failed, skipped, waiting } = this
    return { strategies: { ...this.strategies }, waiting, skipped, failed }
  }

  /** One reader; never fails. */
  come(wanted: Wanted): Effect.Effect<void> {
    if (this.waiting >= this.most) return this.turnAway()
    this.waiting++
    return Effect.onExit(this.read(wanted), (exit) => this.leave(exit)).pipe(Effect.exit, Effect.asVoid)
  }

  private turnAway(): Effect.Effect<void> {
    return this.skipped++ > 0
      ? Effect.void
      : Effect.logWarning(`${this.most} readers wait already; those who come now are turned away, and counted`)
  }

  private leave(exit: Exit.Exit<CacheResult<Prediction>, SmartCacheError>): Effect.Effect<void> {
    this.waiting--
    if (Exit.isSuccess(exit)) {
      this.strategies[exit.value.metadata.strategy]++
      return Effect.void
    }
    if (Cause.hasInterruptsOnly(exit.cause) || this.failed++ > 0) return Effect.void
    return Effect.logWarning("a read failed; those that fail from now on are counted", exit.cause)
  }
}

/** Lets the readers come for as long as the scope is open; gives them, with their tally. */
export const start = Effect.fnUntraced(function*(
  read: Read,
  world: World,
  { maxReaders = 500, rate, seed }: Options
) {
  const readers = new Readers(read, maxReaders)
  const begun = yield* Clock.currentTimeMillis
  // Processes that share the days have readers of their own.
  const crowd = Crowd.make(world, rate, yield* seeded(seed, `readers from ${begun}`))
  const arrivals = Effect.gen(function*() {
    for (let next = begun;;) {
      const before = yield* Clock.currentTimeMillis
      const gap = crowd.gap()
      // Each has a time of its own, so that late timers lose nobody; a clock that was put back is not waited for.
      next = Math.min(next, before) + gap
      if (next > before) yield* Effect.sleep(next - before)
      const now = yield* Clock.currentTimeMillis
      if (now - next > latest) next = now
      const wanted = crowd.wanted(now)
      if (wanted !== undefined) yield* Effect.forkScoped(readers.come(wanted), { startImmediately: true })
    }
  })
  yield* Background.run("the stream of readers", arrivals)
  return readers
})
