/** Slots that move while they are read and written: redirections are followed, nothing stale is read. */
import { assert, describe, it } from "@effect/vitest"
import slotOf from "cluster-key-slot"
import { Effect } from "effect"
import * as Keys from "../../src/internal/keys.ts"
import { eventually } from "../servers/client.ts"
import { cluster } from "../servers/cluster.ts"
import { freshNamespace, shared } from "../support/shared.ts"
import { move } from "./reshard.ts"
import { source } from "./source.ts"
import { errorsOf, open, resetCounters } from "./support.ts"
import { begin, get, keyOf, staleness } from "./traffic.ts"

const servers = shared(cluster())

const matches = ["ars-che", "tot-liv", "mci-mun"]

describe("a Cluster that is resharded", () => {
  it.live("answers every read, and none with what was invalidated before", () =>
    Effect.gen(function*() {
      const namespace = freshNamespace()
      const setup = { url: servers().url, namespace }
      const single = yield* open({ ...setup, tiers: "redis" })
      const tiered = yield* open(setup)
      const prices = yield* source(matches)
      const readers = [{ opened: single, lag: 0 }, { opened: tiered, lag: staleness }]
      const { stop } = yield* begin(matches, prices, readers, single)
      yield* resetCounters(servers().nodes)
      const names = Keys.make(namespace)
      for (let round = 0; round < 3; round++) {
        for (const match of matches) {
          yield* move(servers(), slotOf(names.value(keyOf(match))), round, Effect.sleep("300 millis"))
        }
      }
      // What touches single keys of a moving slot waits for nothing.
      assert.strictEqual(prices.counts.failed, 0)
      for (let round = 0; round < 3; round++) {
        yield* move(servers(), slotOf(names.all), round, Effect.sleep("300 millis"))
      }
      yield* stop
      const errors = yield* errorsOf(servers().nodes)
      // The test would show nothing without these.
      assert.isAbove(errors["MOVED"] ?? 0, 0)
      assert.isAbove(errors["ASK"] ?? 0, 0)
      assert.isAbove(errors["TRYAGAIN"] ?? 0, 0)
      assert.isUndefined(errors["CROSSSLOT"])
      assert.isAbove(prices.counts.acknowledged, 0)
      for (const { opened } of readers) {
        for (const match of matches) {
          const read = get(opened, prices, match)
          yield* eventually(Effect.filterOrFail(read, ({ metadata }) => metadata.source !== "compute"))
        }
      }
    }))
})
