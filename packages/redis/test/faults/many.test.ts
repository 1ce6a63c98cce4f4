/** Many processes lose the same server at once, and get it back. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Single } from "../servers/single.ts"
import { single } from "../servers/single.ts"
import { freshNamespace } from "../support/shared.ts"
import { type Cached, locked, open } from "./support/caches.ts"
import { read, type Tally, tally } from "./support/crowd.ts"
import { Truth } from "./support/truth.ts"
import { witnessed } from "./support/witness.ts"

const tiers = "memory over redis"
const size = 50
/** Connections of one cache: commands, news of the store, odds. */
const connectionsEach = 3
const staleness = 2000

const numberIn = (server: Single, section: string, name: string): Effect.Effect<number> =>
  Effect.map(
    server.call("INFO", section),
    (text) => Number(new RegExp(`${name}[:=](\\d+)`).exec(String(text))?.[1] ?? 0)
  )

const calls = (server: Single, command: string) => numberIn(server, "commandstats", `cmdstat_${command}:calls`)

const readAll = (caches: ReadonlyArray<Cached>, truth: Truth, seen: Tally) =>
  Effect.forEach(
    caches,
    (cached, index) => Effect.forEach(truth.keys, (key) => read(cached, index, tiers, truth, key, seen)),
    { concurrency: "unbounded" }
  )

describe("many caches", () => {
  it.live("come back one by one, read nothing that nobody asks for, and compute each key once", () =>
    witnessed((witness) =>
      Effect.gen(function*() {
        const server = yield* single(locked)
        const namespace = freshNamespace()
        const truth = new Truth(10)
        const seen = tally()
        const caches = yield* Effect.forEach(
          Array.from({ length: size }),
          () => open({ tiers, port: server.port, namespace }),
          { concurrency: "unbounded" }
        )
        yield* readAll(caches, truth, seen)
        yield* server.stop
        yield* Effect.sleep(2500)
        yield* server.restart
        const began = performance.now()
        yield* Effect.sleep(4000)
        const seconds = (performance.now() - began) / 1000 + 1
        // Each connects once and stays; this test itself asks a few things, each on a connection of its own.
        const connections = yield* numberIn(server, "stats", "total_connections_received")
        assert.isAtLeast(connections, size * connectionsEach)
        assert.isAtMost(connections, size * connectionsEach * 1.2 + 20)
        // Nobody reads, so nothing is read; each looks for news every quarter of the staleness, and when it has subscribed.
        assert.strictEqual(yield* calls(server, "mget"), 0)
        const scripts = (yield* calls(server, "evalsha")) + (yield* calls(server, "eval"))
        assert.isAtMost(scripts, size * (seconds * 4000 / staleness + 6))
        const before = truth.computes
        yield* readAll(caches, truth, seen)
        assert.isAtMost(truth.computes - before, truth.keys.length * 2)
        assert.deepStrictEqual([seen.failed, seen.stale, witness.unhandled], [[], [], []])
        assert.isAtMost(witness.lines.length, size * 12)
      })
    ))
})
