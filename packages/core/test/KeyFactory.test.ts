import { assert, describe, it } from "@effect/vitest"
import * as KeyFactory from "@smart-cache/core/KeyFactory"
import { Arbitrary } from "effect"
import { anyText, integer, properties } from "./arbitraries.ts"

const repeatedly = properties(2000)

const keys = KeyFactory.make({ app: "odds", env: "prod", version: "v1" })
const short = KeyFactory.make({ app: "odds", env: "prod", version: "v1", maxLength: 200 })

interface Subject {
  readonly kind: string
  readonly id: string
  readonly rest: ReadonlyArray<string>
}

const subjects: Arbitrary.Arbitrary<Subject> = Arbitrary.all({
  kind: anyText,
  id: anyText,
  rest: Arbitrary.array(anyText, { maxLength: 3 })
})

/** The same code units dealt out otherwise: what a sloppy separator would confuse. */
const dealtOtherwise: Arbitrary.Arbitrary<readonly [Subject, Subject]> = Arbitrary.map(
  Arbitrary.all([Arbitrary.array(anyText, { minLength: 3, maxLength: 5 }), integer(0, 2), integer(0, 3)]),
  ([parts, joint, cut]) => {
    const [kind, id, ...rest] = parts as [string, string, ...Array<string>]
    const joined = parts.slice(joint, joint + 2).join(":")
    const other = [...parts.slice(0, joint), joined.slice(0, cut), joined.slice(cut), ...parts.slice(joint + 2)]
    const [otherKind, otherId, ...otherRest] = other as [string, string, ...Array<string>]
    return [{ kind, id, rest }, { kind: otherKind, id: otherId, rest: otherRest }]
  }
)

const same = (a: Subject, b: Subject): boolean =>
  a.kind === b.kind && a.id === b.id && a.rest.length === b.rest.length && a.rest.every((part, i) => part === b.rest[i])

const keyOf = (subject: Subject, factory = keys) => factory.key(subject.kind, subject.id, ...subject.rest)

const lengthened = ({ id, kind, rest }: Subject, by: number): Subject => ({ kind, id, rest: [...rest, "x".repeat(by)] })

/** The hash tag by Redis Cluster's rule: between the first `{` and the next `}`, if anything stands there. */
const hashTag = (key: string): string | undefined => {
  const open = key.indexOf("{")
  const close = key.indexOf("}", open + 1)
  return open >= 0 && close > open + 1 ? key.slice(open + 1, close) : undefined
}

