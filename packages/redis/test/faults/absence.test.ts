/** The server is not there: at the start, suddenly, for a moment, for long. */
import { assert, describe, it } from "@effect/vitest"
import * as Invalidation from "@smart-cache/core/Invalidation"
import { Effect } from "effect"
import { freePort } from "../servers/process.ts"
import { single } from "../servers/single.ts"
import { freshNamespace } from "../support/shared.ts"
import { locked, open, staleness } from "./support/caches.ts"
import { hits, read, reads, tally } from "./support/crowd.ts"
import { both, endure, recover } from "./support/ordeal.ts"
import { Truth } from "./support/truth.ts"
import { witnessed } from "./support/witness.ts"

const thousand = Array.from({ length: 1000 }, (_, i) => `many:${i}`)

for (const tiers of both) {
  describe(`absence, ${tiers}`, () => {
    it.live("at the start: reads compute, and the caches store once the server comes", () =>
      witnessed((witness) =>
        Effect.gen(function*() {
          const port = yield* freePort
          const namespace = freshNamespace()
          const truth = new Truth(9)
          const seen = tally()
          const caches = [yield* open({ tiers, port, namespace }), yield* open({ tiers, port, namespace })] as const
          const sources = yield* Effect.forEach(truth.keys, (key) => read(caches[0], 0, tiers, truth, key, seen))
          assert.deepStrictEqual(new Set(sources), new Set(["compute"]))
          // Nobody listens, which is known at once: a read waits for its compute alone.
          assert.isBelow(seen.slowest, 500)
          yield* single({ ...locked, port })
          yield* recover({ caches, truth }, tiers, seen)
          assert.deepStrictEqual([seen.failed, seen.stale, witness.unhandled], [[], [], []])
          assert.isAtMost(witness.lines.length, 16, witness.lines.join("\n"))
        })
      ))

    it.live("killed under a thousand reads in flight", () =>
      Effect.gen(function*() {
        const server = yield* single(locked)
        const scene = yield* endure({
          tiers,
          port: server.port,
          fault: ({ caches, during, truth }) =>
            Effect.gen(function*() {
              yield* server.pause
              const herd = yield* Effect.forkScoped(
                Effect.forEach(thousand, (key) => read(caches[0], 0, tiers, truth, key, during), {
                  concurrency: "unbounded"
                })
              )
              yield* Effect.sleep(100)
              yield* server.stop
              yield* Effect.sleep(1500)
              assert.deepStrictEqual(herd.pollUnsafe()?._tag, "Success")
              yield* server.restart
            })
        })
        assert.isAbove(scene.during.sources["compute"] ?? 0, 1000)
        assert.isAbove(scene.written.failed.length, 0)
      }))

    it.live("gone: what must reach the server fails typed and at once", () =>
      witnessed((witness) =>
        Effect.gen(function*() {
          const server = yield* single(locked)
          const { cache } = yield* open({ tiers, port: server.port })
          yield* cache.set("k", 1)
          yield* server.stop
          const began = performance.now()
          const errors = [
            yield* Effect.flip(cache.set("k", 2)),
            yield* Effect.flip(cache.invalidate(Invalidation.key("k"))),
            yield* Effect.flip(cache.invalidate(Invalidation.tags("a", "b"))),
            yield* Effect.flip(cache.invalidate(Invalidation.prefix("k"))),
            yield* Effect.flip(cache.invalidate(Invalidation.all))
          ]
          assert.deepStrictEqual(errors.map(({ reason }) => reason._tag), errors.map(() => "StoreFailed"))
          assert.isBelow(performance.now() - began, 2000)
          assert.deepStrictEqual(witness.unhandled, [])
        })
      ))
  })
}

describe("absence, memory over redis", () => {
  it.live("for a moment: memory goes on answering", () =>
    Effect.gen(function*() {
      const tiers = "memory over redis"
      const server = yield* single(locked)
      const scene = yield* endure({
        tiers,
        port: server.port,
        habit: "nothing",
        store: { staleness: "8 seconds" },
        fault: () =>
          Effect.andThen(server.stop, Effect.sleep(2000))
            .pipe(Effect.tap(() => server.restart))
      })
      // Two loops of readers that pause 4 ms: nearly all of their reads are hits.
      assert.isAbove(hits(scene.during) / reads(scene.during), 0.95)
    }))

  it.live("for longer than the staleness: memory is not trusted any more, and is again afterwards", () =>
    Effect.gen(function*() {
      const tiers = "memory over redis"
      const server = yield* single(locked)
      const scene = yield* endure({
        tiers,
        port: server.port,
        habit: "nothing",
        fault: ({ caches, truth }) =>
          Effect.gen(function*() {
            yield* server.stop
            const changes = truth.change(truth.keys)
            yield* Effect.sleep(staleness + 500)
            // Whatever is served now was computed since: as if both had been told of the change.
            for (const by of [0, 1]) truth.acknowledge(changes, by, performance.now())
            const seen = tally()
            yield* Effect.forEach(truth.keys, (key) => read(caches[0], 0, tiers, truth, key, seen))
            assert.deepStrictEqual([seen.failed, seen.stale], [[], []])
            yield* server.restart
          })
      })
      assert.isTrue(scene.witness.lines.some((line) => line.includes("memory is not trusted any more")))
    }))
})
