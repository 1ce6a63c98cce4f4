/** What reads and writes cost the server, by its own count. */
import { assert, describe, it } from "@effect/vitest"
import type { Entry } from "@smart-cache/core/CacheEntry"
import * as Invalidation from "@smart-cache/core/Invalidation"
import { Console, Effect } from "effect"
import { Redis } from "ioredis"
import * as Envelope from "../src/internal/envelope.ts"
import * as Keys from "../src/internal/keys.ts"
import { scripts } from "../src/internal/lua.ts"
import { single } from "./servers/single.ts"
import { open, type Process } from "./stampede/caches.ts"
import { freshNamespace, shared } from "./support/shared.ts"

const server = shared(single())

/** Long enough for no look at the server to come between. */
const quiet = "1 hour"

const never = Effect.die(new Error("computed"))

/**
 * Commands that scripts call: the server counts them beside those that are sent. One that is sent and of such a kind would
 * hide among them; in `Tiers.test.ts` MONITOR tells who calls.
 */
const inScripts = new Set(
  Object.values(scripts).flatMap((lua) =>
    Array.from(lua.matchAll(/redis\.p?call\('(\w+)'/g), ([, name = ""]) => name.toLowerCase())
  )
)

/** What keeps connections open, and what the tests themselves ask. */
const besides = /^(?:ping|info|config|client|hello|select|subscribe|command)\b/

type Counts = Readonly<Record<string, number>>

/** Calls of each command since the counters were reset. */
const counts = (what: string): ReadonlyArray<readonly [name: string, calls: number]> =>
  Array.from(what.matchAll(/cmdstat_([\w|-]+):calls=(\d+)/g), ([, name = "", calls]) => [name, Number(calls)] as const)
    .filter(([name]) => !besides.test(name))

/** Commands sent, and called by scripts, while an effect ran. */
const during = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    yield* server().call("CONFIG", "RESETSTAT")
    const result = yield* effect
    const all = counts(String(yield* server().call("INFO", "commandstats")))
    const sent: Counts = Object.fromEntries(all.filter(([name]) => !inScripts.has(name)))
    const inside: Counts = Object.fromEntries(all.filter(([name]) => inScripts.has(name)))
    return { sent, inside, result }
  })

const nothing: Counts = {}

/** Processes of one namespace; the server knows every script that they are going to send. */
const processes = Effect.gen(function*() {
  const namespace = freshNamespace()
  const setup = { url: server().url, config: { beta: 0 }, store: { namespace, staleness: quiet } } as const
  const [writer, reader] = [yield* open(setup), yield* open(setup)]
  for (const { cache } of [writer, reader]) {
    yield* cache.get("warm-up", Effect.succeed(1), { tags: ["warm-up"] })
    yield* cache.set("warm-up", 2)
    yield* cache.invalidate(Invalidation.tags("warm-up"))
  }
  return { namespace, writer, reader }
})

const tagged = { tags: ["t", "u"] }
const get = ({ cache }: Process, key: string) => cache.get(key, Effect.succeed(key), tagged)

/** Lets a process find so much in Redis that it expects to. */
const finds = Effect.fnUntraced(function*({ reader, writer }: { readonly reader: Process; readonly writer: Process }) {
  for (let i = 0; i < 16; i++) {
    yield* writer.cache.set(`found-${i}`, i, tagged)
    const { metadata } = yield* reader.cache.get(`found-${i}`, never, tagged)
    assert.strictEqual(metadata.source, "redis")
  }
})

/** Writes copies of an entry under other keys. */
const copy = async (entry: Entry, namespace: string, keys: ReadonlyArray<string>): Promise<void> => {
  const redis = new Redis(server().url)
  const { value } = Keys.make(namespace)
  const { encode } = Envelope.make({ compressFrom: Infinity, maxBytes: 1 << 20, secret: undefined })
  const pipeline = redis.pipeline()
  for (const key of keys) pipeline.set(value(key), encode(key, entry, entry.value, 0))
  await pipeline.exec()
  redis.disconnect()
}

