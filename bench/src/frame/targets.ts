/** Targets held against what was measured. */
import type { Row } from "./figures.ts"
import type { Measure, Target, Workload } from "./workload.ts"

export interface Verdict {
  readonly says: string
  readonly subject: string
  readonly measure: string
  /** In the measure's unit, or as a ratio when the target is relative to another subject. */
  readonly figure: number
  readonly limit: number
  /** What the figure and the limit are relative to. */
  readonly of: string | undefined
  /** What is held against the limit: a count that must not exceed its limit must not do so in any round. */
  readonly judged: "median" | "every round"
  readonly met: boolean
}

const worst = ({ better }: Measure, { max, min }: Row): number => better === "less" ? max : min

const verdict = (
  target: Target,
  measure: Measure,
  rowOf: (subject: string) => Row | undefined
): ReadonlyArray<Verdict> => {
  const own = rowOf(target.subject)
  const { says, subject } = target
  const judge = (figure: number, limit: number, judged: Verdict["judged"], of?: string): ReadonlyArray<Verdict> => {
    const met = measure.better === "less" ? figure <= limit : figure >= limit
    return [{ says, subject, measure: measure.name, figure, limit, of, judged, met }]
  }
  if (own === undefined) return []
  if ("of" in target) {
    const other = rowOf(target.of)
    return other === undefined ? [] : judge(own.median / other.median, target.times, "median", target.of)
  }
  return measure.unit === "count"
    ? judge(worst(measure, own), target.limit, "every round")
    : judge(own.median, target.limit, "median")
}

/** A verdict for each target whose subjects took part. */
export const judge = (
  { measures, targets }: Pick<Workload, "measures" | "targets">,
  rows: ReadonlyArray<Row>
): ReadonlyArray<Verdict> =>
  targets.flatMap((target) => {
    const measure = measures.find(({ name }) => name === target.measure)!
    return verdict(
      target,
      measure,
      (subject) => rows.find((row) => row.subject === subject && row.measure === target.measure)
    )
  })
