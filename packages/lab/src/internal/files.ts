/** The data folder's files as typed rows. What each holds and where it comes from is in the folder's SOURCES.md. */
import type { MatchResult } from "@smart-cache/football/TeamStrengths"
import * as Csv from "./csv.ts"

const fixtureColumns = {
  match_id: Csv.text,
  competition: Csv.text,
  kickoff_utc: Csv.time,
  home: Csv.text,
  away: Csv.text,
  home_goals: Csv.orEmpty(Csv.count),
  away_goals: Csv.orEmpty(Csv.count)
}
export type FixtureRow = Csv.Row<typeof fixtureColumns>

/** openfootball/football.json and worldcup.json, CC0. */
export const fixturesFile = "fixtures.csv"
export const fixtures = (directory: string) => Csv.read(directory, fixturesFile, fixtureColumns)

/** The fixtures that have been played. */
export const results = (rows: ReadonlyArray<FixtureRow>): ReadonlyArray<MatchResult & { readonly matchId: string }> =>
  rows.flatMap((row) =>
    row.home_goals === null || row.away_goals === null ? [] : [{
      matchId: row.match_id,
      league: row.competition,
      kickoff: row.kickoff_utc,
      home: row.home,
      away: row.away,
      homeGoals: row.home_goals,
      awayGoals: row.away_goals
    }]
  )

const factColumns = {
  match_id: Csv.text,
  home_corners: Csv.count,
  away_corners: Csv.count,
  home_yellow: Csv.count,
  away_yellow: Csv.count,
  home_red: Csv.count,
  away_red: Csv.count,
  ht_home: Csv.count,
  ht_away: Csv.count
}
export type FactRow = Csv.Row<typeof factColumns>

/** datasets/football-datasets, PDDL. */
export const factsFile = "epl-match-facts.csv"
export const facts = (directory: string) => Csv.read(directory, factsFile, factColumns)

const newsColumns = {
  ts_utc: Csv.time,
  season: Csv.text,
  team: Csv.text,
  player_code: Csv.text,
  status: Csv.oneOf("a", "d", "i", "s", "u", "n"),
  chance_next_round: Csv.orEmpty(Csv.number)
}
export type NewsRow = Csv.Row<typeof newsColumns>

/** vaastav/Fantasy-Premier-League, MIT. Status: a available, d doubtful, i injured, s suspended, u unavailable, n not eligible. */
export const newsFile = "epl-player-news.csv.gz"
export const news = (directory: string) => Csv.read(directory, newsFile, newsColumns)

const changeColumns = {
  match_id: Csv.text,
  seen_utc: Csv.time,
  old_kickoff_utc: Csv.orEmpty(Csv.time),
  new_kickoff_utc: Csv.orEmpty(Csv.time)
}
export type ChangeRow = Csv.Row<typeof changeColumns>

/** vaastav/Fantasy-Premier-League, MIT; seen up to a week late. */
export const changesFile = "epl-kickoff-changes.csv"
export const changes = (directory: string) => Csv.read(directory, changesFile, changeColumns)

const tickColumns = {
  ts_utc: Csv.time,
  market_type: Csv.text,
  selection_id: Csv.text,
  handicap: Csv.orEmpty(Csv.number),
  best_back: Csv.orEmpty(Csv.odds),
  best_lay: Csv.orEmpty(Csv.odds)
}
export type TickRow = Csv.Row<typeof tickColumns>

/** limx0/betfair_parser, BSD-2-Clause: one match of 2025-05-11, 90 to 103 hours before its kickoff. */
export const ticksFile = "betfair-ticks-2025-05-07.csv.gz"
export const ticks = (directory: string) => Csv.read(directory, ticksFile, tickColumns)

const sparseColumns = {
  match_id: Csv.text,
  minutes_to_kickoff: Csv.number,
  h: Csv.number,
  d: Csv.number,
  a: Csv.number
}
export type SparseRow = Csv.Row<typeof sparseColumns>

/** Xindaan/poisson-dor, MIT: averaged 1X2 odds of 103 World Cup matches. */
export const sparseFile = "odds-wc2026-sparse.csv"
export const sparse = (directory: string) => Csv.read(directory, sparseFile, sparseColumns)
