import * as Redacted from "effect/Redacted"
import { createHash, timingSafeEqual } from "node:crypto"

const digest = (text: string): Buffer => createHash("sha256").update(text, "utf8").digest()

/**
 * Whether a token is the expected one. Digests are compared, so that the time taken tells nothing: neither where the
 * first difference is nor how long the expected one is.
 */
export const matches = (given: string, expected: Redacted.Redacted): boolean =>
  timingSafeEqual(digest(given), digest(Redacted.value(expected)))

/** The credentials of `Authorization: Bearer …`; empty when there are none. */
export const bearer = (authorization: string | undefined): string =>
  /^bearer +(\S.*)$/i.exec(authorization ?? "")?.[1] ?? ""
