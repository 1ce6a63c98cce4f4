/** A replica that takes its master's place: what it never received is said again by those who know. */
import { assert, describe, it } from "@effect/vitest"
import * as Invalidation from "@smart-cache/core/Invalidation"
import { Clock, Effect } from "effect"
import * as Keys from "../../src/internal/keys.ts"
import { eventually } from "../servers/client.ts"
import { sentinel } from "../servers/sentinel.ts"
import { freshNamespace } from "../support/shared.ts"
import { inTime, open } from "./support.ts"

type Servers = Effect.Success<ReturnType<typeof sentinel>>

/** Lets the replica receive nothing any more, and waits until it knows that its link is down. */
const isolate = Effect.fnUntraced(function*({ master, replica }: Servers) {
  // A user that the master does not know.
  yield* replica.call("CONFIG", "SET", "masteruser", "nobody", "masterauth", "nothing")
  yield* master.call("CLIENT", "KILL", "TYPE", "replica")
  yield* eventually(Effect.filterOrFail(
    replica.call("INFO", "replication"),
    (text) => String(text).includes("master_link_status:down")
  ))
})

/** Waits until the replica has all that its master has. */
const replicated = ({ master }: Servers) => master.call("WAIT", "1", "5000")

const lost = {
  key: Invalidation.key("of a key"),
  tag: Invalidation.tags("tag"),
  prefix: Invalidation.prefix("prefix:")
}
const keys = ["of a key", "of a tag", "prefix:1", "untouched"]
const contextOf = (key: string) => ({ tags: key === "of a tag" ? ["tag"] : [] })

describe("failover by Sentinel", () => {
  it.live("keeps nothing alive that was invalidated before it, and all that was not", () =>
    Effect.gen(function*() {
      const servers = yield* sentinel()
      const setup = { url: servers.url, namespace: freshNamespace() }
      const knows = yield* open(setup)
      const hears = yield* open(setup)
      const reads = yield* open({ ...setup, tiers: "redis" })
      const get = ({ cache }: typeof knows, key: string, value: string) =>
        Effect.map(inTime(cache.get(key, Effect.succeed(value), contextOf(key))), ({ value }) => value)
      for (const key of [...keys, "written"]) {
        for (const each of [knows, hears, reads]) assert.strictEqual(yield* get(each, key, "old"), "old")
      }
      yield* replicated(servers)
      yield* isolate(servers)
      for (const what of Object.values(lost)) yield* knows.cache.invalidate(what)
      yield* knows.cache.set("written", "new")
      yield* servers.master.stop
      // Nobody answers: the source does.
      for (const key of keys) assert.isDefined(yield* get(reads, key, "from the source"))
      yield* eventually(Effect.filterOrFail(servers.current, (port) => port === servers.replica.port))
      for (const each of [knows, hears, reads]) {
        yield* eventually(Effect.filterOrFail(each.redis.health, ({ status }) => status === "up"))
      }
      // A look or two after the connection stands, what was lost has been said again.
      yield* Effect.sleep("1500 millis")
      for (const each of [reads, hears, knows]) {
        for (const key of keys.slice(0, 3)) assert.notStrictEqual(yield* get(each, key, "new"), "old", key)
        assert.strictEqual(yield* get(each, "untouched", "new"), "old")
        assert.notStrictEqual(yield* get(each, "written", "newer"), "old")
      }
    }))

  it.live("issues later stamps than before, also from a clock that is behind", () =>
    Effect.gen(function*() {
      const servers = yield* sentinel()
      const namespace = freshNamespace()
      const { cache } = yield* open({ url: servers.url, namespace })
      yield* cache.get("k", Effect.succeed(1))
      // As if the master's clock had been an hour ahead of the replica's.
      const ahead = ((yield* Clock.currentTimeMillis) + 3_600_000) * 1000
      yield* servers.master.call("SET", Keys.make(namespace).sequence, String(ahead))
      const before = yield* cache.invalidate(Invalidation.key("k"))
      assert.isAbove(before.stamp, ahead)
      yield* replicated(servers)
      yield* servers.master.stop
      const after = yield* eventually(cache.invalidate(Invalidation.key("k")))
      assert.isAbove(after.stamp, before.stamp)
      yield* cache.get("k", Effect.succeed(2))
      const again = yield* cache.get("k", Effect.succeed(3))
      assert.strictEqual(again.value, 2)
    }))

  it.live("issues later stamps than any that were lost", () =>
    Effect.gen(function*() {
      const servers = yield* sentinel()
      const namespace = freshNamespace()
      const { cache } = yield* open({ url: servers.url, namespace })
      yield* cache.get("k", Effect.succeed(1))
      yield* replicated(servers)
      yield* isolate(servers)
      const ahead = ((yield* Clock.currentTimeMillis) + 3_600_000) * 1000
      yield* servers.master.call("SET", Keys.make(namespace).sequence, String(ahead))
      const before = yield* cache.invalidate(Invalidation.key("k"))
      assert.isAbove(before.stamp, ahead)
      yield* servers.master.stop
      yield* eventually(Effect.filterOrFail(
        cache.invalidate(Invalidation.key("another")),
        ({ stamp }) => stamp > before.stamp
      ))
      yield* eventually(cache.get("k", Effect.succeed(2)))
      yield* eventually(Effect.filterOrFail(
        cache.get("k", Effect.succeed(3)),
        ({ metadata }) => metadata.source !== "compute"
      ))
    }))
})
