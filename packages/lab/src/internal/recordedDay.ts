/** A day as it was recorded; nothing is drawn but how far the elevens surprise. */
import * as Effect from "effect/Effect"
import * as EffectRandom from "effect/Random"
import * as DataError from "../DataError.ts"
import type { Day } from "../Day.ts"
import { type Match, matches as matchesOf } from "../DayFigures.ts"
import * as WorldAction from "../WorldAction.ts"
import * as Calendar from "./calendar.ts"
import * as Files from "./files.ts"
import * as Matches from "./matches.ts"
import * as OddsMovement from "./oddsMovement.ts"
import * as RecordedNews from "./recordedNews.ts"
import * as RecordedOdds from "./recordedOdds.ts"
import { day } from "./time.ts"

/** The matches of the UTC day that begins at `dayStart`, and what the folder's files say of the time before them. */
export const make = Effect.fnUntraced(function*(directory: string, date: string, dayStart: number) {
  const fixtures = yield* Files.fixtures(directory)
  const facts = yield* Files.facts(directory)
  yield* enough(fixtures, facts, date, dayStart)
  const fitted = Matches.ofDay({ fixtures, facts }, dayStart)
  const settled = matchesOf(fitted)
  const window = Calendar.window(settled.map((match) => match.kickoff))
  const { matches, reschedulings } = RecordedNews.reschedule(settled, yield* Files.changes(directory), window)
  const injuries = RecordedNews.players(matches, yield* Files.news(directory), window)
  const ticks = OddsMovement.series(yield* Files.ticks(directory))
  const moves = RecordedOdds.replay(settled, ticks, window.start)
  const calendar = Calendar.actions(matches, reschedulings, yield* EffectRandom.Random)
  const recorded: Day = {
    matches,
    actions: WorldAction.inOrder([...moves, ...reschedulings, ...injuries, ...calendar]),
    ...window,
    data: {
      source: "recorded",
      description: description(date, matches, fitted.results, ticks.length),
      injuries: injuries.length,
      reschedulings: reschedulings.length,
      odds_moves: moves.length
    }
  }
  return recorded
})

const enough = (
  fixtures: ReadonlyArray<Files.FixtureRow>,
  facts: ReadonlyArray<Files.FactRow>,
  date: string,
  dayStart: number
): Effect.Effect<void, DataError.DataError> => {
  const file = Files.fixturesFile
  const dates = fixtures.map((row) => new Date(row.kickoff_utc).toISOString().slice(0, 10)).toSorted()
  if (!dates.includes(date)) {
    const first = dates[0] ?? "nothing"
    return Effect.fail(DataError.make({ _tag: "NoMatches", file, date, first, last: dates.at(-1) ?? "nothing" }))
  }
  const results = Files.results(fixtures).filter(({ kickoff }) => kickoff < dayStart)
  if (results.length === 0) {
    const needed = `results before ${date} to fit team strengths to`
    return Effect.fail(DataError.make({ _tag: "NotEnoughData", file, needed, got: "none" }))
  }
  const known = new Set(results.flatMap(({ away, home }) => [home, away]))
  const unknown = fixtures.find(({ away, home, kickoff_utc }) =>
    kickoff_utc >= dayStart && kickoff_utc < dayStart + day && !known.has(home) && !known.has(away)
  )
  if (unknown !== undefined) {
    const needed = `results before ${date} of ${unknown.home} or ${unknown.away} to rate their match by`
    return Effect.fail(DataError.make({ _tag: "NotEnoughData", file, needed, got: "none" }))
  }
  const described = new Set(facts.map((row) => row.match_id))
  return results.some(({ matchId }) => described.has(matchId))
    ? Effect.void
    : Effect.fail(DataError.make({
      _tag: "NotEnoughData",
      file: Files.factsFile,
      needed: `facts of matches before ${date} for corners and cards`,
      got: "none"
    }))
}

const description = (date: string, matches: ReadonlyArray<Match>, results: number, series: number): string =>
  `The ${matches.length} matches of ${date}, with team strengths fitted to ${results} results before the day. Injuries, ` +
  "suspensions and reschedulings are those recorded in the three days before (Premier League). Odds move by the real " +
  `steps and gaps of ${series} recorded price series, dealt to the matches and repeated: they are of another match of ` +
  "the week of 2025-05-07, 90 to 103 hours before its kickoff, so they are calmer than odds near a kickoff. Lineups are " +
  "confirmed an hour before kickoff, by rule; how far they surprise is drawn. Weather, goalkeepers and referees are not recorded."
