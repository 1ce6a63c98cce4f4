/**
 * Where a day comes from: `simulated` from the committed figures, or `recorded` from a folder of real data.
 *
 * Both take chance from Effect's `Random`, so a seed fixes the day.
 */
import type * as Effect from "effect/Effect"
import { matchDay } from "./data/matchDay.ts"
import type { DataError } from "./DataError.ts"
import type { Day } from "./Day.ts"
import type { DayFigures } from "./DayFigures.ts"
import * as RecordedDay from "./internal/recordedDay.ts"
import * as SimulatedDay from "./internal/simulatedDay.ts"

export interface DaySource {
  readonly source: "simulated" | "recorded"
  readonly day: Effect.Effect<Day, DataError>
}

/** Real matches and strengths; news and odds drawn from measured figures. Reads no file. */
export const simulated = (figures: DayFigures = matchDay): DaySource => ({
  source: "simulated",
  day: SimulatedDay.make(figures)
})

export interface RecordedOptions {
  /** Folder with the data files. */
  readonly directory: string
  /** UTC day of the matches, `YYYY-MM-DD`. Default 2025-05-10, of the same week as the recorded ticks. */
  readonly date?: string | undefined
}

/** Matches, injuries, reschedulings and odds moves as recorded. Throws `RangeError` on a date that is none. */
export const recorded = ({ date = matchDay.date, directory }: RecordedOptions): DaySource => {
  const start = Date.parse(`${date}T00:00:00Z`)
  if (!/^\d{4}-\d\d-\d\d$/.test(date) || Number.isNaN(start)) {
    throw new RangeError(`DaySource.recorded: date must be YYYY-MM-DD, got ${date}`)
  }
  return { source: "recorded", day: RecordedDay.make(directory, date, start) }
}
