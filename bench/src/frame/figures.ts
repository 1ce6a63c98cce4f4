/** Figures of a race: medians, spread, ratios. */
import type { Measure, Measured, Workload } from "./workload.ts"

/** One measure of one subject over all rounds, in the measure's unit. */
export interface Row {
  readonly subject: string
  readonly measure: string
  readonly median: number
  /** Of the rounds: half of them lie between these. */
  readonly quartiles: readonly [number, number]
  readonly min: number
  readonly max: number
  /** Of the medians, to the base; undefined where the base has zero. */
  readonly ratio: number | undefined
  /** The same of the best rounds, which the noise of a busy machine spoils least. */
  readonly best: number | undefined
}

/** Linear between the two nearest ranks; `q` is 0 to 1. */
export const quantile = (numbers: ReadonlyArray<number>, q: number): number => {
  const sorted = numbers.toSorted((a, b) => a - b)
  const at = (sorted.length - 1) * q
  const below = sorted[Math.floor(at)]!
  return below + (sorted[Math.ceil(at)]! - below) * (at % 1)
}

export const median = (numbers: ReadonlyArray<number>): number => quantile(numbers, 0.5)

const over = (a: number, b: number): number | undefined => b === 0 ? undefined : a / b

const best = ({ better }: Measure, numbers: ReadonlyArray<number>): number =>
  better === "less" ? Math.min(...numbers) : Math.max(...numbers)

/** A row for each measure of each subject that has rounds, in the workload's order. */
export const rows = (
  { base, measures }: Pick<Workload, "base" | "measures">,
  rounds: ReadonlyMap<string, ReadonlyArray<Measured>>
): ReadonlyArray<Row> => {
  const of = (subject: string, { name }: Measure) => rounds.get(subject)!.map((round) => round[name]!)
  return measures.flatMap((measure) => {
    const one = of(base, measure)
    return [...rounds.keys()].map((subject) => {
      const all = of(subject, measure)
      return {
        subject,
        measure: measure.name,
        median: median(all),
        quartiles: [quantile(all, 0.25), quantile(all, 0.75)] as const,
        min: Math.min(...all),
        max: Math.max(...all),
        ratio: over(median(all), median(one)),
        best: over(best(measure, all), best(measure, one))
      }
    })
  })
}
