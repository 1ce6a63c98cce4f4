import { assert, describe, it } from "@effect/vitest"
import type { Entry } from "@smart-cache/core/CacheEntry"
import * as Invalidation from "@smart-cache/core/Invalidation"
import { Console, Effect, Random, Schedule } from "effect"
import { Redis } from "ioredis"
import { plain } from "../../core/test/contract/Ledger.ts"
import * as Envelope from "../src/internal/envelope.ts"
import * as Keys from "../src/internal/keys.ts"
import { eventually } from "./servers/client.ts"
import { single } from "./servers/single.ts"
import { open, type Process } from "./stampede/caches.ts"
import { monitor } from "./stampede/monitor.ts"
import { freshNamespace, shared } from "./support/shared.ts"

/** What a miss sends: a read that claims the lease, and a fill. */
const missCommands = 2

const server = shared(single())

/** Long enough for no look at the server to come between. */
const quiet = "1 hour"

const never = Effect.die(new Error("computed"))

/** Processes on one namespace, with all scripts known to the server and every watch at rest. */
const processes = Effect.fnUntraced(function*(...setups: ReadonlyArray<Partial<Parameters<typeof open>[0]>>) {
  const namespace = freshNamespace()
  const all: Array<Process> = []
  for (const setup of setups) {
    const each = yield* open({ url: server().url, ...setup, store: { namespace, staleness: quiet, ...setup.store } })
    yield* each.cache.get("warm-up", Effect.succeed(1), { tags: ["warm-up"] })
    yield* each.cache.set("warm-up", 2)
    yield* each.cache.invalidate(Invalidation.tags("warm-up"))
    all.push(each)
  }
  yield* Effect.sleep(200)
  return { all, namespace }
})

const pair = Effect.fnUntraced(function*(setup: Partial<Parameters<typeof open>[0]> = {}) {
  const { all: [a, b], namespace } = yield* processes(setup, setup)
  return { a: a!, b: b!, namespace }
})

/** Reads again and again until a read says so; how long that took, in milliseconds. */
const waitFor = Effect.fnUntraced(function*<A, E>(read: Effect.Effect<{ readonly value: A }, E>, value: A) {
  const began = performance.now()
  const seen = Effect.filterOrFail(
    read,
    (result) => result.value === value,
    (result) => ({ expected: value, got: result.value })
  )
  yield* Effect.retry(seen, Schedule.max([Schedule.spaced("5 millis"), Schedule.recurs(2000)]))
  return performance.now() - began
})

const figure = (millis: number): string => `${millis.toFixed(1)} ms`

