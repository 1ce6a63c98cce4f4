/** Slots that move while they are read and written: redirections are followed, nothing stale is read. */
import { assert, describe, it } from "@effect/vitest"
import * as Invalidation from "@smart-cache/core/Invalidation"
import slotOf from "cluster-key-slot"
import { Effect, Fiber, Ref } from "effect"
import * as Keys from "../../src/internal/keys.ts"
import { eventually } from "../servers/client.ts"
import { cluster } from "../servers/cluster.ts"
import { freshNamespace, shared } from "../support/shared.ts"
import { move } from "./reshard.ts"
import { source } from "./source.ts"
import { errorsOf, inTime, open, type Opened, resetCounters } from "./support.ts"

const servers = shared(cluster())

const matches = ["ars-che", "tot-liv", "mci-mun"]
const markets = ["match-odds", "draw-no-bet"]
const keyOf = (match: string) => `match:{${match}}:prices`
const tagsOf = (match: string) => markets.map((market) => `{${match}}:${market}`)

describe("a Cluster that is resharded", () => {
  it.live("answers every read, and none with what was invalidated before", () =>
    Effect.gen(function*() {
      const namespace = freshNamespace()
      const setup = { url: servers().url, namespace }
      const single = yield* open({ ...setup, tiers: "redis" })
      const tiered = yield* open(setup)
      const prices = yield* source(matches)
      const done = yield* Ref.make(false)
      const whileMoving = <E>(step: Effect.Effect<void, E>) =>
        Effect.forkChild(Effect.gen(function*() {
          while (!(yield* Ref.get(done))) yield* Effect.andThen(step, Effect.sleep("5 millis"))
        }))
      const read = ({ cache }: Opened, match: string, lag: number) =>
        prices.check(match, lag, inTime(cache.get(keyOf(match), prices.compute(match), { tags: tagsOf(match) })))
      const readers = yield* Effect.forEach(matches, (match) =>
        whileMoving(Effect.andThen(read(single, match, 0), read(tiered, match, 2500))))
      const writers = yield* Effect.forEach(matches, (match, i) =>
        whileMoving(Effect.gen(function*() {
          const what = i % 2 === 0 ? Invalidation.tags(...tagsOf(match)) : Invalidation.key(keyOf(match))
          yield* prices.change(match, single.cache.invalidate(what))
          yield* Effect.sleep("20 millis")
        })))
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
      yield* Ref.set(done, true)
      yield* Effect.forEach([...readers, ...writers], Fiber.join)
      const errors = yield* errorsOf(servers().nodes)
      // The test would show nothing without these.
      assert.isAbove(errors["MOVED"] ?? 0, 0)
      assert.isAbove(errors["ASK"] ?? 0, 0)
      assert.isAbove(errors["TRYAGAIN"] ?? 0, 0)
      assert.isUndefined(errors["CROSSSLOT"])
      assert.isAbove(prices.counts.acknowledged, 0)
      for (const { cache } of [single, tiered]) {
        for (const match of matches) {
          const get = cache.get(keyOf(match), prices.compute(match), { tags: tagsOf(match) })
          yield* eventually(Effect.filterOrFail(get, ({ metadata }) =>
            metadata.source !== "compute"))
        }
      }
    }))
})
