import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Redacted } from "effect"
import { brotliCompressSync, constants } from "node:zlib"
import { anyText, either, integer, oneOf, properties } from "../../core/test/arbitraries.ts"
import type * as Envelope from "../src/internal/envelope.ts"
import { anEntry, entries, envelope, golden, jsonValues, market, received } from "./support/envelopes.ts"

const repeatedly = properties(1000)

const secret = Redacted.make("canary-secret")

const offsets = either(integer(-10_000_000, 10_000_000), oneOf(0))

const envelopes = Arbitrary.map(
  Arbitrary.all({ compressFrom: oneOf(0, 300, Infinity), secret: oneOf(undefined, secret) }),
  envelope
)

const textOf = (encoded: string | "too_large"): string => {
  assert.notStrictEqual(encoded, "too_large")
  return encoded
}

const entryOf = (decoded: Envelope.Decoded) => {
  if (decoded._tag !== "Entry") throw new Error(`expected an entry, got ${JSON.stringify(decoded)}`)
  return decoded.entry
}

const problemOf = (decoded: Envelope.Decoded) => decoded._tag === "Rubbish" ? decoded.problem : decoded._tag

const goldenNamed = (name: string) => {
  const found = golden.find((each) => each.name === name)
  if (found === undefined) throw new Error(`no golden file ${name}`)
  return found
}

const withBitFlipped = (bytes: Uint8Array, bit: number): Uint8Array => {
  const flipped = Uint8Array.from(bytes)
  flipped[bit >> 3]! ^= 1 << (bit & 7)
  return flipped
}

/** Every text with one bit of it turned, as a client would hand it over. */
const bitFlips = (text: string): ReadonlyArray<string> => {
  const bytes = Buffer.from(text)
  return Array.from({ length: bytes.length * 8 }, (_, bit) => received(withBitFlipped(bytes, bit)))
}

/** Every beginning of a text, in bytes. */
const truncations = (text: string): ReadonlyArray<string> => {
  const bytes = Buffer.from(text)
  return Array.from(bytes, (_, length) => received(bytes.subarray(0, length)))
}

const body = (fields: string) => `1E0000000000000042j-${fields}`

const good = "1,2,3,4,5,0,7,[],\"value\""

/** With a window of 64 KB, so that a reader gets to see the text in pieces. */
const params = { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_LGWIN]: 16 }

const brotli = (text: Uint8Array | string) => brotliCompressSync(text, { params })

const packed = (text: Uint8Array | string) => `1E0000000000000042b-${brotli(text).toString("base64url")}`

describe("a golden entry", () => {
  it("of version 1 is there in every form", () => {
    assert.deepStrictEqual(
      golden.map(({ name }) => name).toSorted(),
      ["1-endless", "1-packed", "1-plain", "1-sealed", "1-sealed-packed", "1-tombstone", "1-unicode"]
    )
  })

  it.each(golden)("$name reads as what was written", ({ decoded, key, offset, secret, text }) => {
    assert.deepStrictEqual(envelope({ secret }).decode(key, text, offset), decoded)
  })

  it.each(golden)("$name is still written so", ({ decoded, key, offset, secret, text }) => {
    const { decode, encode, tombstone } = envelope({ secret, compressFrom: text[18] === "b" ? 0 : Infinity })
    if (decoded._tag === "Tombstone") return assert.strictEqual(tombstone(decoded.stamp), text)
    const entry = entryOf(decoded)
    const again = textOf(encode(key, entry, entry.value, offset))
    // The same bytes may be packed in many ways, so a packed one is only read again.
    if (text[18] === "b") return assert.deepStrictEqual(decode(key, again, offset), decoded)
    return assert.strictEqual(again, text)
  })
})