describe("commands of a read", () => {
  it.live("none on a hit in memory, one on a hit in Redis, on a miss as many as the steps", () =>
    Effect.gen(function*() {
      const { a, b } = yield* pair()
      const { during } = yield* monitor(server().port)
      const tags = { tags: ["t", "u"] }
      const read = ({ cache }: Process) => cache.get("k", Effect.succeed(1), tags)
      const [miss] = yield* during(read(a))
      yield* Console.log(`a miss sends ${miss.sent.join(", ")}; scripts do ${miss.inside.join(", ")}`)
      assert.lengthOf(miss.sent, missCommands)
      const [shared, first] = yield* during(read(b))
      assert.lengthOf(shared.sent, 1)
      assert.strictEqual(first.metadata.source, "redis")
      const [local, second] = yield* during(Effect.andThen(Effect.repeat(read(a), { times: 99 }), read(b)))
      assert.deepStrictEqual(local, { sent: [], inside: [] })
      assert.strictEqual(second.metadata.source, "memory")
    }))

  it.live("whoever waits for another's compute has nothing to give back", () =>
    Effect.gen(function*() {
      const { a, b } = yield* pair()
      const { during } = yield* monitor(server().port)
      const slow = a.cache.get("k", Effect.delay(Effect.succeed("a"), 300))
      const [{ sent }, results] = yield* during(
        Effect.all([slow, Effect.delay(b.cache.get("k", never), 50)], { concurrency: "unbounded" })
      )
      assert.deepStrictEqual(results.map(({ value }) => value), ["a", "a"])
      // Both read; each asks for the lease, one again after each wait; one fills.
      assert.lengthOf(sent, missCommands + 2 + b.metric("lease_waits"))
    }))

  it.live("an invalidation of a tag costs the same for 100,000 entries as for one", () =>
    Effect.gen(function*() {
      const { a, b, namespace } = yield* pair()
      const { during } = yield* monitor(server().port)
      yield* a.cache.set("few", 1, { tags: ["few"] })
      yield* a.cache.set("many", 1, { tags: ["many"] })
      const entry = a.store.peek("many")!
      yield* Effect.promise(() => copy(entry, namespace, Array.from({ length: 100_000 }, (_, i) => `many-${i}`)))
      const held = yield* b.cache.get("many-77777", never, { tags: ["many"] })
      assert.strictEqual(held.metadata.source, "redis")
      const [few] = yield* during(a.cache.invalidate(Invalidation.tags("few")))
      const [[many], took] = yield* timed(during(a.cache.invalidate(Invalidation.tags("many"))))
      yield* Console.log(`100,000 entries: ${many.sent.length} sent, ${many.inside.length} inside, ${figure(took)}`)
      assert.deepStrictEqual(many, few)
      assert.lengthOf(many.sent, 1)
      const again = yield* a.cache.get("many-99999", Effect.succeed(2), { tags: ["many"] })
      assert.deepStrictEqual([again.value, again.metadata.reason], [2, "invalidated"])
    }))
})

const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const began = performance.now()
    return Effect.map(effect, (result) => [result, performance.now() - began] as const)
  })

/** Writes copies of an entry under other keys. */
const copy = async (entry: Entry, namespace: string, keys: ReadonlyArray<string>): Promise<void> => {
  const redis = new Redis(server().url)
  const { value } = Keys.make(namespace)
  const { encode } = Envelope.make({ compressFrom: Infinity, maxBytes: 1 << 20, secret: undefined })
  const pipeline = redis.pipeline()
  for (const key of keys) pipeline.set(value(key), encode(key, entry, entry.value, 0))
  await pipeline.exec()
  redis.disconnect()
}

/** Takes pub/sub from all clients of a server, or gives it back. */
const pubSub = (port: { readonly call: ReturnType<typeof server>["call"] }, is: "off" | "on") =>
  Effect.andThen(
    port.call("ACL", "SETUSER", "default", is === "on" ? "+subscribe" : "-subscribe"),
    port.call("CLIENT", "KILL", "TYPE", "pubsub")
  )