describe("a key", () => {
  it("reads as its parts", () => {
    assert.strictEqual(keys.key("match", "ars-che", "match-odds"), "odds:prod:v1:match:{ars-che}:match-odds")
    assert.strictEqual(keys.key("match", "ars-che"), "odds:prod:v1:match:{ars-che}")
    assert.strictEqual(keys.key("match", "日本-大韓", "1ª"), "odds:prod:v1:match:{日本-大韓}:1ª")
    assert.strictEqual(keys.prefix, "odds:prod:v1")
  })

  it.prop("is another for another tuple", [subjects, subjects], ([a, b]) => {
    assert.strictEqual(keyOf(a) === keyOf(b), same(a, b))
  }, repeatedly("injective"))

  it.prop("is another when the same text is cut into parts otherwise", [dealtOtherwise], ([[a, b]]) => {
    assert.strictEqual(keyOf(a) === keyOf(b), same(a, b), `${keyOf(a)} and ${keyOf(b)}`)
    const long = [lengthened(a, 300), lengthened(b, 300)] as const
    assert.strictEqual(keyOf(long[0], short) === keyOf(long[1], short), same(a, b))
  }, repeatedly("cuts"))

  it("tells composed from decomposed letters, lone surrogates from each other and case from case", () => {
    const confusable = [
      "é",
      "e\u0301",
      "É",
      "\ud800",
      "\ud801",
      "\udc00",
      "\ufffd",
      "\ud83d\ude00",
      "\ud83d",
      "",
      " ",
      "%u"
    ]
    for (const factory of [keys, short]) {
      for (const tail of ["", "x".repeat(400)]) {
        const made = confusable.flatMap((id) => [factory.key("match", id, tail), factory.key("match", "id", id, tail)])
        assert.strictEqual(new Set(made).size, made.length)
      }
    }
  })

  it.prop("holds no separator, brace, glob or control character of its parts", [subjects], ([subject]) => {
    const key = keyOf(subject)
    const bare = key.slice(keys.prefix.length)
    assert.strictEqual(bare.split(":").length, 3 + subject.rest.length)
    assert.strictEqual(bare.split("{").length, 2)
    assert.strictEqual(bare.split("}").length, 2)
    assert.notMatch(key, /[*?[\]\\\s]/)
    assert.notMatch(key, /\p{Cc}|\p{Cs}/u)
  }, repeatedly("clean"))

  it.prop("lies in the slot of its id alone", [subjects, anyText, anyText], ([subject, kind, other]) => {
    const tag = hashTag(keyOf(subject))
    assert.isDefined(tag)
    assert.strictEqual(hashTag(keys.key(kind, subject.id, other)), tag)
    assert.strictEqual(hashTag(keys.key(kind, subject.id)), tag)
    if (subject.id !== "") assert.strictEqual(KeyFactory.unescape(tag!), subject.id)
    assert.strictEqual(hashTag(keys.key(kind, other)) === tag, other === subject.id)
  }, repeatedly("slot"))

  it.prop(
    "is never longer than allowed, and ends in a hash when it would be",
    [subjects, integer(0, 600)],
    ([subject, by]) => {
      const long = lengthened(subject, by)
      const whole = keyOf(long, KeyFactory.make({ app: "odds", env: "prod", version: "v1", maxLength: 100_000 }))
      const key = keyOf(long, short)
      assert.isAtMost(key.length, 200)
      if (whole.length <= 200) assert.strictEqual(key, whole)
      else assert.match(key, /:~[0-9a-f]{64}$/)
      assert.strictEqual(hashTag(key), hashTag(whole))
    },
    repeatedly("long")
  )

  it("of a very long id keeps one slot for the subject, and is another for each of its parts", () => {
    const id = "x".repeat(100_000)
    const all = [short.key("match", id), short.key("match", id, "a"), short.key("match", id, "b")]
    assert.strictEqual(new Set(all).size, 3)
    assert.strictEqual(new Set(all.map(hashTag)).size, 1)
    assert.notStrictEqual(hashTag(short.key("match", `${id}y`)), hashTag(all[0]!))
    for (const key of all) assert.isAtMost(key.length, 200)
  })

  it.prop("that is hashed cannot be written out by hand", [subjects], ([subject]) => {
    const hashed = keyOf(lengthened(subject, 300), short)
    const tail = hashed.slice(hashed.lastIndexOf("~"))
    const forged = [
      short.key(subject.kind, subject.id, tail),
      short.key(subject.kind, subject.id, ...subject.rest, tail),
      short.key(subject.kind, tail),
      short.key(tail, subject.id)
    ]
    assert.notInclude(forged, hashed)
    for (const key of forged) assert.notMatch(key.replace(/:~[0-9a-f]{64}$/, ""), /:~[0-9a-f]/)
  }, repeatedly("forged"))
})

describe("escaping", () => {
  it.prop("can be undone", [anyText], ([text]) => {
    assert.strictEqual(KeyFactory.unescape(KeyFactory.escape(text)), text)
  }, repeatedly("round trip"))

  it("can be undone for every code unit there is, alone and between letters", () => {
    for (let unit = 0; unit <= 0xffff; unit++) {
      const char = String.fromCharCode(unit)
      for (const text of [char, `a${char}0`, `%${char}u`]) {
        if (KeyFactory.unescape(KeyFactory.escape(text)) !== text) assert.fail(`U+${unit.toString(16)} in ${text}`)
      }
    }
  })

  it("leaves what people write in names as it is", () => {
    for (const text of ["over-under-2-5-goals", "Ñublense_1.5@home", "日本", "😀", "a+b=c,d;e!f'g"]) {
      assert.strictEqual(KeyFactory.escape(text), text)
    }
  })
})

describe("a key factory that makes no sense", () => {
  const names = { app: "odds", env: "prod", version: "v1" }

  it("is refused by the name of what is wrong", () => {
    for (const name of ["app", "env", "version"] as const) {
      assert.throws(() => KeyFactory.make({ ...names, [name]: "" }), RangeError, new RegExp(`${name} .*got ""`))
    }
    for (const maxLength of [0, -1, 171, 200.5, Number.NaN, Infinity]) {
      assert.throws(
        () => KeyFactory.make({ ...names, maxLength }),
        RangeError,
        new RegExp(`maxLength .*got ${maxLength}$`)
      )
    }
    assert.strictEqual(KeyFactory.make({ ...names, maxLength: 172 }).prefix, "odds:prod:v1")
  })

  it("of another application, place or version shares no key", () => {
    const others = [["a:b", "c", "d"], ["a", "b:c", "d"], ["a", "b", "c:d"], ["a{", "}b", "c"], [
      "a",
      "{}b",
      "c"
    ]] as const
    const made = others.map(([app, env, version]) => KeyFactory.make({ app, env, version }).key("match", "id"))
    assert.strictEqual(new Set(made).size, made.length)
    for (const key of made) assert.strictEqual(hashTag(key), "id")
  })
})