describe("what was encoded", () => {
  it.prop(
    "decodes to the same entry, on a process whose clock is off by as much",
    [Arbitrary.all({ envelope: envelopes, key: anyText, entry: entries, value: jsonValues, offset: offsets })],
    ([{ entry, envelope, key, offset, value }]) => {
      const text = textOf(envelope.encode(key, entry, value, offset))
      assert.deepStrictEqual(envelope.decode(key, text, offset), { _tag: "Entry", entry: { ...entry, value } })
    },
    repeatedly("round trip")
  )

  it.prop(
    "is the same after a way through bytes, which is what the server holds",
    [Arbitrary.all({ envelope: envelopes, key: anyText, entry: entries, value: jsonValues })],
    ([{ entry, envelope, key, value }]) => {
      const text = textOf(envelope.encode(key, entry, value, 0))
      assert.strictEqual(received(Buffer.from(text)), text)
    },
    repeatedly("bytes")
  )

  it.prop(
    "has its times on the reader's clock, and the deadline on the world's",
    [entries, offsets, offsets],
    ([entry, writer, reader]) => {
      const { decode, encode } = envelope()
      const read = entryOf(decode("k", textOf(encode("k", entry, null, writer)), reader))
      assert.deepStrictEqual(read, {
        ...entry,
        value: null,
        createdAt: entry.createdAt + writer - reader,
        freshUntil: entry.freshUntil + writer - reader,
        earlyFrom: entry.earlyFrom + writer - reader,
        staleUntil: entry.staleUntil + writer - reader
      })
    },
    repeatedly("offsets")
  )

  it.prop("has its stamp where a script looks for it", [entries], ([entry]) => {
    const { encode, tombstone } = envelope({ secret })
    for (const text of [textOf(encode("k", entry, null, 0)), tombstone(entry.stamp)]) {
      assert.match(text, /^1[ET]\d{16}/)
      assert.strictEqual(Number(text.slice(2, 18)), entry.stamp)
    }
  }, repeatedly("head"))

  it("keeps a value that is undefined apart from null", () => {
    const { decode, encode } = envelope()
    assert.isUndefined(entryOf(decode("k", textOf(encode("k", anEntry, undefined, 0)), 0)).value)
    assert.isNull(entryOf(decode("k", textOf(encode("k", anEntry, null, 0)), 0)).value)
  })

  it("is compressed from its size on, and only if that makes it smaller", () => {
    const { encode } = envelope({ compressFrom: 2000 })
    const large = textOf(encode("k", anEntry, market(10_000), 0))
    assert.strictEqual(large[18], "b")
    assert.isBelow(large.length, textOf(envelope().encode("k", anEntry, market(10_000), 0)).length / 2)
    assert.strictEqual(textOf(encode("k", anEntry, market(1000), 0))[18], "j")
    assert.strictEqual(textOf(envelope({ compressFrom: 0 }).encode("k", anEntry, 1, 0))[18], "j")
  })

  it("cannot be what JSON cannot hold, nor have a time or a stamp that is none", () => {
    const { encode, tombstone } = envelope({ secret })
    const cycle: Record<string, unknown> = {}
    cycle["self"] = cycle
    for (const value of [1n, { deep: [1n] }, cycle, () => 1, Symbol("x")]) {
      assert.throws(() => encode("k", anEntry, value, 0), TypeError)
    }
    for (const field of ["createdAt", "freshUntil", "earlyFrom", "staleUntil", "deadline", "delta"]) {
      assert.throws(() => encode("k", { ...anEntry, [field]: Number.NaN }, 1, 0), `entry: ${field} must be`)
    }
    assert.throws(() => encode("k", { ...anEntry, createdAt: Infinity }, 1, 0), "entry: createdAt must be finite")
    for (const stamp of [-1, 0.5, 2 ** 53, Number.NaN, Infinity]) {
      assert.throws(() => encode("k", { ...anEntry, stamp }, 1, 0), RangeError)
      assert.throws(() => tombstone(stamp), RangeError)
    }
  })
})