describe("what memory holds when another process", () => {
  it.live("invalidates or writes goes at once, by the news", () =>
    Effect.gen(function*() {
      const { a, b } = yield* pair()
      const read = b.cache.get("k", Effect.succeed("new"), { tags: ["t"] })
      const drops = [Invalidation.key("k"), Invalidation.tags("t"), Invalidation.prefix("k"), Invalidation.all]
      const took: Array<number> = []
      for (const drop of drops) {
        yield* a.cache.set("k", "old", { tags: ["t"] })
        yield* waitFor(read, "old")
        assert.strictEqual((yield* read).metadata.source, "memory")
        yield* a.cache.invalidate(drop)
        took.push(yield* waitFor(read, "new"))
      }
      yield* a.cache.set("k", "written")
      took.push(yield* waitFor(read, "written"))
      yield* Console.log(`in force elsewhere after ${took.map(figure).join(", ")}`)
    }))

  it.live("invalidates goes within the staleness when pub/sub is cut off", () =>
    Effect.gen(function*() {
      const own = yield* single()
      const staleness = 1000
      const { a, b } = yield* pair({ url: own.url, store: { staleness } })
      yield* pubSub(own, "off")
      const took: Array<number> = []
      for (let round = 0; round < 5; round++) {
        yield* a.cache.set("k", `old ${round}`, { tags: ["t"] })
        const read = b.cache.get("k", Effect.succeed(`new ${round}`), { tags: ["t"] })
        yield* waitFor(read, `old ${round}`)
        yield* a.cache.invalidate(Invalidation.tags("t"))
        took.push(yield* waitFor(read, `new ${round}`))
      }
      yield* Console.log(
        `without pub/sub in force elsewhere after ${took.map(figure).join(", ")} (staleness ${staleness} ms)`
      )
      assert.isBelow(Math.max(...took), staleness + 2000)
      assert.isAbove(Math.max(...took), 5)
    }), 60_000)

  it.live(
    "invalidates everything, is read again only when it is asked for, and once for all who ask",
    () =>
      Effect.gen(function*() {
        const own = yield* single()
        const { a, b } = yield* pair({ url: own.url })
        const { during } = yield* monitor(own.port)
        const keys = Array.from({ length: 1000 }, (_, i) => `k-${i}`)
        const fill = Effect.forEach(keys, (key) => a.cache.set(key, 1, { tags: ["t"] }), { concurrency: 100 })
        const load = Effect.forEach(keys, (key) => b.cache.get(key, never, { tags: ["t"] }), { concurrency: 100 })
        yield* Effect.andThen(fill, load)
        assert.strictEqual(b.store.peek("k-1")?.value, 1)
        const [news] = yield* during(Effect.andThen(a.cache.invalidate(Invalidation.tags("t")), Effect.sleep(500)))
        assert.lengthOf(news.sent, 1)
        assert.isUndefined(b.store.peek("k-1"))

        yield* Effect.andThen(fill, load)
        const [gap] = yield* during(Effect.gen(function*() {
          yield* pubSub(own, "off")
          yield* a.cache.invalidate(Invalidation.key("k-1"))
          yield* pubSub(own, "on")
          yield* eventually(
            Effect.suspend(() => b.metric("bus_gaps") > 0 ? Effect.void : Effect.fail("no gap" as const))
          )
          // Processes say again what the server may have forgotten, then they rest.
          const resting = Effect.map(during(Effect.sleep(1000)), ([{ sent }]) => sent.length === 0)
          yield* eventually(Effect.filterOrFail(resting, (rests) => rests, () => "no rest" as const))
        }))
        const heads = gap.sent.filter((name) => name === "getrange").length
        const scripts = gap.sent.filter((name) => name.startsWith("eval")).length
        yield* Console.log(
          `a gap after 1000 writes of late costs two processes ${gap.sent.length} commands: ${heads} reads of stamps, ${scripts} scripts`
        )
        assert.isAtLeast(heads, 1000)
        assert.isBelow(scripts, 50)
        assert.notInclude(gap.sent, "mget")
        assert.isUndefined(b.store.peek("k-2"))
        const readers = Array.from({ length: 100 }, () => b.cache.get("k-2", never, { tags: ["t"] }))
        const [herd] = yield* during(Effect.all(readers, { concurrency: "unbounded" }))
        assert.deepStrictEqual(herd.sent, ["mget"])
      }),
    60_000
  )
})

/** Draws that always start an early refresh, once one is possible at all. */
const eager = { nextIntUnsafe: () => 1, nextDoubleUnsafe: () => 1 - 2 ** -53 }

const describeTimes = ({ createdAt, deadline, delta, earlyFrom, freshUntil, stamp, staleUntil, tags }: Entry) => ({
  deadline,
  delta,
  stamp,
  tags,
  times: [createdAt, earlyFrom, freshUntil, staleUntil]
})

