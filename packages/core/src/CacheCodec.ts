/**
 * How values are written down outside of this process: as JSON values, by a Schema.
 *
 * Memory holds decoded values; a shared store holds encoded ones. What no longer
 * decodes is a miss, never a wrong value.
 */
import * as Schema from "effect/Schema"

export interface Codec {
  /** The JSON value of a value; throws when it has none. */
  readonly encode: (value: unknown) => unknown
  /** The value of a JSON value; throws when it does not fit. */
  readonly decode: (json: unknown) => unknown
}

/** The codec of a Schema that needs no services: dates, maps, branded and class types survive. */
export const schema = <A>(of: Schema.Codec<A, unknown>): Codec => {
  const json = Schema.toCodecJson(of)
  return { encode: Schema.encodeUnknownSync(json), decode: Schema.decodeUnknownSync(json) }
}
