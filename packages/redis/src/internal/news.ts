/**
 * What processes tell each other over Redis.
 *
 * News are numbered by stamps, and each names the one before it: who reads one
 * whose predecessor it has not read knows that something is missing.
 */
import type { Stamp } from "@smart-cache/core/CacheEntry"
import type * as CacheStore from "@smart-cache/core/CacheStore"
import * as Schema from "effect/Schema"

const What = Schema.Union([
  Schema.TaggedStruct("Key", { key: Schema.String }),
  Schema.TaggedStruct("Tags", { tags: Schema.Array(Schema.String) }),
  Schema.TaggedStruct("Prefix", { prefix: Schema.String }),
  Schema.TaggedStruct("All", {}),
  /** A value was written to a key explicitly. */
  Schema.TaggedStruct("Written", { key: Schema.String })
])
export type What = typeof What.Type

/** As a part of a message; JSON escapes lone surrogates, which UTF-8 would lose. */
export const write = (what: CacheStore.Target | What): string => JSON.stringify(what)

export interface News {
  /** Names the message; the next one repeats it as `before`. */
  readonly id: string
  readonly before: string
  readonly stamp: Stamp
  readonly what: What
}

const decode = Schema.decodeUnknownSync(What)

/** The news of a message, `undefined` when it is none. */
export const read = (text: string): News | undefined => {
  const [id, before, stamp] = text.split(" ", 3)
  if (id === undefined || before === undefined || stamp === undefined) return undefined
  try {
    const what = decode(JSON.parse(text.slice(id.length + before.length + stamp.length + 3)))
    return Number.isSafeInteger(Number(stamp)) ? { id, before, stamp: Number(stamp), what } : undefined
  } catch {
    return undefined
  }
}
