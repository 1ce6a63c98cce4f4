import { assert, describe, it } from "@effect/vitest"
import type { Entry } from "@smart-cache/core/CacheEntry"
import { MemoryTier } from "@smart-cache/core/MemoryTier"
import { Arbitrary } from "effect"
import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { either, finite, integer, oneOf, properties } from "./arbitraries.ts"
import { plain } from "./contract/Ledger.ts"

const repeatedly = properties(500)

const bounds = { maxEntries: 100, maxBytes: 1_000_000, maxMarkers: 100 }

const times = either(integer(0, 4_000_000_000_000), oneOf(Infinity, 0, 2 ** 31, 2 ** 31 - 1))

const entries: Arbitrary.Arbitrary<Entry> = Arbitrary.all({
  value: oneOf<unknown>(undefined, 1, "value"),
  createdAt: integer(0, 4_000_000_000_000),
  freshUntil: times,
  earlyFrom: times,
  staleUntil: times,
  deadline: times,
  confirmed: oneOf(true, false),
  delta: finite(0, 1e7),
  stamp: integer(1, 2 ** 40),
  tags: oneOf<ReadonlyArray<string>>([], ["a"], ["a", "b"])
})

const one: Entry = {
  value: 1,
  createdAt: 0,
  freshUntil: 1,
  earlyFrom: 1,
  staleUntil: 2,
  deadline: Infinity,
  confirmed: true,
  delta: 0,
  stamp: 2 ** 40,
  tags: ["t"]
}

describe("an entry in memory", () => {
  it.prop("says what it was given, its compute time to the microsecond", [entries], ([entry]) => {
    const tier = new MemoryTier(bounds)
    tier.hold("k", entry)
    const held = plain(tier.peek("k")!)
    assert.approximately(held.delta, entry.delta, 0.0005)
    assert.deepStrictEqual({ ...held, delta: entry.delta }, entry)
  }, repeatedly("held"))

  it("is answered however much was invalidated before, and looked at again after what comes then", () => {
    for (const version of [2 ** 30 - 1, 2 ** 30, 2 ** 31, 2 ** 32, 2 ** 40]) {
      const tier = new MemoryTier(bounds)
      tier.fences.version = version
      for (const confirmed of [true, false]) {
        tier.hold("k", { ...one, confirmed, stamp: one.stamp + (confirmed ? 0 : 1) })
        tier.beat({ _tag: "Tags", tags: ["other"] }, 1)
        assert.strictEqual(tier.peek("k")?.confirmed, confirmed, `version ${version}`)
        assert.strictEqual(tier.peek("k")?.confirmed, confirmed)
      }
      tier.distrust()
      assert.isUndefined(tier.peek("k"))
      tier.hold("k", { ...one, stamp: one.stamp + 2 })
      assert.isDefined(tier.peek("k"))
      tier.beat({ _tag: "Tags", tags: ["t"] }, one.stamp + 3)
      assert.isUndefined(tier.peek("k"))
    }
  })
})

describe("who listens to lru-cache's diagnostics", () => {
  it("hears of each look-up by itself, and of none any more once gone", () => {
    const tier = new MemoryTier(bounds)
    tier.hold("held", one)
    const heard: Array<Record<string, unknown>> = []
    const listen = (message: unknown) => heard.push(message as Record<string, unknown>)
    subscribe("lru-cache:metrics", listen)
    for (const key of ["held", "missing"]) tier.peek(key)
    unsubscribe("lru-cache:metrics", listen)
    tier.peek("held")
    assert.deepStrictEqual(
      heard.map(({ get, key, value }) => [key, get, value !== undefined]),
      [["held", "hit", true], ["missing", "miss", false]]
    )
  })
})
