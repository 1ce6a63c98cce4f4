/** A curve for a terminal: a line a size, a column a measure. */
import type { Row } from "../frame/figures.ts"
import { quantity } from "../frame/table.ts"
import type { Curve } from "./curve.ts"

const cell = ({ median, quartiles }: Row, unit: Curve["measures"][number]["unit"]): string =>
  `${quantity(median, unit)} (${quartiles.map((edge) => quantity(edge, unit)).join(" – ")})`

export const terminal = (curve: Curve, rounds: number, rows: ReadonlyArray<Row>): string => {
  const sizes = [...new Set(rows.map(({ subject }) => subject))]
  const lines = [
    [curve.x, ...curve.measures.map(({ name }) => name)],
    ...sizes.map((size) => [
      Number(size).toLocaleString("en"),
      ...curve.measures.map(({ name, unit }) =>
        cell(rows.find((row) => row.subject === size && row.measure === name)!, unit)
      )
    ])
  ]
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)))
  const table = lines.map((line) => line.map((text, column) => text.padStart(widths[column]!)).join("  ")).join("\n")
  return `${curve.name}: ${curve.title}; medians of ${rounds} interleaved rounds (half of them within)\n\n${table}\n`
}
