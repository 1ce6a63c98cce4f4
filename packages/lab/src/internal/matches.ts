/** The matches of a day with what could be expected of them from results before it. */
import * as GoalsModel from "@smart-cache/football/GoalsModel"
import * as TeamStrengths from "@smart-cache/football/TeamStrengths"
import type { Fixture, Pair, SharedRates } from "../DayFigures.ts"
import * as CountRates from "./countRates.ts"
import * as Files from "./files.ts"
import { day } from "./time.ts"

export interface Folder {
  readonly fixtures: ReadonlyArray<Files.FixtureRow>
  readonly facts: ReadonlyArray<Files.FactRow>
}

export interface Fitted {
  readonly shared: SharedRates
  readonly fixtures: ReadonlyArray<Fixture>
  readonly strengths: TeamStrengths.TeamStrengths
  /** Results that the fit could see. */
  readonly results: number
}

/**
 * The matches that kick off on a UTC day, rated from what was played strictly before that day: goals by
 * {@link TeamStrengths}, corners and cards by {@link CountRates}, the first half's share as its mean.
 */
export const ofDay = (folder: Folder, dayStart: number): Fitted => {
  const results = Files.results(folder.fixtures).filter(({ kickoff }) => kickoff < dayStart)
  const strengths = TeamStrengths.fit(results, { before: dayStart })
  const counts = CountRates.fit(results, folder.facts)
  const fixtures = folder.fixtures
    .filter(({ kickoff_utc }) => kickoff_utc >= dayStart && kickoff_utc < dayStart + day)
    .toSorted((a, b) => a.kickoff_utc - b.kickoff_utc || (a.match_id < b.match_id ? -1 : 1))
    .map(({ away, competition, home, kickoff_utc, match_id }): Fixture => {
      const expected = TeamStrengths.rates(strengths, home, away)
      const goals: Pair = [expected.homeGoals, expected.awayGoals]
      const { cards, corners } = CountRates.of(counts, home, away, goals)
      return {
        id: match_id,
        league: competition,
        home,
        away,
        kickoff: kickoff_utc,
        strengths: roundPair([strength(strengths, home), strength(strengths, away)]),
        goals: roundPair(goals),
        corners: roundPair(corners),
        cards: roundPair(cards)
      }
    })
  return { shared: shared(strengths.rho, counts), fixtures, strengths, results: results.length }
}

const strength = (strengths: TeamStrengths.TeamStrengths, name: string): number => {
  const team = strengths.teams.get(name)
  return team === undefined ? 1 : team.attack / team.defence
}

/** The goals model takes up to so many expected goals a side; a dependence within these bounds suits them all. */
const mostGoals = 8

const shared = (rho: number, counts: CountRates.CountRates): SharedRates => ({
  rho: Math.min(Math.max(round(rho), -1 / mostGoals), 1 / mostGoals ** 2),
  firstHalfShare: round(counts.firstHalfShare),
  redCards: round(counts.redCards),
  // No source in the folder: the goals model's assumptions for an average match.
  penalties: GoalsModel.averageMatch.penalties,
  topScorerShare: GoalsModel.averageMatch.topScorerShare
})

const roundPair = ([home, away]: Pair): Pair => [round(home), round(away)]

/** Three decimals: more would claim a precision that the fit does not have. */
const round = (value: number): number => Math.round(value * 1000) / 1000
