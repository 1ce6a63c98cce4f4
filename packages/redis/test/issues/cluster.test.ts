/** Marks and stamps of a Cluster, whose nodes disagree about the time. */
import { assert, describe, it } from "@effect/vitest"
import * as Invalidation from "@smart-cache/core/Invalidation"
import { Effect } from "effect"
import * as Keys from "../../src/internal/keys.ts"
import { cluster } from "../servers/cluster.ts"
import { freshNamespace, shared } from "../support/shared.ts"
import { oneTier } from "./oneTier.ts"

const servers = shared(cluster())

const tagged = { tags: ["t"] }

/** Stamps are microseconds. */
const hour = 3_600_000_000
const now = () => Date.now() * 1000

const setup = Effect.gen(function*() {
  const namespace = freshNamespace()
  const keys = Keys.make(namespace)
  const cache = yield* oneTier(servers().url, namespace)
  yield* cache.get("warm-up", Effect.succeed("warm"))
  const call = (command: string, key: string, ...rest: ReadonlyArray<string>) =>
    Effect.flatMap(servers().masterOf(key), (master) => master.call(command, key, ...rest))
  return { cache, call, keys, mark: keys.mark("t") }
})

describe("a mark that a Cluster has evicted", () => {
  it.live("never comes back before stamps that were given, be they ahead of the clock", () =>
    Effect.gen(function*() {
      const { cache, call, keys, mark } = yield* setup
      // The node of the sequence was an hour ahead once.
      yield* call("SET", keys.sequence, String(now() + hour))
      yield* cache.get("k", Effect.succeed("beaten"), tagged)
      yield* cache.invalidate(Invalidation.tags("t"))
      yield* call("DEL", mark)
      yield* cache.get("other", Effect.succeed("other"), tagged)
      assert.strictEqual((yield* cache.get("k", Effect.succeed("computed"), tagged)).value, "computed")
      assert.isAbove(Number(yield* call("GET", mark)), now() + hour / 2)
    }))
})

describe("a mark that is ahead of the sequence", () => {
  it.live("keeps no value that is computed after it from being stored", () =>
    Effect.gen(function*() {
      const { cache, call, mark } = yield* setup
      // The node of the mark is a minute ahead.
      yield* call("SET", mark, String(now() + hour / 60))
      let computes = 0
      const read = cache.get("k", Effect.sync(() => ++computes), tagged)
      assert.deepStrictEqual([(yield* read).value, (yield* read).value, (yield* read).metadata.source], [1, 1, "redis"])
    }))
})