describe("an entry that travels", () => {
  it.live("keeps its compute time, its windows and its stamp", () =>
    Effect.gen(function*() {
      const { a, b } = yield* pair({ config: { ttl: "10 minutes" } })
      const context = { tags: ["t"], deadline: Date.now() + 3_600_000 }
      yield* a.cache.get("k", Effect.delay(Effect.succeed(1), 200), context)
      yield* b.cache.get("k", never, context)
      const [here, there] = [a, b].map(({ store }) => describeTimes(store.peek("k")!))
      assert.isAtLeast(here!.delta, 199)
      const { times: ours, ...rest } = here!
      const { times: theirs, ...restThere } = there!
      assert.deepStrictEqual({ ...restThere, deadline: 0 }, { ...rest, deadline: 0 })
      assert.approximately(there!.deadline, here!.deadline, 50)
      ours.forEach((time, i) => assert.approximately(theirs[i]!, time, 50))
    }))

  it.live("is refreshed early once for all: whoever draws later adopts what was stored", () =>
    Effect.gen(function*() {
      const { a, b } = yield* pair({ config: { ttl: "10 seconds" } })
      yield* a.cache.get("k", Effect.delay(Effect.succeed("first"), 200))
      const again = b.cache.get("k", Effect.die(new Error("computed again")))
      assert.strictEqual((yield* again).value, "first")
      yield* a.cache.get("k", Effect.delay(Effect.succeed("second"), 200), { refresh: "force" })
      // The fill of a refresh is no news: memory elsewhere keeps what is fresh.
      const early = yield* Effect.provideService(Effect.andThen(Effect.sleep(3000), again), Random.Random, eager)
      assert.deepStrictEqual([early.value, early.metadata.source, early.metadata.refresh], ["first", "memory", "early"])
      yield* waitFor(again, "second")
      assert.strictEqual(b.metric("computes"), 1)
      assert.strictEqual(b.metric("swr_background_success"), 1)
    }))

  for (const [words, ahead] of [["behind", -3_600_000], ["ahead", 3_600_000]] as const) {
    it.live(`ages right in a process whose clock is an hour ${words}`, () =>
      Effect.gen(function*() {
        const config = { ttl: "10 minutes" } as const
        const { all: [a, b] } = yield* processes({ config }, { config, ahead })
        yield* a!.cache.get("k", Effect.succeed(1))
        for (const source of ["redis", "memory"] as const) {
          const { metadata } = yield* b!.cache.get("k", never)
          assert.strictEqual(metadata.source, source)
          assert.strictEqual(metadata.strategy, "serve_fresh")
          assert.approximately(metadata.at, Date.now() + ahead, 5000)
          assert.approximately(metadata.age, 0, 5000)
          assert.approximately(metadata.freshUntil - metadata.at, 600_000, 5000)
        }
        // And what it writes is as old for the others.
        yield* b!.cache.get("theirs", Effect.succeed(2))
        const { metadata } = yield* a!.cache.get("theirs", never)
        assert.strictEqual(metadata.strategy, "serve_fresh")
        assert.approximately(metadata.age, 0, 5000)
      }))
  }

  it.live("was made now, at the latest, where clocks differ by the noise of comparing them", () =>
    Effect.gen(function*() {
      const { a, namespace } = yield* pair()
      yield* a.cache.set("k", 1)
      const entry = a.store.peek("k")!
      const write = (key: string, ahead: number) =>
        Effect.promise(() => copy({ ...plain(entry), createdAt: Date.now() + ahead }, namespace, [key]))
      yield* write("noise", 200)
      const { metadata } = yield* a.cache.get("noise", never)
      assert.deepStrictEqual([metadata.source, metadata.strategy], ["redis", "serve_fresh"])
      assert.approximately(metadata.age, 0, 100)
      // More than noise is a clock that went back: no age can be trusted.
      yield* write("tomorrow", 60_000)
      assert.strictEqual((yield* a.cache.get("tomorrow", Effect.succeed(2))).value, 2)
    }))

  it.live("is stale everywhere at the same time, whatever a process's clock says", () =>
    Effect.gen(function*() {
      const config = { ttl: "1 second", staleFactor: 1000, beta: 0 } as const
      const { all } = yield* processes({ config }, { config, ahead: 3_600_000 }, { config, ahead: -3_600_000 })
      yield* all[0]!.cache.get("k", Effect.succeed(1))
      yield* Effect.sleep(1500)
      for (const each of all.slice(1)) {
        assert.strictEqual((yield* each.cache.get("k", Effect.succeed(1))).metadata.strategy, "serve_stale")
      }
    }))
})
