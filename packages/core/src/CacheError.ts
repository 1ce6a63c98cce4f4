/**
 * The one error of the cache, with a closed union of reasons.
 *
 * The compute's own error stays in its own type: reads fail with
 * `E | SmartCacheError`. Misuse at construction throws `RangeError` instead.
 * No reason carries a cached value or a credential.
 */
import * as Schema from "effect/Schema"

const InvalidKey = Schema.TaggedStruct("InvalidKey", { length: Schema.Finite, problem: Schema.String })
const InvalidContext = Schema.TaggedStruct("InvalidContext", {
  field: Schema.String,
  got: Schema.String,
  expected: Schema.String
})
const InvalidOdds = Schema.TaggedStruct("InvalidOdds", {
  market: Schema.String,
  got: Schema.String,
  expected: Schema.String
})
const InvalidTtl = Schema.TaggedStruct("InvalidTtl", { got: Schema.String, expected: Schema.String })
const InvalidValue = Schema.TaggedStruct("InvalidValue", { cache: Schema.String, problem: Schema.String })
const ComputeDied = Schema.TaggedStruct("ComputeDied", { key: Schema.String, defect: Schema.Defect() })
const HardTimeout = Schema.TaggedStruct("HardTimeout", { key: Schema.String, millis: Schema.Finite })
const StoreFailed = Schema.TaggedStruct("StoreFailed", {
  operation: Schema.String,
  cause: Schema.Defect(),
  /**
   * What it says about the store, if that is known: it gave no answer in time, it answered and would not, or nothing,
   * because what was asked of it was at fault.
   */
  kind: Schema.optionalKey(Schema.Literals(["timeout", "refused", "unrelated"]))
})
const UnknownEvent = Schema.TaggedStruct("UnknownEvent", { event: Schema.String, known: Schema.Array(Schema.String) })
const Closed = Schema.TaggedStruct("Closed", { key: Schema.String })

/** Why the cache could not do what was asked. */
export const SmartCacheReason = Schema.Union([
  InvalidKey,
  InvalidContext,
  InvalidOdds,
  InvalidTtl,
  InvalidValue,
  ComputeDied,
  HardTimeout,
  StoreFailed,
  UnknownEvent,
  Closed
])
export type SmartCacheReason = typeof SmartCacheReason.Type

/** Anything in words: a defect may be a value that cannot even be made a string. */
const print = (thrown: unknown): string => {
  try {
    return String(thrown)
  } catch {
    return "something that cannot be printed"
  }
}

const describe = (reason: SmartCacheReason): string => {
  switch (reason._tag) {
    case "InvalidKey":
      return `the key (${reason.length} characters) ${reason.problem}; build keys with KeyFactory, which hashes long ones`
    case "InvalidContext":
      return `context.${reason.field} must be ${reason.expected}, got ${reason.got}`
    case "InvalidOdds":
      return `odds of market "${reason.market}" must be ${reason.expected}, got ${reason.got}; nothing was recorded`
    case "InvalidTtl":
      return `the TTL policy gave ${reason.got}, expected ${reason.expected}; the value was not stored`
    case "InvalidValue":
      return `the value computed for cache "${reason.cache}" does not fit its Schema: ${reason.problem}`
    case "ComputeDied":
      return `the compute of "${reason.key}" died: ${print(reason.defect)}; fail with a typed error to handle it`
    case "HardTimeout":
      return `"${reason.key}" was not computed within ${reason.millis} ms (hardTimeout)`
    case "StoreFailed":
      return `the store failed in ${reason.operation}: ${print(reason.cause)}`
    case "UnknownEvent":
      return `unknown event "${reason.event}"; the graph knows ${reason.known.join(", ") || "none"}`
    case "Closed":
      return `the cache was closed while "${reason.key}" was being computed`
  }
}

/**
 * An error of the cache itself, never of the compute.
 *
 * Catch one reason with `Effect.catchReason("SmartCacheError", "HardTimeout", …)`.
 */
export class SmartCacheError extends Schema.Error<SmartCacheError>("smart-cache/SmartCacheError")({
  _tag: Schema.tag("SmartCacheError"),
  reason: SmartCacheReason
}) {
  override get message(): string {
    return describe(this.reason)
  }
}

/** Makes a `SmartCacheError` of a reason, without checking fields that the caller typed. */
export const make = (reason: SmartCacheReason): SmartCacheError =>
  new SmartCacheError({ reason }, { disableChecks: true })

/** What was got, in words that are safe to print: numbers and kinds, never the value of a string. */
export const show = (got: unknown): string =>
  typeof got === "number" || typeof got === "boolean" || got === null || got === undefined
    ? String(got)
    : typeof got === "string"
    ? `a string of ${got.length} characters`
    : `a value of type ${typeof got}`
