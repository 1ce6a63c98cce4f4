/**
 * The matches that the application has on offer; the application gives this service.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"

/** A match to be played, or being played. */
export interface Fixture {
  /** Match key: what stands for the match in keys and tags. */
  readonly match: string
  readonly homeTeam: string
  readonly awayTeam: string
  /** Epoch milliseconds. */
  readonly kickoff: number
  readonly lineupConfirmed: boolean
}

export interface Shape {
  /** The matches on offer, in any order. */
  readonly list: Effect.Effect<ReadonlyArray<Fixture>>
  /** Whether events may name this match; an application without a list of its matches says yes to all. */
  readonly knows: (match: string) => Effect.Effect<boolean>
}

/** The matches on offer. */
export class Fixtures extends Context.Service<Fixtures, Shape>()("smart-cache/Fixtures") {}
