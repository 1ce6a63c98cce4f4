import { assert, describe, it } from "@effect/vitest"
import type { Shape } from "@smart-cache/redis/IoRedis"
import { Duration, Effect } from "effect"
import { client, eventually, until } from "./servers/client.ts"
import { type Cluster, cluster } from "./servers/cluster.ts"
import { sentinel } from "./servers/sentinel.ts"

describe("IoRedis by Sentinel", () => {
  it.live("follows the master through a failover, its subscriptions too", () =>
    Effect.gen(function*() {
      const servers = yield* sentinel()
      const redis = yield* client({ url: servers.url })
      let connections = 0
      const heard: Array<string> = []
      yield* redis.subscribe(["news"], {
        message: (_, text) => void heard.push(text),
        connected: () => void connections++
      })
      const write = redis.use("write", (each) => each.set("k", "v"))
      assert.strictEqual(yield* write, "OK")
      yield* until(() => connections === 1)
      yield* servers.master.stop
      yield* eventually(Effect.flip(write))
      assert.strictEqual(yield* eventually(write), "OK")
      assert.strictEqual(yield* servers.current, servers.replica.port)
      yield* until(() => connections >= 2)
      yield* servers.replica.call("PUBLISH", "news", "after")
      yield* until(() => heard.includes("after"))
      assert.strictEqual(redis.topology, "single")
    }))

  it.live("builds while no Sentinel listens, and connects when they do", () =>
    Effect.gen(function*() {
      const servers = yield* sentinel()
      yield* Effect.forEach(servers.sentinels, (each) => each.stop)
      const redis = yield* client({ url: servers.url })
      const write = redis.use("write", (each) => each.set("k", "v"))
      yield* Effect.flip(write)
      yield* Effect.forEach(servers.sentinels, (each) => each.restart)
      assert.strictEqual(yield* eventually(write), "OK")
    }))
})

const keys = Array.from({ length: 60 }, (_, index) => `k${index}`)

/** Writes keys of every node; fails with the first that fails. */
const writeAll = (redis: Shape) =>
  Effect.forEach(keys, (key) => redis.use("write", (each) => each.set(key, "v")), { discard: true })

/** A key that this master serves. */
const keyOf = (servers: Cluster, port: number) =>
  Effect.gen(function*() {
    for (const key of keys) if ((yield* servers.masterOf(key)).port === port) return key
    return yield* Effect.die(new Error("no key of this master"))
  })

describe("IoRedis on a Cluster", () => {
  it.live("survives the death of a node, of all nodes, and their return", () =>
    Effect.gen(function*() {
      const servers = yield* cluster()
      const redis = yield* client({ url: servers.url })
      let connections = 0
      yield* redis.subscribe(["news"], { message: () => {}, connected: () => void connections++ })
      yield* writeAll(redis)
      yield* until(() => connections === 1)
      assert.strictEqual(redis.topology, "cluster")
      assert.strictEqual((yield* redis.health).status, "up")
      const dead = yield* servers.masterOf("k0")
      yield* dead.stop
      const [took] = yield* Effect.timed(Effect.flip(redis.use("read", (each) => each.get("k0"))))
      assert.isBelow(Duration.toMillis(took), 1000)
      yield* dead.restart
      yield* servers.settled
      yield* eventually(writeAll(redis))
      yield* Effect.forEach(servers.nodes, (each) => each.stop)
      yield* eventually(Effect.filterOrFail(redis.health, ({ status }) => status === "down"))
      yield* Effect.flip(writeAll(redis))
      const before = connections
      yield* Effect.forEach(servers.nodes, (each) => each.restart)
      yield* servers.settled
      yield* eventually(writeAll(redis))
      yield* until(() => connections > before)
    }))

  it.live("follows a replica that is promoted when its master hangs, and bounds every call", () =>
    Effect.gen(function*() {
      const servers = yield* cluster({ replicas: 1 })
      const redis = yield* client({ url: servers.url })
      yield* writeAll(redis)
      const hung = yield* servers.masterOf("k0")
      yield* hung.pause
      const write = redis.use("write", (each) => each.set("k0", "w"))
      const [took, error] = yield* Effect.timed(Effect.flip(write))
      assert.strictEqual(error.reason._tag, "StoreFailed")
      assert.isBelow(Duration.toMillis(took), 1000)
      assert.strictEqual(yield* eventually(write), "OK")
      yield* hung.resume
      yield* servers.settled
      yield* eventually(writeAll(redis))
    }))

  it.live("hears what is published on any node, also after the subscriber's node died", () =>
    Effect.gen(function*() {
      const servers = yield* cluster()
      const redis = yield* client({ url: servers.url })
      const heard: Array<string> = []
      let connections = 0
      yield* redis.subscribe(["news"], {
        message: (_, text) => void heard.push(text),
        connected: () => void connections++
      })
      yield* until(() => connections === 1)
      for (const each of servers.nodes) yield* each.call("PUBLISH", "news", String(each.port))
      yield* until(() => heard.length === servers.nodes.length)
      for (const each of servers.nodes) yield* each.call("CLIENT", "KILL", "TYPE", "pubsub")
      yield* until(() => connections === 2)
      for (const each of servers.nodes) {
        const before = connections
        const subscribers = String(yield* each.call("PUBSUB", "NUMSUB", "news"))
        if (subscribers.endsWith("0")) continue
        yield* each.stop
        yield* until(() => connections > before)
        break
      }
      assert.strictEqual(connections, 3)
    }))

  it.live("leaves no promise behind when the node that a moving slot is asked of hangs", () =>
    Effect.gen(function*() {
      const seen: Array<unknown> = []
      const note = (reason: unknown) => void seen.push(reason)
      process.on("unhandledRejection", note)
      yield* Effect.addFinalizer(() => Effect.sync(() => process.off("unhandledRejection", note)))
      const servers = yield* cluster()
      const redis = yield* client({ url: servers.url })
      const [from, to] = servers.masters
      if (from === undefined || to === undefined) return assert.fail("too few masters")
      const key = yield* keyOf(servers, from.port)
      const slot = String(yield* from.call("CLUSTER", "KEYSLOT", key))
      yield* from.call("CLUSTER", "SETSLOT", slot, "MIGRATING", String(yield* to.call("CLUSTER", "MYID")))
      yield* to.call("CLUSTER", "SETSLOT", slot, "IMPORTING", String(yield* from.call("CLUSTER", "MYID")))
      // Not there yet: the old node sends the client on to the new one.
      const read = redis.use("read", (each) => each.get(key))
      assert.isNull(yield* read)
      yield* to.pause
      yield* Effect.flip(read)
      yield* Effect.sleep("1 second")
      assert.deepStrictEqual(seen, [])
    }))
})
