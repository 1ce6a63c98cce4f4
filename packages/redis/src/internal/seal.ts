/**
 * The seal of an entry: HMAC-SHA256 over its head, its key and its body, so that
 * nobody without the secret can make an entry, change one, or move one to another key.
 */
import * as Redacted from "effect/Redacted"
import { createHmac, createSecretKey, timingSafeEqual } from "node:crypto"

/** A SHA-256 in base64url without padding. */
export const sealLength = 43

export interface Seal {
  readonly of: (head: string, key: string, body: string) => string
  /** Compares in constant time. */
  readonly holds: (seal: string, head: string, key: string, body: string) => boolean
}

/** Throws a `RangeError` for an empty secret. */
export const make = (secret: Redacted.Redacted<string>): Seal => {
  const bytes = Buffer.from(Redacted.value(secret))
  if (bytes.length === 0) throw new RangeError("seal: the secret must not be empty")
  const hmacKey = createSecretKey(bytes)
  // Heads are of one length and a JSON string ends itself, so no two triples are the same text;
  // JSON also keeps lone surrogates apart, which UTF-8 would make one.
  const of: Seal["of"] = (head, key, body) =>
    createHmac("sha256", hmacKey).update(head + JSON.stringify(key)).update(body).digest("base64url")
  return {
    of,
    holds: (seal, head, key, body) => {
      const given = Buffer.from(seal)
      const expected = Buffer.from(of(head, key, body))
      return given.length === expected.length && timingSafeEqual(given, expected)
    }
  }
}
