/**
 * Expected corners and cards.
 *
 * The facts cover the Premier League. For its teams, a side's expected count is the mean of its side (home or away)
 * times how its matches differ from that mean: its own count, and what its opponents get. For other leagues corners are
 * that mean scaled by the side's expected goals, and cards are the mean.
 */
import type { Pair } from "../DayFigures.ts"
import type { FactRow } from "./files.ts"

interface Result {
  readonly matchId: string
  readonly home: string
  readonly away: string
  readonly homeGoals: number
  readonly awayGoals: number
}

interface Ratio {
  own: number
  against: number
  expected: number
  expectedAgainst: number
}

interface Sides {
  readonly home: number
  readonly away: number
  readonly teams: ReadonlyMap<string, Ratio>
}

export interface CountRates {
  readonly corners: Sides
  readonly cards: Sides
  readonly goals: { readonly home: number; readonly away: number }
  readonly redCards: number
  readonly firstHalfShare: number
}

/** Expected counts by side. */
export interface Expected {
  readonly corners: Pair
  readonly cards: Pair
}

type Joined = Result & { readonly facts: FactRow }

/** Matches' worth of belief that a team's corners and cards are average. */
const prior = 10

/** Means and teams' ratios over the results that have facts. */
export const fit = (results: ReadonlyArray<Result>, facts: ReadonlyArray<FactRow>): CountRates => {
  const byMatch = new Map(facts.map((row) => [row.match_id, row]))
  const joined = results.flatMap((result) => {
    const row = byMatch.get(result.matchId)
    return row === undefined ? [] : [{ ...result, facts: row }]
  })
  const goals = { home: mean(joined, (match) => match.homeGoals), away: mean(joined, (match) => match.awayGoals) }
  return {
    corners: sides(joined, ({ facts }) => [facts.home_corners, facts.away_corners]),
    cards: sides(joined, ({ facts }) => [facts.home_yellow + facts.home_red, facts.away_yellow + facts.away_red]),
    goals,
    redCards: mean(joined, ({ facts }) => facts.home_red + facts.away_red),
    firstHalfShare: mean(joined, ({ facts }) => facts.ht_home + facts.ht_away) / (goals.home + goals.away)
  }
}

const mean = (matches: ReadonlyArray<Joined>, of: (match: Joined) => number): number =>
  matches.reduce((sum, match) => sum + of(match), 0) / matches.length

const sides = (
  matches: ReadonlyArray<Joined>,
  of: (match: Joined) => Pair
): Sides => {
  const home = mean(matches, (match) => of(match)[0])
  const away = mean(matches, (match) => of(match)[1])
  const teams = new Map<string, Ratio>()
  const add = (team: string, own: number, expected: number, against: number, expectedAgainst: number) => {
    const sum = teams.get(team) ?? { own: 0, against: 0, expected: 0, expectedAgainst: 0 }
    sum.own += own
    sum.expected += expected
    sum.against += against
    sum.expectedAgainst += expectedAgainst
    teams.set(team, sum)
  }
  for (const match of matches) {
    const [homeCount, awayCount] = of(match)
    add(match.home, homeCount, home, awayCount, away)
    add(match.away, awayCount, away, homeCount, home)
  }
  return { home, away, teams }
}

/** Expected counts of a match; goals scale the corners of teams without facts. */
export const of = (rates: CountRates, home: string, away: string, [homeGoals, awayGoals]: Pair): Expected => {
  const known = rates.corners.teams.has(home) && rates.corners.teams.has(away)
  return {
    corners: known ? between(rates.corners, home, away) : [
      rates.corners.home * homeGoals / rates.goals.home,
      rates.corners.away * awayGoals / rates.goals.away
    ],
    cards: between(rates.cards, home, away)
  }
}

const between = (sides: Sides, home: string, away: string): Pair => [
  sides.home * own(sides, home) * against(sides, away),
  sides.away * own(sides, away) * against(sides, home)
]

const own = (sides: Sides, team: string): number => {
  const ratio = sides.teams.get(team)
  return ratio === undefined ? 1 : (ratio.own + prior * average(sides)) / (ratio.expected + prior * average(sides))
}

const against = (sides: Sides, team: string): number => {
  const ratio = sides.teams.get(team)
  return ratio === undefined
    ? 1
    : (ratio.against + prior * average(sides)) / (ratio.expectedAgainst + prior * average(sides))
}

const average = (sides: Sides): number => (sides.home + sides.away) / 2