describe("a sealed entry", () => {
  const sealed = golden.filter(({ decoded, secret }) => secret !== undefined && decoded._tag === "Entry")

  it.each(sealed)("$name is refused with any bit turned", ({ key, offset, secret, text }) => {
    const { decode } = envelope({ secret })
    for (const changed of bitFlips(text)) {
      assert.notStrictEqual(changed, text)
      assert.strictEqual(decode(key, changed, offset)._tag, "Rubbish", changed)
    }
  })

  it.each(sealed)("$name is refused at any shorter or greater length", ({ key, offset, secret, text }) => {
    const { decode } = envelope({ secret })
    for (const changed of [...truncations(text), `${text} `, `${text}A`, `${text}\u0000`]) {
      assert.strictEqual(decode(key, changed, offset)._tag, "Rubbish", changed)
    }
  })

  it.prop(
    "is refused under every other key",
    [anyText, anyText, oneOf(0, Infinity)],
    ([mine, other, compressFrom]) => {
      const { decode, encode } = envelope({ secret, compressFrom })
      const text = textOf(encode(mine, anEntry, market(1000), 0))
      assert.strictEqual(problemOf(decode(other, text, 0)), mine === other ? "Entry" : "unsealed")
    },
    repeatedly("other keys")
  )

  it("is refused when two keys' texts are swapped, or its stamp, its form or its body is another's", () => {
    const { decode, encode } = envelope({ secret })
    const a = textOf(encode("a", anEntry, 1, 0))
    const b = textOf(encode("b", anEntry, 2, 0))
    assert.strictEqual(problemOf(decode("a", b, 0)), "unsealed")
    assert.strictEqual(problemOf(decode("b", a, 0)), "unsealed")
    assert.strictEqual(problemOf(decode("a", `1E9000000000000000${a.slice(18)}`, 0)), "unsealed")
    assert.strictEqual(problemOf(decode("a", `${a.slice(0, 18)}b${a.slice(19)}`, 0)), "unsealed")
    assert.strictEqual(problemOf(decode("a", a.slice(0, 63) + b.slice(63), 0)), "unsealed")
    assert.strictEqual(problemOf(decode("a", `${a.slice(0, 19)}-${a.slice(63)}`, 0)), "unsealed")
  })

  it("keeps a body from passing for the end of a key", () => {
    const { decode, encode } = envelope({ secret })
    const text = textOf(encode("k\"[", anEntry, 1, 0))
    assert.strictEqual(problemOf(decode("k", `${text.slice(0, 63)}"[${text.slice(63)}`, 0)), "unsealed")
  })

  it("is refused with a seal that only looks alike in fewer bits", () => {
    const { decode, encode } = envelope({ secret })
    const text = textOf(encode("k", anEntry, 1, 0))
    const alike = `${text.slice(0, 20)}${String.fromCharCode(text.charCodeAt(20) + 0x100)}${text.slice(21)}`
    assert.strictEqual(problemOf(decode("k", alike, 0)), "unsealed")
  })

  it("needs the same secret, and is read without one", () => {
    const text = textOf(envelope({ secret }).encode("k", anEntry, "value", 0))
    const other = envelope({ secret: Redacted.make("another") })
    assert.deepStrictEqual(other.decode("k", text, 0), { _tag: "Rubbish", problem: "unsealed", stamp: anEntry.stamp })
    assert.strictEqual(entryOf(envelope().decode("k", text, 0)).value, "value")
    assert.throws(() => envelope({ secret: Redacted.make("") }), RangeError)
  })

  it("and an unsealed one are told apart before anything is unpacked or parsed", () => {
    const { decode } = envelope({ secret })
    assert.strictEqual(problemOf(decode("k", body("no JSON"), 0)), "unsealed")
    assert.strictEqual(problemOf(decode("k", packed("no JSON"), 0)), "unsealed")
    assert.strictEqual(problemOf(decode("k", body(`[${good}]`), 0)), "unsealed")
  })
})

describe("an unsealed entry", () => {
  it.each(["1-plain", "1-endless"])("%s with a bit turned is rubbish, or what its text now says", (name) => {
    const { key, text } = goldenNamed(name)
    for (const changed of bitFlips(text)) {
      const decoded = envelope().decode(key, changed, 0)
      if (decoded._tag !== "Entry") continue
      const [createdAt, , , , , , delta, tags, value] = JSON.parse(changed.slice(20))
      assert.deepInclude(decoded.entry, { createdAt, delta, tags, value, stamp: Number(changed.slice(2, 18)) })
    }
  })

  it.each(["1-plain", "1-packed", "1-endless"])("%s is refused at any shorter length", (name) => {
    const { key, text } = goldenNamed(name)
    for (const shorter of truncations(text)) {
      assert.strictEqual(envelope().decode(key, shorter, 0)._tag, "Rubbish", shorter)
    }
  })

  it("packed, with a bit turned, throws nothing and has the shape of an entry if it is one", () => {
    const { key, text } = goldenNamed("1-packed")
    for (const changed of bitFlips(text)) {
      const decoded = envelope().decode(key, changed, 0)
      if (decoded._tag === "Entry") assert.isTrue(decoded.entry.tags.every((tag) => typeof tag === "string"))
      else assert.strictEqual(decoded._tag, "Rubbish")
    }
  })
})

