/** The result of a race for a terminal. */
import type { Result } from "./race.ts"
import type { Verdict } from "./targets.ts"
import type { Measure, Workload } from "./workload.ts"

const larger: Readonly<Partial<Record<Measure["unit"], readonly [number, Measure["unit"]]>>> = {
  ns: [1000, "µs"],
  µs: [1000, "ms"]
}

const number = (value: number): string =>
  Math.abs(value) >= 100 || Number.isInteger(value)
    ? Math.round(value).toLocaleString("en")
    : value.toPrecision(3)

/** With its unit, a larger one where that is shorter. */
export const quantity = (value: number, unit: Measure["unit"]): string => {
  const [size, next] = larger[unit] ?? []
  if (size !== undefined && next !== undefined && Math.abs(value) >= size) return quantity(value / size, next)
  return unit === "count" ? number(value) : unit === "per second" ? `${number(value)}/s` : `${number(value)} ${unit}`
}

const times = (ratio: number | undefined): string => ratio === undefined ? "–" : `${ratio.toFixed(2)} ×`

/** First column to the left, all others to the right. */
const aligned = (lines: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)))
  const pad = (cell: string, column: number) => column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)
  const [titles, ...rest] = lines.map((line) => line.map(pad).join("  ").trimEnd())
  return [titles, widths.map((width) => "─".repeat(width)).join("──"), ...rest].join("\n")
}

const table = ({ rows }: Result, { base }: Workload, { better, name, unit }: Measure): string =>
  aligned([
    [`${name} (${better} is better)`, "median", "ratio", "of the best", "half within", "min", "max"],
    ...rows.filter(({ measure }) => measure === name).map((row) => [
      row.subject === base ? `${row.subject} (base)` : row.subject,
      quantity(row.median, unit),
      times(row.ratio),
      times(row.best),
      row.quartiles.map((edge) => quantity(edge, unit)).join(" – "),
      quantity(row.min, unit),
      quantity(row.max, unit)
    ])
  ])

/** A verdict in words. */
export const sentence =
  (measures: Workload["measures"]) => ({ figure, judged, limit, measure, met, of, says, subject }: Verdict) => {
    const { better, unit } = measures.find(({ name }) => name === measure)!
    const said = (value: number) => of === undefined ? quantity(value, unit) : `${number(value)} × ${of}`
    return `${met ? "✓ met   " : "✗ MISSED"} ${says}: ${subject} ${said(figure)} (${better === "less" ? "≤" : "≥"} ${
      said(limit)
    }${judged === "median" ? "" : ` in ${judged}`})`
  }

/** A table for each measure, and the targets below them. */
export const terminal = (workload: Workload, rounds: number, result: Result): string =>
  [
    `${workload.name}: ${workload.title}; medians of ${rounds} interleaved rounds`,
    ...workload.measures.map((measure) => table(result, workload, measure)),
    ...result.targets.length === 0 ? [] : [result.targets.map(sentence(workload.measures)).join("\n")]
  ].join("\n\n")
