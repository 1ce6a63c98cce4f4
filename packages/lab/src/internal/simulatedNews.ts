/** News of players at measured rates; of weather, goalkeepers and referees by assumption. */
import * as Arr from "effect/Array"
import type { Match, NewsFigures } from "../DayFigures.ts"
import type { Impact, News } from "../WorldAction.ts"
import * as Draw from "./draw.ts"
import { day, hour } from "./time.ts"

const sides = ["home", "away"] as const

export const make = (
  matches: ReadonlyArray<Match>,
  start: number,
  figures: NewsFigures,
  random: Draw.Random
): ReadonlyArray<News> => [
  ...matches.flatMap((match) => players(match, start, figures, random)),
  ...matches.flatMap((match) => goalkeepers(match, random)),
  ...matches.map((match) => referee(match, random)),
  ...fronts(matches, random)
]

const news = (event: News["event"], match: Match, at: number, cause: string, impact: Impact): News => ({
  _tag: "Event",
  at: Math.floor(at),
  event,
  matches: [match.id],
  cause,
  impact
})

/** Doubtful and injured players are injuries, suspended ones are taken to be key players. */
const players = (
  match: Match,
  start: number,
  figures: NewsFigures,
  random: Draw.Random
): ReadonlyArray<News> => {
  const until = match.kickoff - hour
  const days = (until - start) / day
  return sides.flatMap((side) => {
    const injured = Draw.poisson(random, (figures.injured + figures.doubtful) * days)
    const suspended = Draw.poisson(random, figures.suspended * days)
    const at = (): number => Draw.between(random, start, until)
    return [
      ...Array.from(
        { length: injured },
        () =>
          news("player_injury", match, at(), `a player of ${match[side]} is injured or doubtful`, {
            _tag: "Absence",
            side,
            of: "regulars"
          })
      ),
      ...Array.from(
        { length: suspended },
        () =>
          news("key_player_suspended", match, at(), `a player of ${match[side]} is suspended`, {
            _tag: "Absence",
            side,
            of: "keyPlayers"
          })
      )
    ]
  })
}

/** Assumption: in one match of twenty a side changes its goalkeeper, known in the last five hours. */
const goalkeepers = (match: Match, random: Draw.Random): ReadonlyArray<News> => {
  if (!Draw.happens(random, 0.05)) return []
  const side = Draw.pick(random, sides)
  const at = match.kickoff - Draw.between(random, 1.2, 5) * hour
  return [news("gk_change", match, at, `${match[side]} change their goalkeeper`, { _tag: "Goalkeeper", side })]
}

/** Assumption: known two days before, give or take two hours. Strictness varies as the goals model measured it. */
const referee = (match: Match, random: Draw.Random): News => {
  const at = match.kickoff - 2 * day + Draw.between(random, -2, 2) * hour
  const strictness = Draw.between(random, 0.92, 1.12)
  const cause = `a referee is named for ${match.home} v ${match.away}`
  return news("referee_assigned", match, at, cause, { _tag: "Referee", strictness })
}

/** Assumption: two fronts of rain and one of wind; no snow in May. A league is a country, so it shares its weather. */
const fronts = (matches: ReadonlyArray<Match>, random: Draw.Random): ReadonlyArray<News> => {
  const leagues = Object.entries(Arr.groupBy(matches, (match) => match.league))
  return (["rain", "wind", "rain"] as const).flatMap((weather) => {
    if (leagues.length === 0) return []
    const [[league, hit]] = leagues.splice(Math.floor(random.nextDoubleUnsafe() * leagues.length), 1) as [
      typeof leagues[number]
    ]
    const first = Math.min(...hit.map((match) => match.kickoff))
    const under = hit.filter(() => Draw.happens(random, 0.7))
    const concerned = under.length >= 2 ? under : hit
    return [{
      _tag: "Event",
      at: Math.floor(first - Draw.between(random, 4, 30) * hour),
      event: `weather_${weather}` as const,
      matches: concerned.map((match) => match.id),
      cause: `the forecast for ${league} turns to ${weather}`,
      impact: { _tag: "Weather", weather }
    }]
  })
}
