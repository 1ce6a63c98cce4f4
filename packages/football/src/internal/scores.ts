/**
 * Score distributions: the Dixon–Coles matrix of the full-time score, and its
 * split into halves.
 */
import * as Counts from "./counts.ts"

/** Goals of a side that are told apart; the last row and column mean "this many or more". */
const most = 14
const size = most + 1

/** Probabilities of scores. */
export interface Scores {
  /** Goals of a side that are told apart; this many stands for "this many or more". */
  readonly most: number
  readonly at: (home: number, away: number) => number
  /** Probability of the scores for which `when` holds. */
  readonly probability: (when: (home: number, away: number) => boolean) => number
}

/** Half-time and full-time goals of both sides, as `(home, away)` at the break and at the end. */
export type Course = (homeAtBreak: number, awayAtBreak: number, home: number, away: number) => boolean

/** What the markets on halves ask of the joint distribution of half-time and full-time scores. */
export interface Halves {
  readonly halfTime: Scores
  /** By `3 · break + end`, each 0 home leads, 1 level, 2 away leads. */
  readonly resultPairs: Float64Array
  readonly scoresInBoth: { readonly home: number; readonly away: number }
  readonly winsBoth: { readonly home: number; readonly away: number }
}

const fromCells = (cells: Float64Array): Scores => ({
  most,
  at: (home, away) => home <= most && away <= most ? cells[home * size + away]! : 0,
  probability: (when) => {
    let sum = 0
    for (let home = 0; home < size; home++) {
      for (let away = 0; away < size; away++) if (when(home, away)) sum += cells[home * size + away]!
    }
    return sum
  }
})

/**
 * The full-time score: independent Poisson goals with the dependence of Dixon and Coles (1997) on 0-0, 1-0, 0-1 and
 * 1-1. The correction moves probability among those four and keeps each side's goals Poisson.
 */
export const fullTime = (homeGoals: number, awayGoals: number, rho: number): Scores => {
  const home = Counts.poisson(homeGoals, most)
  const away = Counts.poisson(awayGoals, most)
  const cells = new Float64Array(size * size)
  for (let h = 0; h < size; h++) for (let a = 0; a < size; a++) cells[h * size + a] = home[h]! * away[a]!
  cells[0]! *= 1 - homeGoals * awayGoals * rho
  cells[1]! *= 1 + homeGoals * rho
  cells[size]! *= 1 + awayGoals * rho
  cells[size + 1]! *= 1 - rho
  return fromCells(cells)
}

/**
 * Visits every course of a match with its probability: given the full-time score, each goal falls before the break
 * with probability `share`, independently. For independent Poisson goals that is the same as independent Poisson
 * halves; with the low-score correction it is the one split that leaves the full-time matrix as it is.
 */
const visit = (
  end: Scores,
  share: number,
  course: (homeAtBreak: number, awayAtBreak: number, home: number, away: number, probability: number) => void
): void => {
  const splits = Array.from({ length: size }, (_, goals) => Counts.binomial(goals, share))
  for (let home = 0; home < size; home++) {
    for (let away = 0; away < size; away++) {
      const score = end.at(home, away)
      for (let h = 0; h <= home; h++) {
        const before = score * splits[home]![h]!
        for (let a = 0; a <= away; a++) course(h, a, home, away, before * splits[away]![a]!)
      }
    }
  }
}

/** Probability of the courses for which `when` holds. */
export const probabilityOfCourse = (end: Scores, share: number, when: Course): number => {
  let sum = 0
  visit(end, share, (h, a, home, away, p) => {
    if (when(h, a, home, away)) sum += p
  })
  return sum
}

/** One pass over all courses that gathers what the markets on halves need. */
export const halves = (end: Scores, share: number): Halves => {
  const cells = new Float64Array(size * size)
  const resultPairs = new Float64Array(9)
  const scoresInBoth = { home: 0, away: 0 }
  const winsBoth = { home: 0, away: 0 }
  visit(end, share, (h, a, home, away, p) => {
    cells[h * size + a]! += p
    resultPairs[3 * (1 - Math.sign(h - a)) + 1 - Math.sign(home - away)]! += p
    if (h > 0 && home > h) scoresInBoth.home += p
    if (a > 0 && away > a) scoresInBoth.away += p
    if (h > a && home - h > away - a) winsBoth.home += p
    if (a > h && away - a > home - h) winsBoth.away += p
  })
  return { halfTime: fromCells(cells), resultPairs, scoresInBoth, winsBoth }
}
