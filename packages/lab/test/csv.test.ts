import { assert, describe, it } from "@effect/vitest"
import * as DaySource from "@smart-cache/lab/DaySource"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Csv from "../src/internal/csv.ts"
import { files, folder } from "./fixtures.ts"

const columns = { name: Csv.text, goals: Csv.count, at: Csv.time, note: Csv.orEmpty(Csv.number) }

const failure = (content: string): string => {
  const result = Csv.rows("teams.csv", content, columns)
  return Result.isFailure(result) ? result.failure.message : "no failure"
}

const cell = (text: string): string => `"${text.replace(/"/g, "\"\"")}"`

describe("Csv.rows", () => {
  it.prop("reads back what was written, whatever the texts hold", [
    Schema.Array(
      Schema.Struct({
        name: Schema.NonEmptyString,
        goals: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 99 }))
      })
    )
  ], ([values]) => {
    const content = ["name,goals", ...values.map(({ goals, name }) => `${cell(name)},${goals}`)].join("\n")
    const rows = Result.getOrThrow(Csv.rows("teams.csv", content, { name: Csv.text, goals: Csv.count }))
    // A file is UTF-8, which has no lone surrogates.
    assert.deepStrictEqual(rows, values.map(({ goals, name }) => ({ name: Buffer.from(name).toString(), goals })))
  })

  it("ignores other columns and takes an empty cell for unknown", () => {
    const content = "x,note,at,goals,name\n1,,2025-05-10T14:00:00Z,3,Ash"
    const rows = Result.getOrThrow(Csv.rows("teams.csv", content, columns))
    assert.deepStrictEqual(rows, [{ name: "Ash", goals: 3, at: Date.parse("2025-05-10T14:00:00Z"), note: null }])
  })

  it("names the file and the column that is missing, and what it found", () => {
    assert.strictEqual(
      failure("name,at,note\n"),
      "teams.csv has no column \"goals\", found name, at, note; the first line must name the columns"
    )
    assert.include(failure(""), "found none")
  })

  it("names file, line, column, what was expected and what was got of a cell", () => {
    const good = "Ash,3,2025-05-10T14:00:00Z,"
    assert.strictEqual(
      failure(`name,goals,at,note\n${good}\nElm,three,2025-05-10T14:00:00Z,`),
      "teams.csv, line 3, column \"goals\": expected a whole number of 0 to 99, got \"three\"; correct the cell or remove the line"
    )
    assert.include(failure(`name,goals,at,note\n${good}\n\n,3,2025-05-10T14:00:00Z,`), "line 4, column \"name\"")
    assert.include(failure("name,goals,at,note\nAsh,3,2025-05-10 14:00,"), "a UTC time such as 2025-05-10T14:00:00Z")
    assert.include(failure("name,goals,at,note\nAsh,3,2025-13-10T14:00:00Z,"), "line 2, column \"at\"")
    assert.include(
      failure("name,goals,at,note\nAsh,3,2025-05-10T14:00:00Z,x"),
      "expected a number, or nothing, got \"x\""
    )
  })

  it("names the line that has too few cells", () => {
    assert.match(
      failure("name,goals,at,note\nAsh,3,2025-05-10T14:00:00Z,\nElm,3"),
      /^teams.csv, line 3: .*; correct the line/
    )
  })
})

const message = (changed: Readonly<Record<string, string | undefined>>, date?: string) =>
  DaySource.recorded({ directory: folder(changed), date }).day.pipe(
    Effect.flip,
    Effect.map((error) => error.message)
  )

describe("a folder with bad data", () => {
  it.effect.each(Object.keys(files))("is told when %s is missing", (file) =>
    Effect.gen(function*() {
      const told = yield* message({ [file]: undefined })
      assert.include(told, file)
      assert.include(told, "--data DIR")
    }))

  it.effect.each(Object.keys(files))("is told of a cut line in %s", (file) =>
    Effect.gen(function*() {
      assert.include(
        yield* message({ [file]: `${files[file]}\nx` }),
        `${file}, line ${files[file]!.split("\n").length + 1}`
      )
    }))

  it.effect("is told when a gzipped file is not one", () =>
    Effect.gen(function*() {
      const directory = folder({ "epl-player-news.csv.gz": undefined })
      yield* Effect.promise(() =>
        import("node:fs/promises").then((fs) => fs.writeFile(`${directory}/epl-player-news.csv.gz`, "no"))
      )
      const error = yield* Effect.flip(DaySource.recorded({ directory }).day)
      assert.strictEqual(error.reason._tag, "FileUnreadable")
      assert.include(error.message, "epl-player-news.csv.gz")
    }))

  it.effect("is told which days there are when there is no match on the day", () =>
    Effect.gen(function*() {
      const told = yield* message({}, "2025-05-11")
      assert.match(told, /^fixtures.csv has no match on 2025-05-11; it covers 2025-0\d-\d\d to 2025-05-10$/)
    }))

  it.effect("is told when there is nothing to fit before the day", () =>
    Effect.gen(function*() {
      const [header, ...rows] = files["fixtures.csv"]!.split("\n")
      assert.include(yield* message({ "fixtures.csv": [header, rows.at(-1)].join("\n") }), "results before 2025-05-10")
      const facts = files["epl-match-facts.csv"]!.split("\n")[0]
      assert.include(
        yield* message({ "epl-match-facts.csv": `${facts}\n` }),
        "epl-match-facts.csv: needs facts of matches"
      )
    }))
})
