/** The server has no memory left, throws away what it likes, or reads its disk before it answers. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Keys from "../../src/internal/keys.ts"
import { single } from "../servers/single.ts"
import { locked } from "./support/caches.ts"
import { hits, reads } from "./support/crowd.ts"
import { both, endure } from "./support/ordeal.ts"

for (const tiers of both) {
  describe(`limits, ${tiers}`, () => {
    it.live("out of memory: what is held is still read", () =>
      Effect.gen(function*() {
        const server = yield* single(locked)
        const scene = yield* endure({
          tiers,
          port: server.port,
          fault: ({ during }) =>
            Effect.gen(function*() {
              yield* server.call("CONFIG", "SET", "maxmemory-policy", "noeviction")
              yield* server.call("CONFIG", "SET", "maxmemory", "1mb")
              yield* Effect.sleep(1500)
              assert.isAbove(hits(during) / reads(during), 0.6)
              yield* server.call("CONFIG", "SET", "maxmemory", "0")
            })
        })
        assert.isAbove(scene.written.failed.length, 0)
      }))

    it.live("every kind of name evicted at random", () =>
      Effect.gen(function*() {
        const server = yield* single(locked)
        yield* endure({
          tiers,
          port: server.port,
          lines: 6,
          // The tombstone of a key is what stops computes that run; evicted, it does not (see RedisStore).
          habit: "tags",
          fault: ({ namespace, truth }) =>
            Effect.gen(function*() {
              const keys = Keys.make(namespace)
              const names = [
                keys.sequence,
                keys.all,
                keys.last,
                ...truth.keys.flatMap((key) => [keys.value(key), keys.lease(key), keys.mark(truth.tagOf(key))])
              ]
              const began = performance.now()
              // Another name each time, in an order without a pattern that the readers could follow.
              for (let i = 0; performance.now() - began < 2500; i++) {
                yield* server.call("DEL", names[(i * 7919) % names.length]!)
                yield* Effect.sleep(5)
              }
            })
        })
      }))

    it.live("evicting for want of memory under load", () =>
      Effect.gen(function*() {
        const server = yield* single(locked)
        yield* endure({
          tiers,
          port: server.port,
          habit: "tags",
          fault: () =>
            Effect.gen(function*() {
              yield* server.call("CONFIG", "SET", "maxmemory-policy", "allkeys-random")
              const used = Number(/used_memory:(\d+)/.exec(String(yield* server.call("INFO", "memory")))?.[1])
              yield* server.call("CONFIG", "SET", "maxmemory", String(used + 300_000))
              for (let i = 0; i < 200; i++) {
                yield* server.call("SET", `other:${i}`, "x".repeat(20_000))
                yield* Effect.sleep(5)
              }
              const evicted = /evicted_keys:(\d+)/.exec(String(yield* server.call("INFO", "stats")))?.[1]
              assert.isAbove(Number(evicted), 50)
              yield* server.call("CONFIG", "SET", "maxmemory", "0")
            })
        })
      }))

    it.live("loading what it had on disk", () =>
      Effect.gen(function*() {
        const args = [...locked.args, "--key-load-delay", "20", "--loading-process-events-interval-bytes", "1024"]
        const server = yield* single({ ...locked, args })
        yield* server.call("DEBUG", "POPULATE", "20000", "other", "8")
        const scene = yield* endure({
          tiers,
          port: server.port,
          fault: () =>
            Effect.gen(function*() {
              // In one step: what is acknowledged between a SAVE and the end would be forgotten, as after a failover.
              yield* Effect.exit(server.call("SHUTDOWN", "SAVE"))
              yield* server.restart
            })
        })
        assert.isAbove(scene.during.sources["compute"] ?? 0, 0)
      }))
  })
}
