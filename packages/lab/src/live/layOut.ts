/** A day of the past, laid out on the clock. */
import { type Day, finalKickoffs } from "../Day.ts"
import { minute } from "../internal/time.ts"
import type { WorldAction } from "../WorldAction.ts"

export interface Placement {
  /** When the day's first match kicks off, epoch milliseconds. */
  readonly kickoff: number
  /** How many times faster than the clock the day's calendar goes by. */
  readonly speed: number
  /** Tells the day's matches from those of other days; ends up in their ids. */
  readonly name: string
}

/** First and last kickoff of a day, epoch milliseconds. */
export const kickoffs = (day: Pick<Day, "matches" | "actions">): { readonly first: number; readonly last: number } => {
  const all = Array.from(finalKickoffs(day).values())
  return { first: Math.min(...all), last: Math.max(...all) }
}

/** A match is forgotten this long after the day's last kickoff: longer than any read of it takes. */
const afterwards = 5 * minute

/**
 * The same day with every moment moved to the clock, in whole milliseconds, and every match named for the day.
 * The steps between moments shrink by `speed`; the day begins and ends with its first action and after its last kickoff.
 */
export const layOut = (day: Day, { kickoff, name, speed }: Placement): Day => {
  const { first, last } = kickoffs(day)
  const moment = (at: number): number => kickoff + Math.round((at - first) / speed)
  const named = (match: string): string => `${match}.${name}`
  return {
    ...day,
    matches: day.matches.map((match) => ({ ...match, id: named(match.id), kickoff: moment(match.kickoff) })),
    actions: day.actions.map((action) => moved(action, moment, named)),
    start: moment(day.start),
    end: moment(last) + afterwards
  }
}

const moved = (
  action: WorldAction,
  moment: (at: number) => number,
  named: (match: string) => string
): WorldAction => {
  const at = moment(action.at)
  switch (action._tag) {
    case "Event":
      return { ...action, at, matches: action.matches.map(named) }
    case "Rescheduled":
      return { ...action, at, match: named(action.match), kickoff: moment(action.kickoff) }
    case "OddsMoved":
    case "Kickoff":
      return { ...action, at, match: named(action.match) }
  }
}
