/** Who is read about, and what is asked. */
import * as Markets from "@smart-cache/football/Markets"
import type { Match } from "../DayFigures.ts"

/** A choice among weighted things by a uniform number: the index of the thing. */
export interface Choice {
  readonly total: number
  readonly pick: (uniform: number) => number
}

export const choice = (weights: ReadonlyArray<number>): Choice => {
  const sums = new Float64Array(weights.length)
  let total = 0
  weights.forEach((weight, index) => sums[index] = total += weight)
  return {
    total,
    pick: (uniform) => {
      const wanted = uniform * total
      let low = 0
      let high = sums.length - 1
      while (low < high) {
        const middle = (low + high) >> 1
        if (sums[middle]! > wanted) high = middle
        else low = middle + 1
      }
      return low
    }
  }
}

/** Zipf's law: the n-th thing weighs `n^−exponent`. */
const zipf = (rank: number, exponent: number): number => (rank + 1) ** -exponent

/** Assumption: how widely a league is followed. */
const following: Readonly<Record<string, number>> = {
  "Premier League": 1.6,
  "La Liga": 1.3,
  "Serie A": 1.1,
  "Bundesliga": 1.1,
  "Ligue 1": 1
}

/** Weights of matches, in their order: ranked by the league's following times the strength of both sides. */
export const matches = (all: ReadonlyArray<Match>): ReadonlyArray<number> => {
  const fame = all.map(({ awayStrength, homeStrength, league }) =>
    (following[league] ?? 1) * (homeStrength + awayStrength)
  )
  return fame.map((own) => zipf(fame.filter((other) => other > own).length, 0.7))
}

/** Assumption: what people bet on most, best-known first. */
const heads: ReadonlyArray<string> = [
  "match-odds",
  "over-under-2-5-goals",
  "both-teams-to-score",
  "correct-score",
  "double-chance",
  "asian-handicap-home-minus-0-5",
  "first-goalscorer",
  "draw-no-bet",
  "half-time-full-time",
  "over-under-1-5-goals",
  "over-under-3-5-goals",
  "half-time",
  "to-score",
  "match-odds-and-both-teams-to-score",
  "asian-handicap-home-0",
  "cards-over-under-3-5",
  "corners-over-under-8-5"
]

/** All markets, most asked for first; after the known ones as the menu has them. */
export const markets: ReadonlyArray<string> = [
  ...heads.map((id) => Markets.get(id).id),
  ...Markets.all.map(({ id }) => id).filter((id) => !heads.includes(id))
]

/** An index of {@link markets} by Zipf's law with exponent 1. */
export const pickMarket = choice(markets.map((_, rank) => zipf(rank, 1))).pick
