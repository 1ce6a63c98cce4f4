/**
 * How an entry lies in Redis: one string of text, whose head a script reads by position.
 *
 * | at (from 1) | is |
 * |---|---|
 * | 1 | version, `1` |
 * | 2 | kind: `E` entry, `T` tombstone (an invalidated key) |
 * | 3–18 | stamp, 16 decimal digits; a tombstone ends here |
 * | 19 | form of the body: `j` JSON, `b` JSON in brotli in base64url |
 * | 20 | `-` not sealed, `#` sealed: 43 characters of seal follow |
 * | 21 or 64 | body |
 *
 * With a secret, an entry is read only when its seal holds; a changed stamp, key, form or body breaks it. Without
 * one, seals are not looked at, so that readers without the secret can go first when it is brought in. Nothing else
 * guards a body against change: an unsealed one whose bits flip reads as whatever JSON of the right shape it became.
 * Tombstones are never sealed: a forged one costs fills, never a wrong value.
 */
import type { Entry, Stamp } from "@smart-cache/core/CacheEntry"
import type * as Redacted from "effect/Redacted"
import * as Body from "./envelopeBody.ts"
import * as Packing from "./envelopePacking.ts"
import * as Seal from "./seal.ts"

export interface Options {
  /** Bodies of at least so many bytes are compressed, if that makes them smaller; `Infinity`: none. */
  readonly compressFrom: number
  /** Seals what is written, and refuses what is not sealed with it. */
  readonly secret: Redacted.Redacted<string> | undefined
  /** Largest stored string, and largest body when unpacked, in bytes; at least 1. */
  readonly maxBytes: number
}

/** Why a text is no entry. */
export type Problem =
  /** Written by another version, or by something else. */
  | "version"
  | "corrupt"
  /** There is a secret, and the entry has no seal or one that does not hold for this key. */
  | "unsealed"
  /** As stored, or unpacked. */
  | "too_large"

export type Decoded =
  /** The value is still encoded. */
  | { readonly _tag: "Entry"; readonly entry: Entry }
  | { readonly _tag: "Tombstone"; readonly stamp: Stamp }
  | { readonly _tag: "Rubbish"; readonly problem: Problem; readonly stamp: Stamp | undefined }

export interface Envelope {
  /**
   * The text of an entry with this value, which is JSON already; `offset` is the server's clock minus this process's,
   * in milliseconds. Throws on what JSON cannot hold, on a time that is NaN, and on a stamp that is no stamp.
   */
  readonly encode: (key: string, entry: Entry, encodedValue: unknown, offset: number) => string | "too_large"
  readonly tombstone: (stamp: Stamp) => string
  /** What a text says; never throws. The key and the offset are the reader's. */
  readonly decode: (key: string, text: string, offset: number) => Decoded
}

/** Version, kind and stamp. */
const headLength = 18
/** With the form of the body. */
const sealedHeadLength = 19
const bodyAt = 20
const sealedBodyAt = bodyAt + Seal.sealLength

const headOf = (kind: "E" | "T", stamp: Stamp): string => {
  if (!Number.isSafeInteger(stamp) || stamp < 0) {
    throw new RangeError(`envelope: a stamp is a safe integer of at least 0, got ${stamp}`)
  }
  return `1${kind}${String(stamp).padStart(headLength - 2, "0")}`
}

/** The stamp of a head, `undefined` when its digits are none. */
export const headStamp = (text: string): Stamp | undefined => {
  let stamp = 0
  for (let i = 2; i < headLength; i++) {
    const digit = text.charCodeAt(i) - 48
    // Past the end of a text it is NaN.
    if (!(digit >= 0 && digit <= 9)) return undefined
    stamp = stamp * 10 + digit
  }
  return stamp <= Number.MAX_SAFE_INTEGER ? stamp : undefined
}

/** A UTF-16 unit takes at most three bytes, so most texts need not be measured. */
const exceeds = (text: string, maxBytes: number): boolean =>
  text.length * 3 > maxBytes && (text.length > maxBytes || Buffer.byteLength(text) > maxBytes)

const rubbish = (problem: Problem, stamp: Stamp | undefined): Decoded => ({ _tag: "Rubbish", problem, stamp })

const decodeEntry = (
  { maxBytes }: Options,
  seal: Seal.Seal | undefined,
  key: string,
  text: string,
  stamp: Stamp,
  offset: number
): Decoded => {
  if (exceeds(text, maxBytes)) return rubbish("too_large", stamp)
  const form = text[sealedHeadLength - 1]
  const mark = text[sealedHeadLength]
  if ((form !== "j" && form !== "b") || (mark !== "-" && mark !== "#")) return rubbish("corrupt", stamp)
  let body = text.slice(mark === "-" ? bodyAt : sealedBodyAt)
  if (seal !== undefined) {
    const given = text.slice(bodyAt, sealedBodyAt)
    if (mark === "-" || !seal.holds(given, text.slice(0, sealedHeadLength), key, body)) {
      return rubbish("unsealed", stamp)
    }
  }
  if (form === "b") {
    const unpacked = Packing.unpack(body, maxBytes)
    if (typeof unpacked === "string") return rubbish(unpacked, stamp)
    body = unpacked.body
  }
  const entry = Body.parse(body, stamp, offset)
  return entry === undefined ? rubbish("corrupt", stamp) : { _tag: "Entry", entry }
}

/** Throws a `RangeError` for an empty secret. */
export const make = (options: Options): Envelope => {
  const { compressFrom, maxBytes, secret } = options
  const seal = secret === undefined ? undefined : Seal.make(secret)
  return {
    encode: (key, entry, encodedValue, offset) => {
      const head = headOf("E", entry.stamp)
      const plain = Body.write(entry, encodedValue, offset)
      const bytes = Buffer.byteLength(plain)
      if (bytes > maxBytes) return "too_large"
      const packed = bytes >= compressFrom ? Packing.pack(plain) : undefined
      const smaller = packed !== undefined && packed.length < bytes
      const body = smaller ? packed : plain
      const start = head + (smaller ? "b" : "j")
      const text = seal === undefined ? `${start}-${body}` : `${start}#${seal.of(start, key, body)}${body}`
      return exceeds(text, maxBytes) ? "too_large" : text
    },
    tombstone: (stamp) => headOf("T", stamp),
    decode: (key, text, offset) => {
      if (text[0] !== "1") return rubbish(text.length === 0 ? "corrupt" : "version", undefined)
      const stamp = headStamp(text)
      if (stamp === undefined) return rubbish("corrupt", undefined)
      if (text[1] === "E") return decodeEntry(options, seal, key, text, stamp, offset)
      return text[1] === "T" && text.length === headLength ? { _tag: "Tombstone", stamp } : rubbish("corrupt", stamp)
    }
  }
}
