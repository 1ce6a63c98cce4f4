/** Numbers and columns as people read them. */

/** 1234567 → `1,234,567`. */
export const count = (value: number): string => Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, ",")

/** 12.345 → `12.3 %`; small shares keep two decimals. */
export const percent = (value: number): string => `${value.toFixed(Math.abs(value) < 10 ? 2 : 1)} %`

/** 4200 → `4,200 ms`; below 10 ms two decimals. */
export const millis = (value: number): string => `${value < 10 ? value.toFixed(2) : count(value)} ms`

/** `part` of `whole` in percent; 0 of nothing. */
export const share = (part: number, whole: number): number => whole === 0 ? 0 : 100 * part / whole

/** Rows as lines with aligned columns: the first column to the left, `left` of the others too, the rest to the right. */
export const table = (
  rows: ReadonlyArray<ReadonlyArray<string>>,
  left: ReadonlyArray<number> = []
): ReadonlyArray<string> => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)))
  return rows.map((row) =>
    row.map((cell, column) =>
      column === 0 || left.includes(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)
    ).join("  ").trimEnd()
  )
}

/** Text broken at spaces into lines of at most `width`. */
export const wrap = (text: string, width: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  for (const word of text.split(" ")) {
    const line = lines.at(-1)
    if (line !== undefined && line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`
    else lines.push(word)
  }
  return lines
}
