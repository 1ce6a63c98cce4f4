/**
 * What can be wrong with a folder of match data: which file, which line, what was got, what to do.
 */
import * as Schema from "effect/Schema"

const FileUnreadable = Schema.TaggedStruct("FileUnreadable", { path: Schema.String, problem: Schema.String })
const BadSyntax = Schema.TaggedStruct("BadSyntax", { file: Schema.String, line: Schema.Int, problem: Schema.String })
const ColumnMissing = Schema.TaggedStruct("ColumnMissing", {
  file: Schema.String,
  column: Schema.String,
  found: Schema.Array(Schema.String)
})
const BadCell = Schema.TaggedStruct("BadCell", {
  file: Schema.String,
  line: Schema.Int,
  column: Schema.String,
  expected: Schema.String,
  got: Schema.String
})
const NoMatches = Schema.TaggedStruct("NoMatches", {
  file: Schema.String,
  date: Schema.String,
  first: Schema.String,
  last: Schema.String
})
const NotEnoughData = Schema.TaggedStruct("NotEnoughData", {
  file: Schema.String,
  needed: Schema.String,
  got: Schema.String
})

/** Why data could not be used. Lines are numbered as an editor does, the header being line 1. */
export const DataReason = Schema.Union([
  FileUnreadable,
  BadSyntax,
  ColumnMissing,
  BadCell,
  NoMatches,
  NotEnoughData
])
export type DataReason = typeof DataReason.Type

const describe = (reason: DataReason): string => {
  switch (reason._tag) {
    case "FileUnreadable":
      return `cannot read ${reason.path}: ${reason.problem}; --data DIR must be the folder of the data files, each of them whole`
    case "BadSyntax":
      return `${reason.file}, line ${reason.line}: ${reason.problem}; correct the line or fetch the file again`
    case "ColumnMissing":
      return `${reason.file} has no column "${reason.column}", found ${
        reason.found.join(", ") || "none"
      }; the first line must name the columns`
    case "BadCell":
      return `${reason.file}, line ${reason.line}, column "${reason.column}": expected ${reason.expected}, got "${reason.got}"; correct the cell or remove the line`
    case "NoMatches":
      return `${reason.file} has no match on ${reason.date}; it covers ${reason.first} to ${reason.last}`
    case "NotEnoughData":
      return `${reason.file}: needs ${reason.needed}, got ${reason.got}`
  }
}

/** Data that cannot be used; catch one reason with `Effect.catchReason("DataError", "BadCell", …)`. */
export class DataError extends Schema.Error<DataError>("smart-cache/DataError")({
  _tag: Schema.tag("DataError"),
  reason: DataReason
}) {
  override get message(): string {
    return describe(this.reason)
  }
}

/** A `DataError` of a reason. */
export const make = (reason: DataReason): DataError => new DataError({ reason })
