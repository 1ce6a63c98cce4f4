/** Numbers as they stand in JSON. */
import * as Schema from "effect/Schema"

/** Epoch milliseconds. */
export const Millis = Schema.Finite

/** A number that may be unknown or without end: `null` in JSON, which has no NaN and no infinity. */
export const Numeric = Schema.NullOr(Schema.Finite)

/** NaN and the infinities as `null`. */
export const numeric = (value: number | null | undefined): number | null =>
  typeof value === "number" && Number.isFinite(value) ? value : null