describe("rubbish", () => {
  const heads = oneOf("", "1", "1E", "1T", "1T0000000000000042", body(""), body("["), `${body("").slice(0, 18)}b-`)

  it.prop("of any kind is told, not thrown", [heads, anyText, envelopes], ([head, tail, { decode }]) => {
    const decoded = decode("k", head + tail, 0)
    if (decoded._tag === "Tombstone") return assert.strictEqual(head + tail, "1T0000000000000042")
    return assert.strictEqual(decoded._tag, "Rubbish")
  }, repeatedly("rubbish"))

  it.prop("of random bytes is told, not thrown", [
    Arbitrary.array(integer(0, 255), { maxLength: 100 }),
    heads,
    envelopes
  ], ([bytes, head, { decode }]) => {
    const text = head + received(Uint8Array.from(bytes))
    assert.isTrue(decode("k", text, 0)._tag === "Rubbish" || text.length === 18, text)
  }, repeatedly("bytes"))

  it("is a text of another version, whatever else it is", () => {
    for (const text of ["2E0000000000000042j-[]", "0", "{}", "null", " 1E", "E", "\u0661E", "OK"]) {
      assert.deepStrictEqual(envelope().decode("k", text, 0), { _tag: "Rubbish", problem: "version", stamp: undefined })
    }
  })

  it("is a head that is none", () => {
    const { decode } = envelope()
    for (
      const text of [
        "",
        "1",
        "1E000000000000004",
        "1E000000000000004xj-[]",
        "1E 000000000000042j-[]",
        "1E-000000000000042j-[]",
        "1E9007199254740992j-[]",
        "1E9999999999999999j-[]"
      ]
    ) assert.deepStrictEqual(decode("k", text, 0), { _tag: "Rubbish", problem: "corrupt", stamp: undefined }, text)
    for (
      const text of [
        "1E0000000000000042",
        "1E0000000000000042j",
        "1E0000000000000042j-",
        "1E0000000000000042j#",
        "1T0000000000000042 ",
        `1T0000000000000042j-[${good}]`,
        `1X0000000000000042j-[${good}]`,
        `1E0000000000000042x-[${good}]`,
        `1E0000000000000042j+[${good}]`
      ]
    ) assert.deepStrictEqual(decode("k", text, 0), { _tag: "Rubbish", problem: "corrupt", stamp: 42 }, text)
  })

  it("is a body of another shape", () => {
    const { decode } = envelope()
    assert.strictEqual(decode("k", body(`[${good}]`), 0)._tag, "Entry")
    for (
      const fields of [
        "[]",
        "{}",
        "null",
        "{\"length\":9}",
        `${good}`,
        `[${good}`,
        `[${good},1]`,
        `[${good}]]`,
        "[1,2,3,4,5,0,7]",
        "[null,2,3,4,5,0,7,[],8]",
        "[\"1\",2,3,4,5,0,7,[],8]",
        "[1e999,2,3,4,5,0,7,[],8]",
        "[1,true,3,4,5,0,7,[],8]",
        "[1,2,\"3\",4,5,0,7,[],8]",
        "[1,2,3,[],5,0,7,[],8]",
        "[1,2,3,4,{},0,7,[],8]",
        "[1,2,3,4,1e999,0,7,[],8]",
        "[1,2,3,4,5,2,7,[],8]",
        "[1,2,3,4,5,false,7,[],8]",
        "[1,2,3,4,5,0,null,[],8]",
        "[1,2,3,4,5,0,7,{},8]",
        "[1,2,3,4,5,0,7,\"tags\",8]",
        "[1,2,3,4,5,0,7,[\"a\",1],8]",
        "[1,2,3,4,5,0,7,[null],8]"
      ]
    ) assert.strictEqual(problemOf(decode("k", body(fields), 0)), "corrupt", fields)
  })
})

