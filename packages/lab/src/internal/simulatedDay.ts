/** A day drawn from measured figures. What has no figure is an assumption and says so here. */
import * as Effect from "effect/Effect"
import * as EffectRandom from "effect/Random"
import type { Day } from "../Day.ts"
import { type DayFigures, type Match, matches as matchesOf } from "../DayFigures.ts"
import * as WorldAction from "../WorldAction.ts"
import * as Calendar from "./calendar.ts"
import type * as Draw from "./draw.ts"
import * as SimulatedNews from "./simulatedNews.ts"
import * as SimulatedOdds from "./simulatedOdds.ts"

/** The day that the fiber's `Random` makes of the figures. */
export const make = (figures: DayFigures): Effect.Effect<Day> =>
  Effect.map(EffectRandom.Random, (random) => simulate(figures, random))

const simulate = (figures: DayFigures, random: Draw.Random): Day => {
  const matches = matchesOf(figures)
  const window = Calendar.window(matches.map((match) => match.kickoff))
  const moves = [
    ...SimulatedOdds.drift(matches, window.start, figures.odds, random),
    ...SimulatedOdds.bursts(matches, random)
  ]
  const news = SimulatedNews.make(matches, window.start, figures.news, random)
  const actions = WorldAction.inOrder([...moves, ...news, ...Calendar.actions(matches, [], random)])
  const injuries = news.filter(({ event }) => event === "player_injury" || event === "key_player_suspended").length
  const oddsMoves = actions.filter(({ _tag }) => _tag === "OddsMoved").length
  return {
    matches,
    actions,
    ...window,
    data: {
      source: "simulated",
      description: description(figures, matches),
      injuries,
      reschedulings: 0,
      odds_moves: oddsMoves
    }
  }
}

const description = (figures: DayFigures, matches: ReadonlyArray<Match>): string => {
  const leagues = new Set(matches.map((match) => match.league)).size
  return `The ${matches.length} real matches of ${figures.date} in ${leagues} leagues, with team strengths fitted to ` +
    "real results before the day. Odds simulated from measured figures: how often prices move by time to kickoff, how " +
    "far, and how much news of players there is. Weather, goalkeepers, referees, lineups and odds bursts are assumptions."
}
