import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Hash } from "effect"
import { TagSets } from "../src/internal/tagSets.ts"
import { MemoryTier } from "../src/MemoryTier.ts"
import { anyText, either, integer, oneOf, properties } from "./arbitraries.ts"

const repeatedly = properties(300)

/** Few enough to come again, in another order among them. */
const given = either(
  oneOf<ReadonlyArray<string>>([], ["a"], ["b"], ["a", "b"], ["b", "a"], ["a", "a"], ["ab"], ["", "ab"]),
  Arbitrary.array(anyText, { maxLength: 3 })
)

const anew = (tags: ReadonlyArray<string>): Array<string> => JSON.parse(JSON.stringify(tags))

const different = (all: Iterable<ReadonlyArray<string>>): number =>
  new Set(Array.from(all, (tags) => JSON.stringify(tags))).size

/** Two tags that look alike by their hash. */
const collision = (): readonly [string, string] => {
  const seen = new Map<number, string>()
  for (let i = 0;; i++) {
    const tag = String.fromCharCode(32 + i % 90, 32 + Math.floor(i / 90))
    const hash = Hash.array([tag])
    const other = seen.get(hash)
    if (other !== undefined) return [other, tag]
    seen.set(hash, tag)
  }
}

describe("tags held once", () => {
  it.prop("are those that were given, one array for equal ones until the last is given back", [
    Arbitrary.array(Arbitrary.all([given, integer(0, 3)]), { maxLength: 60 })
  ], ([steps]) => {
    const sets = new TagSets()
    const taken: Array<ReadonlyArray<string>> = []
    for (const [tags, step] of steps) {
      if (step > 0 || taken.length === 0) {
        const array = anew(tags)
        const held = sets.take(array)
        array.push("changed")
        assert.deepStrictEqual(held, tags)
        assert.isFrozen(held)
        const equal = taken.find((other) => JSON.stringify(other) === JSON.stringify(tags))
        if (equal !== undefined) assert.strictEqual(held, equal)
        taken.push(held)
      } else sets.release(taken.splice(tags.length % taken.length, 1)[0]!)
      assert.strictEqual(sets.size, different(taken.filter(({ length }) => length > 0)))
    }
    for (const tags of taken) sets.release(tags)
    assert.strictEqual(sets.size, 0)
  }, repeatedly("tag sets"))

  it("are told apart where their hashes are not", () => {
    const [one, other] = collision()
    const sets = new TagSets()
    const first = sets.take([one])
    const second = sets.take([other])
    assert.deepStrictEqual([first, second, sets.size], [[one], [other], 1])
    sets.release(second)
    assert.strictEqual(sets.take([one]), first)
    sets.release(first)
    sets.release(first)
    assert.strictEqual(sets.size, 0)
    assert.deepStrictEqual(sets.take([other]), [other])
  })

  it.prop("by a tier are as many as its entries carry, however those come and go", [
    Arbitrary.array(
      Arbitrary.all([oneOf("hold", "hold", "hold", "large", "delete", "beat"), oneOf(..."abcde"), given]),
      { maxLength: 60 }
    )
  ], ([steps]) => {
    const tier = new MemoryTier({ maxEntries: 3, maxBytes: 3000, maxMarkers: 10 })
    const said = new Map<string, ReadonlyArray<string>>()
    const hold = (key: string, value: string, tags: ReadonlyArray<string>, stamp: number): void => {
      const array = anew(tags)
      const held = tier.hold(key, {
        value,
        createdAt: 0,
        freshUntil: 1,
        earlyFrom: 1,
        staleUntil: 2,
        deadline: Infinity,
        confirmed: true,
        delta: 0,
        stamp,
        tags: array
      })
      array.push("changed")
      if (held !== "refused") said.set(key, tags)
    }
    for (const [at, [step, key, tags]] of steps.entries()) {
      const stamp = at + 1
      if (step === "delete") tier.delete(key)
      else if (step === "beat") tier.beat({ _tag: "Prefix", prefix: key }, stamp)
      else hold(key, step === "large" ? "x".repeat(2000) : "", tags, stamp)
      const held = Array.from(tier.keys(), (key) => tier.look(key)!.tags)
      assert.deepStrictEqual(held, Array.from(tier.keys(), (key) => said.get(key)!))
      assert.strictEqual(new Set(held).size, different(held))
      assert.strictEqual(tier["tagSets"].size, different(held.filter(({ length }) => length > 0)))
    }
  }, repeatedly("tags of a tier"))
})