describe("an entry that is too large", () => {
  it.prop(
    "is refused at both ends by the same bound, in bytes",
    [anyText, oneOf(undefined, secret), oneOf(0, Infinity)],
    ([text, secret, compressFrom]) => {
      const value = text.repeat(40)
      const stored = textOf(envelope({ secret, compressFrom }).encode("k", anEntry, value, 0))
      const unpacked = textOf(envelope().encode("k", anEntry, value, 0)).slice(20)
      const least = Math.max(Buffer.byteLength(stored), Buffer.byteLength(unpacked))
      const exact = envelope({ secret, compressFrom, maxBytes: least })
      assert.strictEqual(exact.encode("k", anEntry, value, 0), stored)
      assert.strictEqual(exact.decode("k", stored, 0)._tag, "Entry")
      const under = envelope({ secret, compressFrom, maxBytes: least - 1 })
      assert.strictEqual(under.encode("k", anEntry, value, 0), "too_large")
      assert.strictEqual(problemOf(under.decode("k", stored, 0)), "too_large")
    },
    repeatedly("bounds")
  )

  it("is known by its length, before its seal is checked and its JSON is read", () => {
    const long = body("no JSON ".repeat(200))
    assert.strictEqual(problemOf(envelope({ maxBytes: 1000 }).decode("k", long, 0)), "too_large")
    assert.strictEqual(problemOf(envelope({ maxBytes: 1000, secret }).decode("k", long, 0)), "too_large")
    assert.strictEqual(problemOf(envelope({ maxBytes: 10_000 }).decode("k", long, 0)), "corrupt")
    const wide = body("é".repeat(600))
    assert.strictEqual(problemOf(envelope({ maxBytes: 1000 }).decode("k", wide, 0)), "too_large")
  })

  it("is not unpacked further than the bound", () => {
    const bomb = packed(`[${good.slice(0, -1)}${" ".repeat(50_000_000)}"]`)
    assert.isBelow(bomb.length, 10_000)
    assert.strictEqual(problemOf(envelope().decode("k", bomb, 0)), "too_large")
    // What is broken past the bound is never reached.
    const stream = brotli(Buffer.alloc(4_000_000, "[1.5,2.25],"))
    const broken = `1E0000000000000042b-${stream.subarray(0, -1).toString("base64url")}`
    assert.strictEqual(problemOf(envelope({ maxBytes: 100_000 }).decode("k", broken, 0)), "too_large")
    assert.strictEqual(problemOf(envelope({ maxBytes: 10_000_000 }).decode("k", broken, 0)), "corrupt")
  })
})

describe("a value with names of prototypes", () => {
  it.each([
    "{\"__proto__\":{\"x\":1}}",
    "{\"\\u005f_proto__\":{\"x\":1}}",
    "{\"constructor\":{\"prototype\":{\"x\":1}}}",
    "[{\"__proto__\":[]}]",
    "{\"__proto__\":null,\"toString\":{\"x\":1}}"
  ])("%s stays a value", (json) => {
    const { decode, encode } = envelope()
    const { value } = entryOf(decode("k", body(`[1,2,3,4,5,0,7,[],${json}]`), 0))
    assert.deepStrictEqual(value, JSON.parse(json))
    assert.strictEqual(Object.getPrototypeOf(value), Array.isArray(value) ? Array.prototype : Object.prototype)
    assert.isFalse("x" in {})
    assert.isFalse("x" in [])
    const again = textOf(encode("k", anEntry, value, 0))
    assert.isTrue(again.endsWith(`,${JSON.stringify(JSON.parse(json))}]`), again)
  })
})

describe("what is said about rubbish and refusals", () => {
  it("holds neither values nor the secret", () => {
    const { decode, encode } = envelope({ secret })
    const said: Array<string> = [
      JSON.stringify(decode("k", body("[\"canary-value\""), 0)),
      JSON.stringify(envelope().decode("k", body("[\"canary-value\""), 0))
    ]
    const cycle: Record<string, unknown> = { name: "canary-value" }
    cycle["self"] = cycle
    for (const value of [{ name: "canary-value", n: 1n }, cycle]) {
      try {
        encode("k", anEntry, value, 0)
      } catch (error) {
        said.push(String(error))
      }
    }
    assert.strictEqual(said.length, 4)
    for (const words of said) assert.notInclude(words, "canary")
  })
})
