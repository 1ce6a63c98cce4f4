/** The server is there and does not answer. */
import { assert, describe, it } from "@effect/vitest"
import * as Invalidation from "@smart-cache/core/Invalidation"
import { Effect, Fiber } from "effect"
import { single } from "../servers/single.ts"
import { freshNamespace } from "../support/shared.ts"
import { locked, open } from "./support/caches.ts"
import { hits, reads } from "./support/crowd.ts"
import { both, endure } from "./support/ordeal.ts"
import { witnessed } from "./support/witness.ts"

for (const tiers of both) {
  describe(`hangs, ${tiers}`, () => {
    it.live("stopped for three seconds, then continued", () =>
      Effect.gen(function*() {
        const server = yield* single(locked)
        const scene = yield* endure({
          tiers,
          port: server.port,
          fault: () => Effect.andThen(server.pause, Effect.sleep(3000)).pipe(Effect.ensuring(server.resume))
        })
        assert.isAbove(scene.during.sources["compute"] ?? 0, 0)
        assert.isAbove(scene.written.failed.length, 0)
        // Once the socket has been given up, reads wait for their computes alone.
        assert.isAbove(reads(scene.during), 200)
      }))

    it.live("stopped again and again", () =>
      Effect.gen(function*() {
        const server = yield* single(locked)
        const freeze = Effect.andThen(server.pause, Effect.sleep(400)).pipe(
          Effect.ensuring(server.resume),
          Effect.andThen(Effect.sleep(200))
        )
        yield* endure({ tiers, port: server.port, fault: () => Effect.repeat(freeze, { times: 5 }) })
      }))

    it.live("busy with another's long command", () =>
      Effect.gen(function*() {
        const server = yield* single(locked)
        const scene = yield* endure({
          tiers,
          port: server.port,
          fault: () => Effect.asVoid(server.call("DEBUG", "SLEEP", "2"))
        })
        assert.isAbove(scene.written.failed.length, 0)
      }))

    it.live("writes held back", () =>
      Effect.gen(function*() {
        const server = yield* single(locked)
        const scene = yield* endure({
          tiers,
          port: server.port,
          fault: () => Effect.andThen(server.call("CLIENT", "PAUSE", "2000", "WRITE"), Effect.sleep(2000))
        })
        assert.isAbove(scene.written.failed.length, 0)
        // A read waits behind the writes of its own process on the one connection; memory waits for nobody.
        assert.isAbove(hits(scene.during), tiers === "redis" ? 0 : reads(scene.during) / 2)
        assert.isAbove(scene.written.failed.length, 0)
      }))

    it.live("busy with an endless script, until somebody kills it", () =>
      Effect.gen(function*() {
        const server = yield* single({ ...locked, args: [...locked.args, "--busy-reply-threshold", "200"] })
        const scene = yield* endure({
          tiers,
          port: server.port,
          fault: () =>
            Effect.gen(function*() {
              const endless = yield* Effect.forkScoped(Effect.exit(server.call("EVAL", "while true do end", "0")))
              yield* Effect.sleep(2500)
              yield* server.call("SCRIPT", "KILL")
              yield* Fiber.await(endless)
            })
        })
        assert.isAbove(scene.written.failed.length, 0)
      }))

    it.live("a lease that nobody could give back blocks nobody for longer than it lasts", () =>
      witnessed(() =>
        Effect.gen(function*() {
          const server = yield* single(locked)
          const namespace = freshNamespace()
          const config = { leaseTtl: 1500 }
          const port = server.port
          const first = yield* open({ tiers, port, namespace, config })
          const second = yield* open({ tiers, port, namespace, config })
          yield* first.cache.invalidate(Invalidation.key("k"))
          // The server stops while the compute runs: its fill and the release of its lease time out.
          const began = yield* Effect.forkScoped(first.cache.get("k", Effect.as(Effect.sleep(300), 1)))
          yield* Effect.sleep(100)
          yield* server.pause
          assert.strictEqual((yield* Fiber.join(began)).value, 1)
          // Longer than the socket is kept: whatever was in it comes to the server when it goes on.
          yield* Effect.sleep(1500)
          yield* server.resume
          const since = performance.now()
          let source = ""
          while (source !== "redis" && source !== "memory") {
            assert.isBelow(performance.now() - since, 5000)
            source = (yield* second.cache.get("k", Effect.as(Effect.sleep(5), 2))).metadata.source
            yield* Effect.sleep(20)
          }
          assert.isBelow(performance.now() - since, 1500 + 1500)
        })
      ))
  })
}
