/** What theory says of a curve held against what was measured: a slope in double logarithms. */
import type { Row } from "../frame/figures.ts"
import type { Curve, Growth, Law } from "./curve.ts"

export interface Verdict {
  readonly measure: string
  readonly over: string | undefined
  readonly growth: Growth
  readonly why: string
  /** The exponent of the size that fits best: of the medians, and of the best rounds. */
  readonly slope: number
  readonly best: number
  /** From the smallest size to the largest: the size, and the medians. */
  readonly sizes: number
  readonly grown: number
  readonly holds: boolean
}

type Points = ReadonlyArray<readonly [x: number, y: number]>

/** Least squares in double logarithms; a size of zero has no logarithm and is left out. */
export const exponent = (points: Points): number => {
  const logs = points.filter(([x]) => x > 0).map(([x, y]) => [Math.log(x), Math.log(y)] as const)
  const mean = (of: (point: readonly [number, number]) => number) =>
    logs.reduce((sum, p) => sum + of(p), 0) / logs.length
  const [x, y] = [mean(([x]) => x), mean(([, y]) => y)]
  return mean(([a, b]) => (a - x) * (b - y)) / mean(([a]) => (a - x) ** 2)
}

/** What noise allows an exponent: a quarter more over ten times the size. */
const tolerance = 0.1

const permits = (growth: Growth, slope: number): boolean =>
  growth === "flat"
    ? slope <= tolerance
    : growth === "linear"
    ? slope <= 1 + tolerance
    : growth === "level"
    ? slope >= -tolerance
    : Math.abs(slope) < 1e-9

const pointsOf = (rows: ReadonlyArray<Row>, measure: string, of: (row: Row) => number): Points =>
  rows.filter((row) => row.measure === measure).map((row) => [Number(row.subject), of(row)])

const divided = (points: Points, by: Points): Points => points.map(([x, y], i) => [x, y / by[i]![1]])

const judge = (rows: ReadonlyArray<Row>, { growth, measure, over, why }: Law): Verdict => {
  const points = (of: (row: Row) => number) => {
    const own = pointsOf(rows, measure, of)
    return over === undefined ? own : divided(own, pointsOf(rows, over, of))
  }
  const medians = points(({ median }) => median)
  const slope = exponent(medians)
  // Noise only ever adds to a cost and takes from a throughput.
  const best = exponent(points(({ max, min }) => growth === "level" ? max : min))
  const sized = medians.filter(([x]) => x > 0)
  const [first, last] = [sized[0]!, sized.at(-1)!]
  const always = growth !== "one" || rows.every((row) => row.measure !== measure || (row.min === 1 && row.max === 1))
  return {
    measure,
    over,
    growth,
    why,
    slope,
    best,
    sizes: last[0] / first[0],
    grown: last[1] / first[1],
    holds: always && (permits(growth, slope) || permits(growth, best))
  }
}

/** A verdict for each law. */
export const verdicts = ({ laws }: Pick<Curve, "laws">, rows: ReadonlyArray<Row>): ReadonlyArray<Verdict> =>
  laws.map((law) => judge(rows, law))

/** `hit ÷ Map, flat: 1.1 × over 1,000 × the entries (exponent 0.01): holds`. */
export const sentence = ({ x }: Pick<Curve, "x">, verdict: Verdict): string => {
  const { best, grown, growth, holds, measure, over, sizes, slope, why } = verdict
  const what = over === undefined ? measure : `${measure} ÷ ${over}`
  return `${holds ? "✓ holds     " : "✗ DOES NOT  "} ${what}, ${growth}: ${grown.toFixed(2)} × over ${
    Math.round(sizes).toLocaleString("en")
  } × the ${x} (exponent ${slope.toFixed(2)}, of the best rounds ${best.toFixed(2)}); ${why}`
}
