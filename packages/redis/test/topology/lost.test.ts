/** Masters of a Cluster that die: with a replica that takes their place, and without. */
import { assert, describe, it } from "@effect/vitest"
import * as Invalidation from "@smart-cache/core/Invalidation"
import { Effect } from "effect"
import * as Keys from "../../src/internal/keys.ts"
import { eventually } from "../servers/client.ts"
import { type Cluster, cluster } from "../servers/cluster.ts"
import type { Handle } from "../servers/process.ts"
import { freshNamespace } from "../support/shared.ts"
import { source } from "./source.ts"
import { inTime, open, type Opened } from "./support.ts"
import { begin, get, keyOf, staleness } from "./traffic.ts"

const matches = ["ars-che", "tot-liv", "mci-mun", "eve-ful"]

/** Waits until a node says this of its replication. */
const says = (node: Handle, text: string) =>
  eventually(Effect.filterOrFail(node.call("INFO", "replication"), (info) => String(info).includes(text)))

/** Lets the replica of a master receive nothing any more, and waits until it knows that its link is down. */
const isolate = Effect.fnUntraced(function*({ replicas }: Cluster, master: Handle) {
  const isOwn = (replica: Handle) =>
    Effect.map(replica.call("INFO", "replication"), (text) => String(text).includes(`master_port:${master.port}`))
  const [replica] = yield* Effect.filter(replicas, isOwn)
  if (replica === undefined) return yield* Effect.die(new Error("the master has no replica"))
  // A user that the master does not know.
  yield* replica.call("CONFIG", "SET", "masteruser", "nobody", "masterauth", "nothing")
  yield* master.call("CLIENT", "KILL", "TYPE", "replica")
  yield* says(replica, "master_link_status:down")
  return replica
})

/** Waits until reads of all these matches are answered by the store again. */
const recovered = (opened: Opened, prices: Effect.Success<ReturnType<typeof source>>) =>
  Effect.forEach(matches, (match) =>
    eventually(Effect.filterOrFail(
      get(opened, prices, match),
      ({ metadata }) => metadata.source === "redis"
    )), { discard: true })

/** A value of a key with the tag whose mark is going to be lost. */
const value = ({ cache }: Opened, key: string, computed: string) =>
  Effect.map(inTime(cache.get(key, Effect.succeed(computed), { tags: ["{lost}:tag"] })), ({ value }) => value)

describe("a master of a Cluster that dies", () => {
  it.live("is replaced while reads go on, and what it had not passed on stays invalidated", () =>
    Effect.gen(function*() {
      const servers = yield* cluster({ replicas: 1 })
      const namespace = freshNamespace()
      const knows = yield* open({ url: servers.url, namespace, tiers: "redis" })
      const reads = yield* open({ url: servers.url, namespace, tiers: "redis" })
      // Values of any slot; the tag's mark and one key lie on the master that is going to die.
      const keys = ["{lost}:key", ...Array.from({ length: 12 }, (_, i) => `k${i}`)]
      for (const key of keys) yield* value(knows, key, "old")
      const doomed = yield* servers.masterOf(Keys.make(namespace).value("{lost}:key"))
      for (const each of servers.masters) yield* each.call("WAIT", "1", "5000")
      const heir = yield* isolate(servers, doomed)
      yield* knows.cache.invalidate(Invalidation.key("{lost}:key"))
      yield* knows.cache.invalidate(Invalidation.tags("{lost}:tag"))
      const prices = yield* source(matches)
      // Replication may lose what is invalidated meanwhile; reads must go on all the same.
      const { stop } = yield* begin(matches, prices, [{ opened: reads, lag: Infinity }], reads)
      yield* Effect.sleep("300 millis")
      yield* doomed.stop
      yield* says(heir, "role:master")
      yield* servers.settled
      yield* Effect.sleep(staleness)
      yield* stop
      yield* recovered(reads, prices)
      for (const key of keys) assert.strictEqual(yield* value(reads, key, "new"), "new", key)
    }))

  for (const lost of ["entries", "the sequence"] as const) {
    it.live(`leaves reads to the source until it returns, when it held ${lost}`, () =>
      Effect.gen(function*() {
        const servers = yield* cluster()
        const setup = { url: servers.url, namespace: freshNamespace() }
        const single = yield* open({ ...setup, tiers: "redis" })
        const tiered = yield* open(setup)
        const prices = yield* source(matches)
        const readers = [single, tiered].map((opened) => ({ opened, lag: staleness }))
        const { stop } = yield* begin(matches, prices, readers, single)
        yield* Effect.sleep("500 millis")
        const names = Keys.make(setup.namespace)
        const doomed = yield* servers.masterOf(lost === "entries" ? names.value(keyOf("ars-che")) : names.sequence)
        yield* doomed.stop
        const [other] = servers.masters.filter(({ port }) => port !== doomed.port)
        if (other === undefined) return assert.fail("too few masters")
        yield* eventually(Effect.filterOrFail(
          other.call("CLUSTER", "INFO"),
          (text) => String(text).includes("cluster_state:fail")
        ))
        yield* Effect.sleep("1 second")
        const errors = single.metric("store_errors")
        assert.isAbove(errors, 0)
        yield* doomed.restart
        yield* servers.settled
        const before = prices.counts.acknowledged
        yield* eventually(Effect.suspend(() =>
          prices.counts.acknowledged > before + matches.length ? Effect.void : Effect.fail("nothing is invalidated")
        ))
        yield* stop
        yield* recovered(single, prices)
      }))
  }
})
