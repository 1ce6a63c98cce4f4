/**
 * What the lab knows of a match day without a data folder: facts of its matches and figures measured from real data.
 */
import type { MatchRates } from "@smart-cache/football/GoalsModel"
import { hour } from "./internal/time.ts"

/** A match and what was expected of it beforehand; times in epoch milliseconds. */
export interface Match {
  readonly id: string
  readonly league: string
  readonly home: string
  readonly away: string
  readonly kickoff: number
  readonly rates: MatchRates
  /** Attack over defence of each side, 1 for a league's average team; decides how many people read about it. */
  readonly homeStrength: number
  readonly awayStrength: number
}

/** Home, away. */
export type Pair = readonly [home: number, away: number]

/** A {@link Match} as it is derived: expected goals, corners and cards by side; what all matches share stands apart. */
export interface Fixture extends Pick<Match, "id" | "league" | "home" | "away" | "kickoff"> {
  readonly strengths: Pair
  readonly goals: Pair
  readonly corners: Pair
  readonly cards: Pair
}

/** The rates that are the same for every match of the day. */
export type SharedRates = Pick<MatchRates, "rho" | "firstHalfShare" | "redCards" | "penalties" | "topScorerShare">

/** The share of hours in which any price of a match moved, up to `withinHours` before its kickoff. */
export interface MoveShare {
  readonly withinHours: number
  readonly share: number
}

/** Quantiles of an absolute value: `[probability, value]`, ascending in both. */
export type Quantiles = ReadonlyArray<readonly [probability: number, value: number]>

/** How often and how far odds move. Sizes are absolute changes of the logit of a probability. */
export interface OddsFigures {
  readonly moveShares: ReadonlyArray<MoveShare>
  /** Change of the home win's logit in an hour in which it moved. */
  readonly hourlyMove: Quantiles
  /** Moves of one price within an hour in which it moved. */
  readonly movesPerMovingHour: number
  /** Single moves on the exchange. */
  readonly tick: { readonly count: number; readonly deviation: number; readonly quantiles: Quantiles }
}

/** News items per team and day. */
export interface NewsFigures {
  readonly injured: number
  readonly doubtful: number
  readonly suspended: number
}

/** A day's matches and the figures to simulate the rest from; `sources` says where each comes from. */
export interface DayFigures {
  readonly date: string
  readonly sources: Readonly<Record<string, string>>
  readonly shared: SharedRates
  readonly fixtures: ReadonlyArray<Fixture>
  readonly odds: OddsFigures
  readonly news: NewsFigures
}

/** The share of hours with a move at a distance from kickoff, in milliseconds; the last band has no end. */
export const moveShare = (figures: OddsFigures, untilKickoff: number): number => {
  const band = figures.moveShares.find(({ withinHours }) => untilKickoff < withinHours * hour)
  return (band ?? figures.moveShares.at(-1))?.share ?? 0
}

/** The matches of a day's fixtures. */
export const matches = (day: Pick<DayFigures, "shared" | "fixtures">): ReadonlyArray<Match> =>
  day.fixtures.map(({ cards, corners, goals, strengths, ...facts }) => ({
    ...facts,
    homeStrength: strengths[0],
    awayStrength: strengths[1],
    rates: {
      ...day.shared,
      homeGoals: goals[0],
      awayGoals: goals[1],
      homeCorners: corners[0],
      awayCorners: corners[1],
      homeCards: cards[0],
      awayCards: cards[1]
    }
  }))
