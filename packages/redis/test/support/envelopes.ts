/** Entries as they lie in Redis: the golden ones of each version, and random ones. */
import type { Entry } from "@smart-cache/core/CacheEntry"
import { Arbitrary, Redacted } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { anyText, either, finite, integer, oneOf } from "../../../core/test/arbitraries.ts"
import * as Envelope from "../../src/internal/envelope.ts"

export interface Golden {
  readonly name: string
  /** As stored, byte for byte. */
  readonly text: string
  readonly key: string
  readonly secret: Redacted.Redacted<string> | undefined
  readonly offset: number
  readonly decoded: Envelope.Decoded
}

const folder = new URL("../golden/", import.meta.url)

/** JSON has no infinities, so golden files say them in words. */
const said = (_name: string, value: unknown): unknown =>
  value === "Infinity" ? Infinity : value === "-Infinity" ? -Infinity : value

const load = (name: string): Golden => {
  const { decoded, key, offset, secret } = JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8"), said)
  return {
    name,
    text: readFileSync(new URL(`${name}.txt`, folder), "utf8"),
    key,
    secret: secret === null ? undefined : Redacted.make(secret),
    offset,
    decoded
  }
}

/** All golden entries; made by a program that shares no code with this package. */
export const golden: ReadonlyArray<Golden> = readdirSync(folder)
  .filter((file) => file.endsWith(".txt"))
  .map((file) => load(file.slice(0, -".txt".length)))

/** An envelope that neither compresses nor seals and takes a megabyte, but for what is said. */
export const envelope = (options: Partial<Envelope.Options> = {}): Envelope.Envelope =>
  Envelope.make({ compressFrom: Infinity, secret: undefined, maxBytes: 1 << 20, ...options })

/** As a client hands it over: read from bytes. */
export const received = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8")

/** A market of about so many bytes of JSON. */
export const market = (bytes: number) =>
  Array.from({ length: Math.ceil(bytes / 100) }, (_, i) => ({
    market: `total-${i}.5`,
    outcomes: [{ name: "over", odds: 1.2 + i / 8 }, { name: "under", odds: 4.5 - i / 16 }]
  }))

export const anEntry: Entry = {
  value: undefined,
  createdAt: 1735689600123,
  freshUntil: 1735689660123.5,
  staleUntil: 1735689720124,
  earlyFrom: 1735689652783.25,
  deadline: 1735693200000,
  confirmed: true,
  delta: 41.5,
  stamp: 1735689600123,
  tags: ["match:epl-2026-08-22-ars-che", "league:epl"]
}

/** Sixteenths of a millisecond, so that adding a whole offset and taking it away is exact. */
const moments = Arbitrary.map(integer(0, 2_000_000_000_000), (n) => n + n % 16 / 16)

const lives = either(moments, oneOf(Infinity, -Infinity, 0, 1e300))

/** Entries without a value, the odd ones among them. */
export const entries: Arbitrary.Arbitrary<Entry> = Arbitrary.all({
  value: oneOf(undefined),
  createdAt: moments,
  freshUntil: lives,
  staleUntil: lives,
  earlyFrom: lives,
  deadline: lives,
  confirmed: oneOf(true, false),
  delta: finite(0, 60_000),
  stamp: either(integer(0, Number.MAX_SAFE_INTEGER), oneOf(0, Number.MAX_SAFE_INTEGER)),
  tags: Arbitrary.array(anyText, { maxLength: 5 })
})

const leaves = either<unknown>(
  anyText,
  integer(-5, 1_000_000),
  finite(-1e9, 1e9),
  oneOf(
    null,
    true,
    false,
    [],
    {},
    JSON.parse("{\"__proto__\":{\"x\":1},\"constructor\":{\"prototype\":{\"x\":1}},\"toString\":1,\"length\":-1}"),
    "1E0000000000000042j-",
    Number.MAX_VALUE,
    5e-324
  )
)

const around = (inner: Arbitrary.Arbitrary<unknown>): Arbitrary.Arbitrary<unknown> => {
  const rows = Arbitrary.array(Arbitrary.all([anyText, inner]), { maxLength: 4 })
  return either<unknown>(
    inner,
    Arbitrary.map(rows, (rows) => rows.map(([, value]) => value)),
    Arbitrary.map(rows, Object.fromEntries)
  )
}

/** JSON values, those that break careless readers among them. */
export const jsonValues: Arbitrary.Arbitrary<unknown> = either<unknown>(
  around(around(around(leaves))),
  Arbitrary.map(integer(0, 5000), market)
)
