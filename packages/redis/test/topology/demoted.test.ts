/** A server that is made a replica of another: it refuses writes, and at worst all reads. */
import { assert, describe, it } from "@effect/vitest"
import * as Invalidation from "@smart-cache/core/Invalidation"
import { Effect } from "effect"
import { eventually } from "../servers/client.ts"
import { sentinel } from "../servers/sentinel.ts"
import { single } from "../servers/single.ts"
import { freshNamespace } from "../support/shared.ts"
import { source } from "./source.ts"
import { errorsOf, inTime, open, resetCounters } from "./support.ts"
import { begin, get, staleness } from "./traffic.ts"

const matches = ["ars-che", "tot-liv"]

describe("a demoted master", () => {
  it.live("is left for the new one when an operator asks for a failover, while reads and writes go on", () =>
    Effect.gen(function*() {
      const servers = yield* sentinel()
      const setup = { url: servers.url, namespace: freshNamespace() }
      const one = yield* open({ ...setup, tiers: "redis" })
      const tiered = yield* open(setup)
      const prices = yield* source(matches)
      const readers = [one, tiered].map((opened) => ({ opened, lag: staleness }))
      const { stop } = yield* begin(matches, prices, readers, one)
      yield* Effect.sleep("300 millis")
      const [asked] = servers.sentinels
      if (asked === undefined) return assert.fail("no Sentinel runs")
      yield* asked.call("SENTINEL", "FAILOVER", "mymaster")
      yield* eventually(Effect.filterOrFail(servers.current, (port) => port === servers.replica.port))
      const before = prices.counts.acknowledged
      yield* eventually(
        Effect.suspend(() =>
          prices.counts.acknowledged > before + matches.length ? Effect.void : Effect.fail("nothing is invalidated")
        )
      )
      yield* Effect.sleep("1 second")
      yield* stop
      for (const match of matches) {
        yield* eventually(Effect.filterOrFail(
          get(one, prices, match),
          ({ metadata }) => metadata.source === "redis"
        ))
      }
    }))

  it.live("fails no read when it refuses writes, nor when it has lost its own master", () =>
    Effect.gen(function*() {
      const server = yield* single()
      const other = yield* single()
      const { cache, metric } = yield* open({ url: server.url, namespace: freshNamespace() })
      let source = 0
      const read = inTime(cache.get("k", Effect.sync(() => ++source)))
      yield* read
      yield* resetCounters([server])
      yield* server.call("REPLICAOF", "127.0.0.1", String(other.port))
      yield* eventually(Effect.filterOrFail(
        server.call("INFO", "replication"),
        (text) => String(text).includes("master_link_status:up")
      ))
      const refused = yield* Effect.flip(cache.invalidate(Invalidation.key("k")))
      assert.strictEqual(refused.reason._tag, "StoreFailed")
      yield* eventually(Effect.filterOrFail(errorsOf([server]), ({ READONLY = 0 }) => READONLY > 0))
      yield* server.call("CONFIG", "SET", "replica-serve-stale-data", "no")
      yield* other.stop
      yield* eventually(
        Effect.andThen(read, Effect.filterOrFail(errorsOf([server]), ({ MASTERDOWN = 0 }) => MASTERDOWN > 0))
      )
      // Out of reach for longer than memory may be trusted: the source answers.
      yield* Effect.sleep(staleness)
      const known = source
      source += 10
      yield* eventually(Effect.filterOrFail(read, ({ value }) => value > known))
      assert.isAbove(metric("store_errors"), 0)
      yield* server.call("REPLICAOF", "NO", "ONE")
      yield* eventually(cache.invalidate(Invalidation.key("k")))
      const { value } = yield* read
      assert.strictEqual((yield* read).value, value)
      assert.strictEqual(value, source)
    }))
})
