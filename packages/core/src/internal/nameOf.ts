/**
 * What kind of failure something is, in a word or two as programs have them: too short and plain for what an error says of a
 * key, a value or a credential.
 */
import * as Predicate from "effect/Predicate"

/** A name as programs have them. */
const identifier = /^[A-Za-z_$][\w$]{0,39}$/
/** A code as systems and servers have them. */
const code = /^[A-Z][A-Z0-9_]{1,39}$/

const matching = (text: unknown, pattern: RegExp): string | undefined =>
  typeof text === "string" && pattern.test(text) ? text : undefined

/** The reason of an error of the cache, the tag of a tagged one, the name and code of any other. */
export const nameOf = (failure: unknown): string => {
  if (!Predicate.isObject(failure)) return "failure"
  const { _tag, code: found, name, reason } = failure as Readonly<Record<string, unknown>>
  if (_tag === "SmartCacheError" && Predicate.hasProperty(reason, "_tag")) {
    return matching(reason._tag, identifier) ?? "failure"
  }
  const called = matching(_tag, identifier) ?? matching(name, identifier) ?? "failure"
  const known = matching(found, code)
  return known === undefined ? called : `${called} ${known}`
}
