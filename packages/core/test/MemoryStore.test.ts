import { assert, describe, it } from "@effect/vitest"
import type { Entry } from "@smart-cache/core/CacheEntry"
import * as CacheStore from "@smart-cache/core/CacheStore"
import * as MemoryStore from "@smart-cache/core/MemoryStore"
import * as ChaosStore from "@smart-cache/core/testing/ChaosStore"
import { Arbitrary, Effect, Layer, Random } from "effect"
import { Memory } from "../src/internal/memory.ts"
import { integer, oneOf, properties } from "./arbitraries.ts"
import { safety, suite } from "./contract/CacheStoreContract.ts"
import { claim, subject } from "./contract/Ledger.ts"

const repeatedly = properties(200)

const roomy: MemoryStore.Options = { maxEntries: 1000, maxBytes: 10_000_000, maxMarkers: 1000 }

const layerOf = (options: Partial<MemoryStore.Options> = {}) =>
  Layer.sync(CacheStore.CacheStore, () => MemoryStore.make({ ...roomy, ...options }))

/** Trouble by chance, the same sequence of it for each store. */
const troubled = (chances: ChaosStore.Chances, options: Partial<MemoryStore.Options> = {}) =>
  Layer.effect(
    CacheStore.CacheStore,
    Effect.map(Random.Random.pipe(Random.withSeed("trouble")), (random) => {
      const plan = ChaosStore.random(chances)
      return ChaosStore.make(
        MemoryStore.make({ ...roomy, ...options }),
        (step) => Effect.provideService(plan(step), Random.Random, random)
      )
    })
  )

suite("MemoryStore", layerOf())
safety("MemoryStore that remembers one invalidation", layerOf({ maxMarkers: 1 }))
safety("MemoryStore that remembers two invalidations", layerOf({ maxMarkers: 2 }))
safety("MemoryStore that fails", troubled({ fail: 0.3 }))
safety("MemoryStore that loses replies", troubled({ loseReply: 0.4 }))
safety("MemoryStore that hangs", troubled({ hang: 0.2 }))
safety("MemoryStore that is slow", troubled({ delay: 0.5 }))
safety(
  "MemoryStore in every trouble",
  troubled({ fail: 0.15, hang: 0.1, loseReply: 0.2, delay: 0.15 }, { maxMarkers: 3 })
)

const entryOf = (stamp: number, tags: ReadonlyArray<string>, value: unknown = stamp): Entry => ({
  value,
  createdAt: 0,
  freshUntil: 1,
  earlyFrom: 1,
  staleUntil: 1,
  deadline: Infinity,
  confirmed: false,
  delta: 0,
  stamp,
  tags
})

const put = (store: CacheStore.Shape, key: string, tags: ReadonlyArray<string> = [], value: unknown = key) => {
  const stamp = Effect.runSync(store.stamp(subject("any")))
  return Effect.runSync(store.fill({ key, codec: undefined, entry: entryOf(stamp, tags, value), token: undefined }))
}
const dropped = (store: CacheStore.Shape, target: CacheStore.Target) => Effect.runSync(store.invalidate(target)).dropped
const held = (store: CacheStore.Shape) => store.held()
const heldKeys = (store: CacheStore.Shape, keys: ReadonlyArray<string>) =>
  keys.filter((key) => store.peek(key) !== undefined)

