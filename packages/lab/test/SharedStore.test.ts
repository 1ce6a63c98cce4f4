/** A match day over a real Redis. */
import { assert, describe, it } from "@effect/vitest"
import * as DaySource from "@smart-cache/lab/DaySource"
import * as MatchDay from "@smart-cache/lab/MatchDay"
import * as SharedStore from "@smart-cache/lab/SharedStore"
import { Effect } from "effect"
import { freePort } from "../../redis/test/servers/process.ts"
import { single } from "../../redis/test/servers/single.ts"

const play = (options: Partial<MatchDay.Options>) =>
  MatchDay.run({ source: DaySource.simulated(), seed: 9, reads: 1_500, computeMs: 4_200, ...options })

describe("a match day over Redis", () => {
  it.live("makes the decisions of the embedded cache, and leaves nothing behind", () =>
    Effect.gen(function*() {
      const server = yield* single()
      const { events, store, ...embedded } = yield* play({})
      const over = yield* play({ redis: server.url })
      assert.deepStrictEqual([store, over.store], ["memory", "memory over redis"])
      assert.deepStrictEqual(over, {
        ...embedded,
        store: over.store,
        events: events.map((event) => ({ ...event, dropped: undefined }))
      })
      const commands = String(yield* server.call("INFO", "commandstats"))
      const filled = Number(/cmdstat_evalsha:calls=(\d+)/.exec(commands)?.[1])
      assert.isAbove(filled, over.computes)
      assert.strictEqual(yield* server.call("DBSIZE"), 0)
    }), 120_000)

  it.live("takes away its own names only", () =>
    Effect.gen(function*() {
      const server = yield* single()
      yield* server.call("SET", "matchday-of-somebody-else", "1")
      yield* server.call("SET", "{matchday-x}:seq", "1")
      yield* play({ redis: server.url, reads: 200 })
      assert.strictEqual(yield* server.call("DBSIZE"), 2)
    }), 120_000)

  it.live("ends with an error when the store is lost", () =>
    Effect.gen(function*() {
      const server = yield* single()
      const error = yield* Effect.flip(play({ redis: server.url, onProgress: () => server.stop }))
      assert.strictEqual(error._tag, "SmartCacheError")
      assert.match(error.message, /the store failed in/)
    }), 120_000)

  it.live("is refused at once where nobody answers, without a word of the credentials", () =>
    Effect.gen(function*() {
      const port = yield* freePort
      const url = `redis://someone:pass%40word@127.0.0.1:${port}/0`
      const error = yield* Effect.flip(play({ redis: url }))
      assert.strictEqual(error._tag, "RedisUnavailable")
      assert.include(error.message, `cannot play on redis://127.0.0.1:${port}/0: `)
      assert.include(error.message, "--redis")
      assert.notMatch(error.message, /someone|pass/)
    }), 120_000)

  it.live("refuses a URL that is none without quoting it", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(play({ redis: "htp://someone:password@host" }))
      assert.strictEqual(error._tag, "RedisUrlWrong")
      assert.match(error.message, /^--redis: the URL must be redis:/)
      assert.notMatch(error.message, /someone|password|host/)
    }))

  it.each([
    ["redis://user:a/b?c#d@host:1/2", "redis://host:1/2"],
    ["rediss+cluster://:pw@h1:1,h2:2", "rediss+cluster://h1:1,h2:2"],
    ["redis://host?password=pw", "redis://host"],
    ["user:pw@host:1", "host:1"]
  ])("names %s without its credentials", (url, shown) => {
    const { message } = new SharedStore.RedisUnavailable({ url, problem: "it is away" })
    assert.include(message, `cannot play on ${shown}: it is away;`)
  })
})
