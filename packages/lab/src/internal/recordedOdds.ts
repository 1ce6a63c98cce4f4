/** Real moves with the real time between them, dealt to the day's matches. */
import type { Match } from "../DayFigures.ts"
import type { OddsMoved } from "../WorldAction.ts"
import type { Move } from "./oddsMovement.ts"

/**
 * The n-th match gets the n-th most active series (again from the first when there are fewer), repeated from `start` to
 * its kickoff. A pass lasts as long as the whole recording. Every second pass is turned round in sign, so that a
 * series' own trend does not add up over the days.
 */
export const replay = (
  matches: ReadonlyArray<Match>,
  series: ReadonlyArray<ReadonlyArray<Move>>,
  start: number
): ReadonlyArray<OddsMoved> => {
  const times = series.flat().map(({ at }) => at)
  if (times.length === 0) return []
  const first = times.reduce((least, at) => Math.min(least, at))
  const last = times.reduce((most, at) => Math.max(most, at))
  const length = Math.max(last - first, 1)
  return matches.flatMap((match, index) => {
    const moves = series[index % series.length]!
    const passes = Math.ceil((match.kickoff - start) / length)
    return Array.from({ length: passes }, (_, pass) =>
      moves.map(({ at, logit }): OddsMoved => ({
        _tag: "OddsMoved",
        at: start + pass * length + (at - first),
        match: match.id,
        homeWin: pass % 2 === 0 ? logit : -logit,
        goals: 0
      }))).flat().filter(({ at }) => at < match.kickoff)
  })
}
