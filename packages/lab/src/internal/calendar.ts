/** What every day has, simulated or recorded: its bounds, confirmed lineups and kickoffs. */
import type { Lineup } from "@smart-cache/football/MatchState"
import type { Match } from "../DayFigures.ts"
import type { News, Rescheduled, WorldAction } from "../WorldAction.ts"
import * as Draw from "./draw.ts"
import { day, hour, minute } from "./time.ts"

export interface Window {
  readonly start: number
  readonly end: number
}

/** From three days before the first kickoff to six minutes after the last. */
export const window = (kickoffs: ReadonlyArray<number>): Window => ({
  start: Math.min(...kickoffs) - 3 * day,
  end: Math.max(...kickoffs) + 6 * minute
})

/** Lineups an hour before the kickoff in force, and the kickoffs themselves. */
export const actions = (
  matches: ReadonlyArray<Match>,
  reschedulings: ReadonlyArray<Rescheduled>,
  random: Draw.Random
): ReadonlyArray<WorldAction> =>
  matches.flatMap((match): ReadonlyArray<WorldAction> => {
    const change = reschedulings.findLast((each) => each.match === match.id)
    const kickoff = change?.kickoff ?? match.kickoff
    // A match brought forward at short notice has its lineups when the change is known.
    const confirmed = Math.max(kickoff - hour, change?.at ?? 0)
    return [lineup(match, confirmed, random), { _tag: "Kickoff", at: kickoff, match: match.id }]
  })

/** Assumption: elevens surprise by some 3 % of a side's goals. */
const surprise = 0.03

const lineup = (match: Match, at: number, random: Draw.Random): News => {
  const confirmed: Lineup = {
    _tag: "Confirmed",
    homeStrength: Math.exp(surprise * Draw.normal(random)),
    awayStrength: Math.exp(surprise * Draw.normal(random))
  }
  return {
    _tag: "Event",
    at,
    event: "lineup_confirmed",
    matches: [match.id],
    cause: `${match.home} and ${match.away} name their elevens`,
    impact: { _tag: "Lineup", lineup: confirmed }
  }
}
