/** A match day as it is going to happen. */
import type { Match } from "./DayFigures.ts"
import type { DayData } from "./report/DayResult.ts"
import type { WorldAction } from "./WorldAction.ts"

/** A day before it happens. Times in epoch milliseconds. */
export interface Day {
  readonly matches: ReadonlyArray<Match>
  /** In order of time, from `start` to `end`. */
  readonly actions: ReadonlyArray<WorldAction>
  /** Three days before the first kickoff. */
  readonly start: number
  /** A few minutes after the last one. */
  readonly end: number
  readonly data: DayData
}

/** The kickoff of each match once every rescheduling of the day is known. */
export const finalKickoffs = (day: Pick<Day, "matches" | "actions">): ReadonlyMap<string, number> => {
  const kickoffs = new Map(day.matches.map((match) => [match.id, match.kickoff]))
  for (const action of day.actions) {
    if (action._tag === "Rescheduled") kickoffs.set(action.match, action.kickoff)
  }
  return kickoffs
}
