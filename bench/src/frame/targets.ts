/** Targets held against what was measured. */
import type { Row } from "./figures.ts"
import type { Target, Workload } from "./workload.ts"

export interface Verdict {
  readonly says: string
  readonly subject: string
  readonly measure: string
  /** In the measure's unit, or as a ratio when the target is relative to another subject. */
  readonly figure: number
  readonly limit: number
  /** What the figure and the limit are relative to. */
  readonly of: string | undefined
  readonly met: boolean
}

const verdict = (
  target: Target,
  better: "less" | "more",
  medianOf: (subject: string) => number | undefined
): ReadonlyArray<Verdict> => {
  const reached = medianOf(target.subject)
  const other = "of" in target ? medianOf(target.of) : 1
  if (reached === undefined || other === undefined) return []
  const figure = reached / other
  const limit = "of" in target ? target.times : target.limit
  const met = better === "less" ? figure <= limit : figure >= limit
  const { measure, says, subject } = target
  return [{ says, subject, measure, figure, limit, of: "of" in target ? target.of : undefined, met }]
}

/** A verdict for each target whose subjects took part. */
export const judge = (
  { measures, targets }: Pick<Workload, "measures" | "targets">,
  rows: ReadonlyArray<Row>
): ReadonlyArray<Verdict> =>
  targets.flatMap((target) => {
    const { better } = measures.find(({ name }) => name === target.measure)!
    return verdict(
      target,
      better,
      (subject) => rows.find((row) => row.subject === subject && row.measure === target.measure)?.median
    )
  })
