/** How much news of players there is. */
import * as Arr from "effect/Array"
import type { NewsFigures } from "../DayFigures.ts"
import type { NewsRow } from "./files.ts"
import { day } from "./time.ts"

/** Items per team and day, over the days between a season's first and last item. */
export const measure = (rows: ReadonlyArray<NewsRow>): NewsFigures => {
  const seasons = Object.values(Arr.groupBy(rows, (row) => row.season))
  const teamDays = seasons.reduce((sum, season) => {
    const times = season.map((row) => row.ts_utc)
    const teams = new Set(season.map((row) => row.team)).size
    return sum + teams * (Math.max(...times) - Math.min(...times)) / day
  }, 0)
  const per = (status: NewsRow["status"]): number =>
    Math.round(rows.filter((row) => row.status === status).length / teamDays * 10_000) / 10_000
  return { injured: per("i"), doubtful: per("d"), suspended: per("s") }
}
