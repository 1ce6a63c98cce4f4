/**
 * Keys that people can read and that cannot collide:
 * `app:env:version:match:{id}:market:variant` (spec §7).
 *
 * Parts are escaped injectively, so two different tuples never give one key. The
 * id stands in braces: it is the hash tag of a Redis Cluster, so that everything
 * about one subject lives in one slot. A long key keeps its head and ends in `~`
 * and a SHA-256 of the whole.
 */
import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import { createHash } from "node:crypto"

// Separators, hash-tag braces, glob characters, our own marks, blanks and control characters;
// with the `u` flag the surrogate range matches lone surrogates only.
// oxlint-disable-next-line no-control-regex
const special = /[%:~{}*?[\]\\\s\u0000-\u001f\u007f-\u009f\ud800-\udfff]/gu

const escapeUnit = (char: string): string => {
  const code = char.charCodeAt(0)
  return code < 0x100 ? `%${hex(code, 2)}` : `%u${hex(code, 4)}`
}
const hex = (n: number, width: number): string => n.toString(16).toUpperCase().padStart(width, "0")

/** Escapes one part so that it holds no separator; injective over all strings, lone surrogates included. */
export const escape = (part: string): string => part.replace(special, escapeUnit)

/** The part that {@link escape} was given. */
export const unescape = (escaped: string): string =>
  escaped.replace(
    /%u([0-9A-F]{4})|%([0-9A-F]{2})/g,
    (_, wide: string | undefined, narrow: string | undefined) =>
      String.fromCharCode(Number.parseInt((wide ?? narrow)!, 16))
  )

/** Of escaped text, which holds no lone surrogate that UTF-8 would fold into a replacement character. */
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex")

export interface Options {
  /** The application, first part of every key. */
  readonly app: string
  /** Where it runs: `prod`, `staging`, … */
  readonly env: string
  /** Version of the value's meaning; raise it when old values must not be read any more. */
  readonly version: string
  /** Longest key in UTF-16 units, at least the prefix and 160; longer ones end in a hash. 512 by default. */
  readonly maxLength?: number | undefined
}

export interface Shape {
  /** `app:env:version`, what every key starts with. */
  readonly prefix: string
  /** The key of a subject: its kind (`match`), its id (the hash tag) and what else tells it apart. */
  readonly key: (kind: string, id: string, ...rest: ReadonlyArray<string>) => string
}

/**
 * Makes a key factory; throws `RangeError` when `app`, `env` or `version` is empty or `maxLength` is too small.
 *
 * @example
 * ```ts
 * const keys = KeyFactory.make({ app: "odds", env: "prod", version: "v1" })
 * keys.key("match", "ars-che", "match-odds") // "odds:prod:v1:match:{ars-che}:match-odds"
 * ```
 */
export const make = (options: Options): Shape => {
  const maxLength = options.maxLength ?? 512
  for (const name of ["app", "env", "version"] as const) {
    if (options[name].length === 0) throw new RangeError(`KeyFactory.make: ${name} must not be empty, got ""`)
  }
  const prefix = [options.app, options.env, options.version].map(escape).join(":")
  if (!Number.isInteger(maxLength) || maxLength < prefix.length + 160) {
    throw new RangeError(
      `KeyFactory.make: maxLength must be an integer of at least ${
        prefix.length + 160
      } with this prefix, got ${maxLength}`
    )
  }
  return {
    prefix,
    key: (kind, id, ...rest) => {
      // Redis Cluster takes empty braces for no hash tag at all; no escaped id is a bare `~`.
      const tag = id === "" ? "~" : escape(id)
      const head = `${prefix}:${escape(kind)}:`
      const tail = rest.length === 0 ? "" : ":" + rest.map(escape).join(":")
      const whole = `${head}{${tag}}${tail}`
      if (whole.length <= maxLength) return whole
      const subject = `${head}{${tag}}`
      return subject.length + 66 <= maxLength
        ? `${subject}:~${sha256(whole)}`
        : `${prefix}:{~${sha256(`${head}${tag}`)}}:~${sha256(whole)}`
    }
  }
}

/** The key factory of the application. */
export class KeyFactory extends Context.Service<KeyFactory, Shape>()("smart-cache/KeyFactory") {}

/** A layer with the keys of one application. */
export const layer = (options: Options): Layer.Layer<KeyFactory> => Layer.sync(KeyFactory, () => make(options))
