/** Typed rows from CSV files, plain or gzipped. */
import { CsvError, parse } from "csv-parse/sync"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"
import * as DataError from "../DataError.ts"

/** How one column is read; `parse` gives `undefined` for text that is not what is expected. */
export interface Column<A> {
  readonly expected: string
  readonly parse: (text: string) => A | undefined
}

export type Columns = Readonly<Record<string, Column<unknown>>>

export type Row<C extends Columns> = { readonly [K in keyof C]: C[K] extends Column<infer A> ? A : never }

export const text: Column<string> = { expected: "a text", parse: (cell) => cell === "" ? undefined : cell }

const numeric = (cell: string): number | undefined => {
  const value = Number(cell)
  return cell.trim() === "" || !Number.isFinite(value) ? undefined : value
}

export const number: Column<number> = { expected: "a number", parse: numeric }

/** Decimal odds. */
export const odds: Column<number> = {
  expected: "decimal odds above 1",
  parse: (cell) => {
    const value = numeric(cell)
    return value !== undefined && value > 1 ? value : undefined
  }
}

/** A count of things in one match. */
export const count: Column<number> = {
  expected: "a whole number of 0 to 99",
  parse: (cell) => /^\d{1,2}$/.test(cell) ? Number(cell) : undefined
}

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/

/** Epoch milliseconds. */
export const time: Column<number> = {
  expected: "a UTC time such as 2025-05-10T14:00:00Z",
  parse: (cell) => {
    const at = instant.test(cell) ? Date.parse(cell) : Number.NaN
    return Number.isNaN(at) ? undefined : at
  }
}

export const oneOf = <const A extends string>(...values: ReadonlyArray<A>): Column<A> => ({
  expected: `one of ${values.join(", ")}`,
  parse: (cell) => values.find((value) => value === cell)
})

/** An empty cell is `null`: what the sources leave empty is not known. */
export const orEmpty = <A>(column: Column<A>): Column<A | null> => ({
  expected: `${column.expected}, or nothing`,
  parse: (cell) => cell === "" ? null : column.parse(cell)
})

interface Line {
  readonly record: ReadonlyArray<string>
  readonly info: { readonly lines: number }
}

/** Reads the named columns of a file of the folder; other columns are ignored. */
export const read = <C extends Columns>(
  directory: string,
  file: string,
  columns: C
): Effect.Effect<ReadonlyArray<Row<C>>, DataError.DataError> => {
  const path = join(directory, file)
  return Effect.tryPromise({
    try: async () => {
      const bytes = await readFile(path)
      return (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8")
    },
    catch: (cause) => DataError.make({ _tag: "FileUnreadable", path, problem: problemOf(cause) })
  }).pipe(
    Effect.flatMap((content) => Effect.fromResult(rows(file, content, columns)))
  )
}

const problemOf = (cause: unknown): string => cause instanceof Error ? cause.message : String(cause)

/** Reads the named columns of CSV text; `file` is what errors call it. */
export const rows = <C extends Columns>(
  file: string,
  content: string,
  columns: C
): Result.Result<ReadonlyArray<Row<C>>, DataError.DataError> => {
  const split = lines(file, content)
  if (Result.isFailure(split)) return Result.fail(split.failure)
  const [header, ...body] = split.success
  const found = header?.record ?? []
  const places = Object.entries(columns).map(([name, column]) => ({ name, column, place: found.indexOf(name) }))
  const missing = places.find(({ place }) => place < 0)
  if (missing !== undefined) {
    return Result.fail(DataError.make({ _tag: "ColumnMissing", file, column: missing.name, found }))
  }
  const result: Array<Row<C>> = []
  for (const { info, record } of body) {
    const row: Record<string, unknown> = {}
    for (const { column, name, place } of places) {
      const cell = record[place] ?? ""
      const value = column.parse(cell)
      if (value === undefined) {
        const reason = { line: info.lines, column: name, expected: column.expected, got: cell }
        return Result.fail(DataError.make({ _tag: "BadCell", file, ...reason }))
      }
      row[name] = value
    }
    result.push(row as Row<C>)
  }
  return Result.succeed(result)
}

const lines = (file: string, content: string): Result.Result<ReadonlyArray<Line>, DataError.DataError> => {
  try {
    // With `info`, each element is a record and its place, which the library's types leave out.
    return Result.succeed(parse(content, { info: true, bom: true, skip_empty_lines: true }) as unknown as Array<Line>)
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause
    const line = typeof cause["lines"] === "number" ? cause["lines"] : 1
    return Result.fail(DataError.make({ _tag: "BadSyntax", file, line, problem: cause.message }))
  }
}
