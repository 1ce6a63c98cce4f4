/**
 * Derives the committed figures of the match day from a data folder:
 *
 *     npx tsx --conditions=@smart-cache/source packages/lab/src/derive/main.ts --data DIR
 *
 * writes `packages/lab/src/data/matchDay.ts`. The same folder gives the same file, to the byte.
 */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { writeFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import type { DayFigures } from "../DayFigures.ts"
import * as Files from "../internal/files.ts"
import * as Matches from "../internal/matches.ts"
import * as NewsRates from "../internal/newsRates.ts"
import * as OddsMovement from "../internal/oddsMovement.ts"
import { print } from "./print.ts"

const date = "2025-05-10"

const sources = (fitted: Matches.Fitted): DayFigures["sources"] => ({
  fixtures: `${Files.fixturesFile} (openfootball/football.json, CC0)`,
  goals: `Dixon-Coles fit to ${fitted.results} results of ${Files.fixturesFile} before ${date}`,
  corners: `${Files.factsFile} (datasets/football-datasets, PDDL) before ${date}; elsewhere scaled by expected goals`,
  cards: `${Files.factsFile} before ${date}; outside the Premier League its average`,
  firstHalfShare: `${Files.factsFile}, goals at half time over ${Files.fixturesFile}, goals at the end`,
  penalties: "assumption of the goals model",
  topScorerShare: "assumption of the goals model",
  moveShares: "SOURCES.md, \"Measured\": hourly series of 135 league matches",
  hourlyMove: `${Files.sparseFile} (Xindaan/poisson-dor, MIT), home win, pairs of snapshots before kickoff`,
  movesPerMovingHour: `${Files.ticksFile} (limx0/betfair_parser, BSD-2-Clause), middle of best back and lay`,
  tick: `${Files.ticksFile}, one match of 2025-05-11, 90 to 103 hours before its kickoff`,
  news: `${Files.newsFile} (vaastav/Fantasy-Premier-League, MIT), Premier League 2022-25`
})

const derive = Effect.fnUntraced(function*(directory: string) {
  const fixtures = yield* Files.fixtures(directory)
  const facts = yield* Files.facts(directory)
  const fitted = Matches.ofDay({ fixtures, facts }, Date.parse(`${date}T00:00:00Z`))
  const figures: DayFigures = {
    date,
    sources: sources(fitted),
    shared: fitted.shared,
    fixtures: fitted.fixtures,
    odds: OddsMovement.measure(yield* Files.ticks(directory), yield* Files.sparse(directory)),
    news: NewsRates.measure(yield* Files.news(directory))
  }
  const target = fileURLToPath(new URL("../data/matchDay.ts", import.meta.url))
  yield* Effect.promise(() => writeFile(target, print(figures)))
  yield* Console.log(
    `${fitted.fixtures.length} matches, ${fitted.results} results, rho ${fitted.strengths.rho.toFixed(3)}`
  )
  for (const [league, level] of fitted.strengths.leagues) {
    yield* Console.log(`${league}: ${level.goals.toFixed(2)} goals, home advantage ${level.homeAdvantage.toFixed(2)}`)
  }
})

const { values } = parseArgs({ options: { data: { type: "string" } } })
if (values.data === undefined) throw new RangeError("derive: --data DIR must name the data folder, got nothing")
await Effect.runPromise(derive(values.data))
