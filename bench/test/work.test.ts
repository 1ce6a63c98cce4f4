/** How much work a read is: counts that are the same on every machine, so that one more of anything is noticed. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { redisServer, type Server } from "../src/redisServer.ts"
import { measure, type Measured } from "../src/work/measure.ts"
import type { Place } from "../src/work/scenario.ts"

let server: Server
let rows: ReadonlyArray<Measured>

beforeAll(async () => {
  server = await redisServer(undefined)
  rows = await measure(server)
}, 300_000)

afterAll(() => server.stop())

const of = (place: Place, name: string): Measured => {
  const row = rows.find((row) => row.place === place && row.name === name)
  if (row === undefined) throw new Error(`nothing was counted of "${name}" in ${place}`)
  return row
}

const counts = (place: Place, name: string) => of(place, name).counts
const sent = (name: string) => counts("redis", name).sent

/** Promises, timers and fibers. */
const made = (place: Place, name: string): ReadonlyArray<number> => {
  const { fibers, promises, timers } = counts(place, name)
  return [promises, timers, fibers]
}

const none = [0, 0, 0]

describe("a hit in memory", () => {
  const hits = [
    ["memory", "hit"],
    ["memory", "hit with 5 tags and 3 odds"],
    ["memory that ages", "stale hit, its refresh under way"],
    ["memory over redis", "hit"]
  ] as const

  it.each(hits)("in %s, %s: makes no promise, no timer, no fiber, and asks nobody", (place, name) => {
    const { computes, immediates, scripted, sent, writes } = counts(place, name)
    assert.deepStrictEqual(made(place, name), none)
    assert.deepStrictEqual({ computes, immediates, scripted, sent, writes }, {
      computes: 0,
      immediates: 0,
      scripted: {},
      sent: {},
      writes: 0
    })
  })

  it.each([...hits.slice(0, 2), hits[3]])("in %s, %s: allocates less than a kilobyte", (place, name) => {
    assert.isBelow(of(place, name).bytes!.most, 1024)
  })

  it("stale: allocates less than two", () => {
    assert.isBelow(of("memory that ages", "stale hit, its refresh under way").bytes!.most, 2048)
  })

  it("awaited by runPromise: Effect's own fiber and promises", () => {
    assert.deepStrictEqual(made("memory", "hit by runPromise"), [2, 0, 1])
  })

  it("of 50 keys at once: no promise, no timer", () => {
    const { computes, promises, timers } = counts("memory", "getMany of 50 that are held")
    assert.deepStrictEqual({ computes, promises, timers }, { computes: 0, promises: 0, timers: 0 })
  })
})

describe("a compute", () => {
  it.each(["miss and its compute", "stampede of 1,000", "getMany of 50 that are missing"])(
    "%s: one, without a promise",
    (name) => {
      const { computes, promises } = counts("memory", name)
      assert.deepStrictEqual({ computes, promises }, { computes: 1, promises: 0 })
    }
  )

  it("of a miss: no timer where it ends at once", () => {
    assert.strictEqual(counts("memory", "miss and its compute").timers, 0)
  })

  it("of a stampede: a timer for each millisecond in which readers came, not for each reader", () => {
    assert.isBelow(counts("memory", "stampede of 1,000").timers, 500)
  })

  it("of a miss allocates less than 64 KB", () => {
    assert.isBelow(of("memory", "miss and its compute").bytes!.most, 65_536)
  })
})

describe("a read through Redis", () => {
  it.each(["hit", "hit with 5 tags", "getMany of 50 that are held"])("%s: one command in one write", (name) => {
    assert.deepStrictEqual([sent(name), counts("redis", name).writes], [{ mget: 1 }, 1])
  })

  it("100 at once: one command in one write, and no more promises than one reader's", () => {
    const { promises, sent, writes } = counts("redis", "100 hits at once")
    assert.deepStrictEqual({ promises, sent, writes }, {
      promises: counts("redis", "hit").promises,
      sent: { mget: 1 },
      writes: 1
    })
  })

  it("a miss: two commands, or three where hits are the rule", () => {
    assert.deepStrictEqual(sent("miss and its compute, where misses are the rule"), { evalsha: 2 })
    assert.deepStrictEqual(sent("miss and its compute, where hits are the rule"), { mget: 1, evalsha: 2 })
  })

  it("a stampede: one compute, one lease, one fill", () => {
    const { computes, sent } = counts("redis", "stampede of 1,000")
    assert.deepStrictEqual([computes, sent["evalsha"]], [1, 2])
  })
})

describe("a change", () => {
  it.each(["tag, 10", "tag, 1,000", "tag, 40,000", "event, 1,000"])(
    "by %s entries: one command, and nothing that grows with them",
    (what) => {
      const name = `invalidate by ${what} entries`
      assert.deepStrictEqual([sent(name), counts("redis", name).writes], [{ evalsha: 1 }, 1])
      assert.deepStrictEqual(made("redis", name), made("redis", "invalidate by tag, 10 entries"))
      assert.deepStrictEqual(made("memory", name), [0, 0, 1])
    }
  )

  it("by key: one command", () => {
    assert.deepStrictEqual(sent("invalidate one key among 1,000 entries"), { evalsha: 1 })
  })

  it("a write: two commands", () => {
    assert.deepStrictEqual(sent("set"), { evalsha: 2 })
    assert.deepStrictEqual(counts("memory", "set").promises, 0)
  })
})
