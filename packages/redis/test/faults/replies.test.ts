/** What the server answers is lost, or it has forgotten the scripts. */
import { assert, describe, it } from "@effect/vitest"
import * as Invalidation from "@smart-cache/core/Invalidation"
import { Effect, Schedule } from "effect"
import { proxy } from "../servers/proxy.ts"
import { single } from "../servers/single.ts"
import { freshNamespace } from "../support/shared.ts"
import { locked, open, patient } from "./support/caches.ts"
import { both, endure } from "./support/ordeal.ts"
import { witnessed } from "./support/witness.ts"

const pause = Schedule.spaced("25 millis")

for (const tiers of both) {
  describe(`replies, ${tiers}`, () => {
    for (const match of ["mget", "evalsha"]) {
      it.live(`replies to ${match} cut, one after the other`, () =>
        Effect.gen(function*() {
          const before = yield* proxy(yield* single(locked))
          yield* endure({
            tiers,
            port: before.port,
            lines: 60,
            fault: () =>
              Effect.gen(function*() {
                for (let round = 0; round < 10; round++) {
                  yield* before.set({ _tag: "CutReply", match, times: 1 })
                  yield* Effect.sleep(200)
                }
                yield* before.set({ _tag: "None" })
              })
          })
        }))
    }

    it.live("a fill whose reply was lost is what it would have been", () =>
      witnessed(() =>
        Effect.gen(function*() {
          const before = yield* proxy(yield* single(locked))
          const { cache } = yield* open({ tiers, port: before.port, namespace: freshNamespace() })
          yield* cache.set("k", "first")
          // Only the step that stores it says the value.
          yield* before.set({ _tag: "CutReply", match: "second", times: 1 })
          const error = yield* Effect.flip(cache.set("k", "second"))
          assert.strictEqual(error.reason._tag, "StoreFailed")
          assert.strictEqual(yield* before.met, 1)
          let value = ""
          for (let i = 0; i < 400 && value === ""; i++) {
            const read = yield* cache.get("k", Effect.succeed("computed"))
            if (read.metadata.source !== "compute") value = read.value
            yield* Effect.sleep(25)
          }
          // A compute that began after the write may have come first; what was there before it may not.
          assert.include(["second", "computed"], value)
          yield* cache.invalidate(Invalidation.key("k"))
          assert.strictEqual((yield* cache.get("k", Effect.succeed("third"))).value, "third")
        })
      ))

    it.live("an invalidation whose reply was lost has happened, or may be repeated", () =>
      witnessed(() =>
        Effect.gen(function*() {
          const before = yield* proxy(yield* single(locked))
          const { cache } = yield* open({ tiers, port: before.port, namespace: freshNamespace() })
          yield* cache.get("k", Effect.succeed("old"), { tags: ["a"] })
          yield* before.set({ _tag: "CutReply", match: "Tags", times: 1 })
          const error = yield* Effect.flip(cache.invalidate(Invalidation.tags("a")))
          assert.strictEqual(error.reason._tag, "StoreFailed")
          yield* Effect.retry(cache.invalidate(Invalidation.tags("a")), { times: 200, schedule: pause })
          const read = yield* cache.get("k", Effect.succeed("new"), { tags: ["a"] })
          assert.strictEqual(read.value, "new")
        })
      ))

    it.live("scripts forgotten in the middle", () =>
      Effect.gen(function*() {
        const server = yield* single(locked)
        const scene = yield* endure({
          tiers,
          redis: patient,
          port: server.port,
          lines: 2,
          fault: () => Effect.repeat(Effect.andThen(server.call("SCRIPT", "FLUSH"), Effect.sleep(100)), { times: 20 })
        })
        // The script is sent in full then, in the same step.
        assert.deepStrictEqual(scene.written.failed, [])
      }))
  })
}
