/** What happens on the day, as data: made by a `DaySource`, applied by `World.apply`. */
import type { Event } from "@smart-cache/football/Events"
import type { Side } from "@smart-cache/football/Markets"
import type { Lineup, Weather } from "@smart-cache/football/MatchState"

/** The market's opinion moved: steps of the logits of a home win and of over 2.5 goals. */
export interface OddsMoved {
  readonly _tag: "OddsMoved"
  readonly at: number
  readonly match: string
  readonly homeWin: number
  readonly goals: number
}

/** What an event changes in a match. Bursts of odds are `Nothing` in themselves: their moves are `OddsMoved`. */
export type Impact =
  | { readonly _tag: "Nothing" }
  | { readonly _tag: "Weather"; readonly weather: Weather }
  | { readonly _tag: "Absence"; readonly side: Side; readonly of: "regulars" | "keyPlayers" }
  | { readonly _tag: "Goalkeeper"; readonly side: Side }
  | { readonly _tag: "Lineup"; readonly lineup: Lineup }
  | { readonly _tag: "Referee"; readonly strictness: number }

/** News that the cache is to hear of: one of the eleven events, the matches it concerns, and why, for people. */
export interface News {
  readonly _tag: "Event"
  readonly at: number
  readonly event: Event
  readonly matches: ReadonlyArray<string>
  readonly cause: string
  readonly impact: Impact
}

/** A match got another kickoff. */
export interface Rescheduled {
  readonly _tag: "Rescheduled"
  readonly at: number
  readonly match: string
  readonly kickoff: number
}

export interface Kickoff {
  readonly _tag: "Kickoff"
  readonly at: number
  readonly match: string
}

/** Times in epoch milliseconds; matches by id. */
export type WorldAction = OddsMoved | News | Rescheduled | Kickoff

/** In order of time; at one moment as they were given. */
export const inOrder = (actions: ReadonlyArray<WorldAction>): ReadonlyArray<WorldAction> =>
  actions.toSorted((a, b) => a.at - b.at)
