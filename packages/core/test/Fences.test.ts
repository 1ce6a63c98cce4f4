import { assert, describe, it } from "@effect/vitest"
import { Arbitrary } from "effect"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { Fences, Marks } from "../src/internal/fences.ts"
import { integer, oneOf, properties } from "./arbitraries.ts"

const repeatedly = properties(300)

const collect = (): void => {
  setFlagsFromString("--expose-gc")
  ;(runInNewContext("gc") as () => void)()
}

const names = ["a", "b", "ab", "abc", "x", ""]

const invalidations = Arbitrary.array(
  Arbitrary.all([
    oneOf("key" as const, "key" as const, "tag" as const, "prefix" as const, "all" as const),
    oneOf(...names)
  ]),
  { maxLength: 40 }
)

describe("remembered invalidations", () => {
  it.prop(
    "are at least those that happened, and exactly those while there is room",
    [invalidations, integer(1, 8), oneOf(...names), oneOf<ReadonlyArray<string>>([], ["a"], ["x", "ab"])],
    ([history, max, key, tags]) => {
      const fences = new Fences(max)
      let expected = 0
      let tagged = 0
      history.forEach(([kind, name], i) => {
        const stamp = i + 1
        const { version } = fences
        if (kind === "all") fences.all(stamp)
        else fences[kind](name, stamp)
        const beatsTag = kind === "all" || (kind === "tag" && tags.includes(name))
        if (beatsTag) tagged = stamp
        if (beatsTag || (kind === "key" && name === key) || (kind === "prefix" && key.startsWith(name))) {
          expected = stamp
        }
        assert.isAtLeast(fences.of(key, tags), expected)
        assert.isAtMost(fences.of(key, tags), stamp)
        assert.isFalse(fences.admits(tagged, tags))
        if (max >= names.length) {
          assert.strictEqual(fences.of(key, tags), expected)
          assert.isTrue(fences.admits(tagged + 1, tags))
        }
        if (fences.version > version) assert.include(["tag", "all"], kind)
        else assert.include(["key", "prefix"], kind)
      })
    },
    repeatedly("fences")
  )

  it("of more prefixes than there is room for are forgotten into a floor for every key", () => {
    const fences = new Fences(10)
    for (let i = 1; i <= 1500; i++) fences.prefix(`prefix ${i}:`, i)
    assert.strictEqual(fences.of("stranger", []), 500)
    assert.strictEqual(fences.of("prefix 3:x", []), 500)
    assert.strictEqual(fences.of("prefix 501:x", []), 501)
    assert.isTrue(fences.named("prefix 1500:x"))
    assert.isFalse(fences.named("prefix 3:x"))
  })

  it("keep nothing of what was marked again and again", () => {
    const marks = new Marks(10_000)
    const marked = (times: number): number => {
      for (let i = 0; i < times; i++) marks.set(`tag ${i % 100}`, i)
      collect()
      return process.memoryUsage().heapUsed
    }
    const before = marked(200_000)
    assert.isBelow(marked(1_000_000) - before, 5_000_000)
  })

  it.prop(
    "are never more than allowed, and a forgotten one raises the floor to itself",
    [Arbitrary.array(integer(0, 30), { maxLength: 100 }), integer(1, 10)],
    ([history, max]) => {
      const marks = new Marks(max)
      const latest = new Map<string, number>()
      history.forEach((name, i) => {
        marks.set(`${name}`, i + 1)
        latest.set(`${name}`, i + 1)
        assert.isAtMost(marks.size, max)
        const forgotten = Array.from(latest).filter(([name]) => !marks.has(name)).map(([, stamp]) => stamp)
        for (const [name, stamp] of latest) assert.isAtLeast(marks.of(name), stamp)
        assert.strictEqual(marks.of("stranger"), Math.max(0, ...forgotten, marks.of("stranger")))
        assert.isBelow(marks.of("stranger"), i + 1)
      })
    },
    repeatedly("marks")
  )
})
