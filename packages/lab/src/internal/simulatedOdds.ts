/** Odds that move as often and as far as measured ones do, and the bursts that the figures are too coarse to hold. */
import * as DayFigures from "../DayFigures.ts"
import type { News, OddsMoved, WorldAction } from "../WorldAction.ts"
import * as Draw from "./draw.ts"
import { hour, minute, second } from "./time.ts"

/**
 * In each hour before kickoff a match's odds move or not by the measured share; a moving hour has one move or more
 * (their mean is measured too), which together go as far as measured hours do.
 */
export const drift = (
  matches: ReadonlyArray<DayFigures.Match>,
  start: number,
  figures: DayFigures.OddsFigures,
  random: Draw.Random
): ReadonlyArray<OddsMoved> => {
  const moves: Array<OddsMoved> = []
  for (const match of matches) {
    for (let from = start; from < match.kickoff; from += hour) {
      const length = Math.min(hour, match.kickoff - from)
      const share = DayFigures.moveShare(figures, match.kickoff - from) * length / hour
      if (Draw.happens(random, share)) moves.push(...movingHour(match.id, from, length, figures, random))
    }
  }
  return moves
}

const movingHour = (
  match: string,
  from: number,
  length: number,
  figures: DayFigures.OddsFigures,
  random: Draw.Random
): ReadonlyArray<OddsMoved> => {
  const count = 1 + Draw.poisson(random, figures.movesPerMovingHour - 1)
  const step = (): number => Draw.sign(random) * Draw.fromQuantiles(random, figures.hourlyMove) / Math.sqrt(count)
  return Array.from({ length: count }, () => ({
    _tag: "OddsMoved",
    at: Math.floor(from + length * random.nextDoubleUnsafe()),
    match,
    homeWin: step(),
    // Assumption: the total moves half as far as the balance.
    goals: step() / 2
  }))
}

/** Assumptions: this many bursts a day. */
const steams = 5
const lineMovements = 4

/** Steam (one direction, many moves, a few minutes) and moved lines (one large step), within a day of kickoff. */
export const bursts = (
  matches: ReadonlyArray<DayFigures.Match>,
  random: Draw.Random
): ReadonlyArray<WorldAction> => [
  ...Array.from({ length: steams }, () => steam(Draw.pick(random, matches), random)).flat(),
  ...Array.from({ length: lineMovements }, () => lineMovement(Draw.pick(random, matches), random)).flat()
]

/** Assumption: six to ten moves, 20 to 50 seconds apart, each of 0.03 to 0.06; noticed at the third. */
const steam = (match: DayFigures.Match, random: Draw.Random): ReadonlyArray<WorldAction> => {
  const direction = Draw.sign(random)
  const count = Math.floor(Draw.between(random, 6, 11))
  let at = burstStart(match, random)
  const moves = Array.from({ length: count }, (): OddsMoved => {
    at += Math.floor(Draw.between(random, 20, 50)) * second
    const homeWin = direction * Draw.between(random, 0.03, 0.06)
    return { _tag: "OddsMoved", at, match: match.id, homeWin, goals: 0 }
  })
  const cause = `money comes for ${direction > 0 ? match.home : match.away}`
  return [...moves.slice(0, 3), burst("odds_steam", match, moves[2]!.at, cause), ...moves.slice(3)]
}

/** Assumption: the balanced goal line moves by a quarter goal, a logit of 0.15 to 0.25. */
const lineMovement = (match: DayFigures.Match, random: Draw.Random): ReadonlyArray<WorldAction> => {
  const direction = Draw.sign(random)
  const at = burstStart(match, random)
  const move: OddsMoved = {
    _tag: "OddsMoved",
    at,
    match: match.id,
    homeWin: 0,
    goals: direction * Draw.between(random, 0.15, 0.25)
  }
  return [move, burst("line_movement", match, at, `the goal line moves ${direction > 0 ? "up" : "down"}`)]
}

const burst = (event: News["event"], match: DayFigures.Match, at: number, cause: string): News => ({
  _tag: "Event",
  at,
  event,
  matches: [match.id],
  cause,
  impact: { _tag: "Nothing" }
})

/** The nearer to kickoff, the likelier: the square of a uniform share of the last 20 hours. */
const burstStart = (match: DayFigures.Match, random: Draw.Random): number => {
  const share = random.nextDoubleUnsafe() ** 2
  return Math.floor(match.kickoff - 15 * minute - share * 20 * hour)
}