describe("commands by the server's count", () => {
  it.live("a hit in memory: none", () =>
    Effect.gen(function*() {
      const { writer } = yield* processes
      yield* get(writer, "k")
      const { inside, result, sent } = yield* during(Effect.repeat(get(writer, "k"), { times: 99 }))
      assert.strictEqual(result.metadata.source, "memory")
      assert.deepStrictEqual([sent, inside], [nothing, nothing])
    }))

  it.live("a hit in Redis: one, and no script where hits are the rule", () =>
    Effect.gen(function*() {
      const both = yield* processes
      yield* get(both.writer, "first")
      const first = yield* during(both.reader.cache.get("first", never, tagged))
      assert.strictEqual(first.result.metadata.source, "redis")
      assert.deepStrictEqual(first.sent, { evalsha: 1 })
      yield* finds(both)
      yield* get(both.writer, "k")
      const { inside, result, sent } = yield* during(both.reader.cache.get("k", never, tagged))
      assert.strictEqual(result.metadata.source, "redis")
      assert.deepStrictEqual([sent, inside], [{ mget: 1 }, nothing])
    }))

  it.live("a miss: two, or three where hits are the rule", () =>
    Effect.gen(function*() {
      const both = yield* processes
      const rare = yield* during(get(both.writer, "k"))
      assert.strictEqual(rare.result.metadata.source, "compute")
      assert.deepStrictEqual(rare.sent, { evalsha: 2 })
      yield* finds(both)
      const sudden = yield* during(get(both.reader, "another"))
      assert.strictEqual(sudden.result.metadata.source, "compute")
      assert.deepStrictEqual(sudden.sent, { evalsha: 2, mget: 1 })
      yield* Console.log("inside the scripts of a miss:", rare.inside, "and where hits are the rule:", sudden.inside)
    }))

  it.live("an explicit write: two", () =>
    Effect.gen(function*() {
      const { writer } = yield* processes
      const { sent } = yield* during(writer.cache.set("k", 1, tagged))
      assert.deepStrictEqual(sent, { evalsha: 2 })
    }))

  it.live(
    "an invalidation of a tag: one, for 100,000 entries as for one, inside the script as well",
    () =>
      Effect.gen(function*() {
        const { namespace, reader, writer } = yield* processes
        for (const tag of ["few", "many"]) yield* writer.cache.set(tag, 1, { tags: [tag] })
        const keys = Array.from({ length: 100_000 }, (_, i) => `many-${i}`)
        yield* Effect.promise(() => copy(writer.store.peek("many")!, namespace, keys))
        const held = yield* reader.cache.get("many-77777", never, { tags: ["many"] })
        assert.strictEqual(held.metadata.source, "redis")
        const few = yield* during(writer.cache.invalidate(Invalidation.tags("few")))
        const many = yield* during(writer.cache.invalidate(Invalidation.tags("many")))
        assert.deepStrictEqual(few.sent, { evalsha: 1 })
        assert.deepStrictEqual([many.sent, many.inside], [few.sent, few.inside])
        const beaten = yield* writer.cache.get("many-99999", Effect.succeed(2), { tags: ["many"] })
        assert.deepStrictEqual([beaten.value, beaten.metadata.reason], [2, "invalidated"])
      }),
    60_000
  )

  it.live("a hundred keys that are in Redis: one", () =>
    Effect.gen(function*() {
      const both = yield* processes
      yield* finds(both)
      const keys = Array.from({ length: 100 }, (_, i) => `k${i}`)
      yield* Effect.forEach(keys, (key) => get(both.writer, key), { concurrency: 10 })
      const { inside, result, sent } = yield* during(both.reader.cache.getMany(keys, () => never, () => tagged))
      assert.deepStrictEqual([sent, inside], [{ mget: 1 }, nothing])
      for (const key of keys) assert.strictEqual(result.get(key)?.metadata.source, "redis", key)
    }))
})