describe("the bounds of the embedded store", () => {
  it("are the number of entries: the least recently read leaves first", () => {
    const store = MemoryStore.make({ ...roomy, maxEntries: 3 })
    for (const key of ["a", "b", "c"]) put(store, key)
    store.peek("a")
    Effect.runSync(store.read(subject("b")))
    put(store, "d")
    assert.deepStrictEqual(["a", "b", "d"].map((key) => store.peek(key)?.value), ["a", "b", "d"])
    assert.isUndefined(store.peek("c"))
    put(store, "a", [], "again")
    put(store, "e")
    assert.deepStrictEqual(heldKeys(store, ["a", "b", "c", "d", "e"]), ["a", "d", "e"])
    assert.strictEqual(held(store).entries, 3)
  })

  it("are their bytes, tags and names of properties among them", () => {
    const fat: ReadonlyArray<(i: number) => readonly [unknown, ReadonlyArray<string>]> = [
      (i) => ["x".repeat(1000) + i, []],
      (i) => [new Float64Array(250).fill(i), []],
      (i) => [new Float64Array(250).fill(i).buffer, []],
      (i) => [{ [`name ${i} ${"x".repeat(1000)}`]: 1 }, []],
      (i) => [i, [`tag ${i} ${"x".repeat(1000)}`]]
    ]
    for (const make of fat) {
      const store = MemoryStore.make({ ...roomy, maxBytes: 100_000 })
      for (let i = 0; i < 200; i++) {
        const [value, tags] = make(i)
        assert.strictEqual(put(store, `key ${i}`, tags, value), "stored")
        assert.isAtMost(held(store).bytes, 100_000)
      }
      assert.isBelow(held(store).entries, 50, String(make))
      assert.isAbove(held(store).entries, 20, String(make))
    }
  })

  it("refuse a value larger than all of them, and let nothing older stand in its place", () => {
    const store = MemoryStore.make({ ...roomy, maxBytes: 10_000 })
    put(store, "other")
    put(store, "key", ["x"])
    assert.strictEqual(put(store, "key", ["x"], "x".repeat(10_000)), "too_large")
    assert.deepStrictEqual(heldKeys(store, ["key", "other"]), ["other"])
    assert.strictEqual(dropped(store, { _tag: "Tags", tags: ["x"] }), 0)
    assert.strictEqual(held(store).entries, 1)
  })

  it("let no older compute in after an explicit write, even when its entry was pushed out or never fitted", () => {
    const store = MemoryStore.make({ ...roomy, maxEntries: 1, maxBytes: 2_000 })
    const fillLate = (key: string, stamp: number) =>
      Effect.runSync(store.fill({ key, codec: undefined, entry: entryOf(stamp, []), token: "late" }))
    const before = Effect.runSync(store.stamp(subject("any")))
    assert.strictEqual(put(store, "set"), "stored")
    assert.strictEqual(put(store, "other"), "stored")
    assert.isUndefined(store.peek("set"))
    assert.strictEqual(fillLate("set", before), "refused")
    assert.strictEqual(put(store, "large", [], "x".repeat(10_000)), "too_large")
    assert.strictEqual(fillLate("large", before), "refused")
    assert.strictEqual(fillLate("large", Effect.runSync(store.stamp(subject("any")))), "stored")
  })

  it("of nothing are refused at construction", () => {
    for (const field of ["maxEntries", "maxBytes", "maxMarkers"] as const) {
      for (const bad of [0, -1, 1.5, Number.NaN, Infinity]) {
        assert.throws(
          () => MemoryStore.make({ ...roomy, [field]: bad }),
          RangeError,
          new RegExp(`MemoryStore.make: ${field} .*got ${bad}$`)
        )
      }
    }
  })
})

interface Shadow {
  readonly stamp: number
  readonly tags: ReadonlyArray<string>
  /** Tags of it that were invalidated since it was stored. */
  readonly beaten: ReadonlySet<string>
}

const keys = Array.from({ length: 8 }, (_, i) => `${i % 2 === 0 ? "even" : "odd"}:${i}`)
const tags = ["x", "y", "z"]
const tagSets: ReadonlyArray<ReadonlyArray<string>> = [[], ["x"], ["x", "y"], ["x", "y", "z"], ["y", "y"]]

const steps = Arbitrary.array(
  Arbitrary.all([
    oneOf("put", "put", "put", "put", "read", "peek", "tags", "key", "prefix", "all"),
    oneOf(...keys),
    oneOf(...tagSets),
    integer(0, 2)
  ]),
  { maxLength: 120 }
)

/** What the store must be: a list in the order of use, the least recent first. */
class Model {
  readonly cells = new Map<string, Shadow>()
  private readonly max: number

  constructor(max: number) {
    this.max = max
  }

  touch(key: string): Shadow | undefined {
    const cell = this.cells.get(key)
    if (cell === undefined) return undefined
    this.cells.delete(key)
    this.cells.set(key, cell)
    return cell
  }

  put(key: string, cell: Shadow): void {
    this.cells.delete(key)
    this.cells.set(key, cell)
    if (this.cells.size > this.max) this.cells.delete(this.cells.keys().next().value!)
  }

  /** Entries that an invalidation of the tag takes out, beaten ones by other tags among them. */
  beat(tag: string): number {
    let beaten = 0
    for (const [key, cell] of this.cells) {
      if (!cell.tags.includes(tag) || cell.beaten.has(tag)) continue
      beaten++
      this.cells.set(key, { ...cell, beaten: new Set([...cell.beaten, tag]) })
    }
    return beaten
  }

  drop(keys: ReadonlyArray<string>): number {
    let standing = 0
    for (const key of keys) {
      if (this.cells.get(key)?.beaten.size === 0) standing++
      this.cells.delete(key)
    }
    return standing
  }
}

