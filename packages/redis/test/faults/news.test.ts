/** Messages of invalidations are lost. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { single } from "../servers/single.ts"
import { locked, patient, staleness } from "./support/caches.ts"
import { hits, write } from "./support/crowd.ts"
import { both, endure } from "./support/ordeal.ts"

for (const tiers of both) {
  describe(`news, ${tiers}`, () => {
    it.live("subscribers cut off again and again while others invalidate", () =>
      Effect.gen(function*() {
        const server = yield* single(locked)
        const scene = yield* endure({
          tiers,
          redis: patient,
          port: server.port,
          lines: 2,
          fault: () =>
            Effect.repeat(Effect.andThen(server.call("CLIENT", "KILL", "TYPE", "pubsub"), Effect.sleep(30)), {
              times: 100
            })
        })
        assert.deepStrictEqual(scene.written.failed, [])
        assert.isAbove(hits(scene.during), 0)
        if (tiers === "memory over redis") {
          const { bus_gaps } = yield* scene.caches[0].metrics
          assert.isAbove(bus_gaps ?? 0, 0)
        }
      }))

    it.live("the only message of an invalidation", () =>
      Effect.gen(function*() {
        const server = yield* single(locked)
        yield* endure({
          tiers,
          redis: patient,
          port: server.port,
          lines: 2,
          habit: "nothing",
          // Until the subscribers are back, nobody hears what the first cache invalidates; then the second must know anyway.
          fault: ({ caches, truth, written }) =>
            Effect.gen(function*() {
              for (const round of truth.keys.keys()) {
                yield* server.call("CLIENT", "KILL", "TYPE", "pubsub")
                yield* write(caches[0], 0, truth, round, "keys and tags", written)
              }
              assert.deepStrictEqual(written.failed, [])
              yield* Effect.sleep(2 * staleness)
            })
        })
      }))

    it.live("no subscriber may connect any more", () =>
      Effect.gen(function*() {
        const server = yield* single(locked)
        const scene = yield* endure({
          tiers,
          redis: patient,
          port: server.port,
          lines: 6,
          fault: () =>
            Effect.gen(function*() {
              yield* server.call("ACL", "SETUSER", "default", "resetchannels")
              yield* server.call("CLIENT", "KILL", "TYPE", "pubsub")
              yield* Effect.sleep(6000)
              yield* server.call("ACL", "SETUSER", "default", "allchannels")
            })
        })
        assert.isAbove(hits(scene.during), 0)
      }))
  })
}
