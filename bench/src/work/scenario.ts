/** A piece of work whose parts are counted. */
import type * as SmartCache from "@smart-cache/core/SmartCache"
import * as Effect from "effect/Effect"
import type { Meter } from "./meter.ts"

/** Which cache the work is done by. */
export type Place = "memory" | "memory that ages" | "redis" | "memory over redis"

export interface Scenario {
  readonly name: string
  readonly place: Place
  /**
   * How long is counted: until the readers have their answers, until nothing is under way any more, or until the first
   * compute begins.
   */
  readonly until: "answered" | "settled" | "computing"
  /** Fibers of the readers themselves, which are not counted. */
  readonly crowd: number
  /** Times the work is done in a round that measures what it allocates; 0 measures nothing. */
  readonly times: number
  /** How often it is counted; every count is the least, since what else happens in a process only adds. */
  readonly repetitions: number
  /** Brings the cache to where the work begins, under names that no other run has. */
  readonly begin: (stage: Stage) => Effect.Effect<Work, unknown>
}

export interface Work {
  /** Fails when an answer is another than was meant: the work counted would be that of something else. */
  readonly run: Effect.Effect<unknown, unknown>
  /** What can only be checked afterwards. */
  readonly check: Effect.Effect<unknown, unknown>
}

type Defaults = Pick<Scenario, "crowd" | "repetitions" | "times">

const defaults: Defaults = { crowd: 0, repetitions: 3, times: 0 }

/** A scenario with a single reader, counted three times and not measured, unless it says otherwise. */
export const scenario = (fields: Omit<Scenario, keyof Defaults> & Partial<Defaults>): Scenario => ({
  ...defaults,
  ...fields
})

/** Work that checks its own answers. */
export const work = (run: Work["run"]): Work => ({ run, check: Effect.void })

/** Where a scenario plays. */
export interface Stage {
  readonly cache: SmartCache.Shape
  readonly meter: Meter
  /** A name that nothing else has. */
  readonly fresh: (what: string) => string
  /** Holds the value 1 under many keys, with one tag. */
  readonly fill: (keys: ReadonlyArray<string>, tag: string) => Effect.Effect<void, unknown>
  /** Makes a market calm that was observed often, under a name that nothing else has. */
  readonly calm: Effect.Effect<string, unknown>
}