describe("what the embedded store says it dropped", () => {
  it.prop(
    "is what a plain list says, whatever is filled, read, evicted and invalidated",
    [steps, integer(1, 8)],
    ([steps, max]) => {
      const store = MemoryStore.make({ ...roomy, maxEntries: max })
      const model = new Model(max)
      for (const [step, key, set, tag] of steps) {
        const all = Array.from(model.cells.keys())
        switch (step) {
          case "put":
            put(store, key, set)
            model.put(key, { stamp: 0, tags: set, beaten: new Set() })
            break
          case "peek":
          case "read": {
            const cell = model.touch(key)
            const entry = step === "peek" ? store.peek(key) : Effect.runSync(store.read(subject(key))).entry
            assert.strictEqual(entry !== undefined, cell?.beaten.size === 0)
            if (step === "read" && entry === undefined) model.cells.delete(key)
            break
          }
          case "tags":
            assert.strictEqual(dropped(store, { _tag: "Tags", tags: [tags[tag]!, tags[tag]!] }), model.beat(tags[tag]!))
            break
          case "key":
            assert.strictEqual(dropped(store, { _tag: "Key", key }), model.drop([key]))
            break
          case "prefix":
            assert.strictEqual(
              dropped(store, { _tag: "Prefix", prefix: "even:" }),
              model.drop(all.filter((each) => each.startsWith("even:")))
            )
            break
          case "all":
            assert.strictEqual(dropped(store, { _tag: "All" }), model.drop(all))
            break
        }
        assert.strictEqual(held(store).entries, model.cells.size)
      }
      for (const [i, tag] of tags.entries()) {
        assert.strictEqual(
          dropped(store, { _tag: "Tags", tags: [tag] }),
          model.beat(tag),
          `${i}`
        )
      }
      assert.strictEqual(dropped(store, { _tag: "All" }), model.drop(Array.from(model.cells.keys())))
      assert.deepStrictEqual(held(store), { entries: 0, bytes: 0 })
    },
    repeatedly("dropped")
  )
})

/** How many things all maps and sets below a value hold together: what could leak. */
const mapped = (root: unknown): number => {
  const seen = new Set<unknown>()
  const visit = (value: unknown): number => {
    if (typeof value !== "object" || value === null || seen.has(value) || ArrayBuffer.isView(value)) return 0
    seen.add(value)
    const own = value instanceof Map || value instanceof Set ? value.size : 0
    const inside = value instanceof Map ? [...value.values()] : value instanceof Set ? [] : Object.values(value)
    return inside.reduce((sum: number, each) => sum + visit(each), own)
  }
  return visit(root)
}

describe("a long life", () => {
  it("leaves nothing behind of a hundred thousand keys, tags, prefixes and leases but what its bounds allow", () => {
    const memory = new Memory({ maxEntries: 50, maxBytes: 1_000_000, maxMarkers: 40 })
    let largest = 0
    for (let i = 0; i < 100_000; i++) {
      const lease = memory.lease(claim(`key ${i}`, `token ${i}`, 100), i)
      if (lease._tag === "Granted") {
        memory.fill({
          key: `key ${i}`,
          entry: entryOf(lease.stamp, [`tag ${i}`, `${i % 7}`]),
          token: i % 3 === 0 ? `token ${i}` : undefined
        })
      }
      if (i % 5 === 0) memory.invalidate({ _tag: "Tags", tags: [`tag ${i - 3}`, `no tag ${i}`] })
      if (i % 7 === 0) memory.invalidate({ _tag: "Key", key: `key ${i - 2}` })
      if (i % 50 === 0) memory.invalidate({ _tag: "Prefix", prefix: `key ${i}` })
      if (i % 1000 === 0) largest = Math.max(largest, mapped(memory))
    }
    // 50 entries with a private tag each, 2 × 40 markers, twice 1000 prefixes, and leases between two sweeps.
    assert.isAtMost(largest, 50 * 2 + 7 + 2 * 40 + 2 * 1000 + 1001)
  })
})

describe("many leases at once", () => {
  it("are all held, and swept when their time is up", () => {
    const memory = new Memory(roomy)
    for (let i = 0; i < 5000; i++) memory.lease(claim(`key ${i}`, "mine", 1000), 0)
    for (let i = 0; i < 5000; i++) assert.strictEqual(memory.lease(claim(`key ${i}`, "theirs", 1000), 999)._tag, "Busy")
    for (let i = 5000; i < 20_000; i++) memory.lease(claim(`key ${i}`, "mine", 1), 1000 + i)
    assert.isBelow(mapped(memory), 10_001)
  })
})
