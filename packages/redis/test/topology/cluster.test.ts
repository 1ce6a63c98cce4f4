/** The cache on three masters: nothing crosses a slot, and nothing travels more often than it must. */
import { assert, describe, it } from "@effect/vitest"
import * as Invalidation from "@smart-cache/core/Invalidation"
import * as KeyFactory from "@smart-cache/core/KeyFactory"
import { Events, MatchKey } from "@smart-cache/football"
import slotOf from "cluster-key-slot"
import { Effect } from "effect"
import * as Keys from "../../src/internal/keys.ts"
import { cluster } from "../servers/cluster.ts"
import { freshNamespace, shared, type Tiers } from "../support/shared.ts"
import { callsOf, errorsOf, failuresOf, open, resetCounters } from "./support.ts"

const servers = shared(cluster())

/** Keys and tags as nobody should choose them. */
const odd = [
  "plain",
  "{tag}",
  "a{tag}b",
  "{tag}{other}",
  "{}",
  "{}{tag}",
  "}{",
  "{{tag}}",
  "{",
  "}",
  "50%",
  "%7Btag%7D",
  "{50%}",
  "a b\nc\u0000",
  "é",
  "e\u0301",
  "{🂡}",
  "\ud800",
  "{\udfff}",
  "*?[a]",
  "x".repeat(600)
]

const factory = KeyFactory.make({ app: "odds", env: "test", version: "v1" })
const football = (match: string, market: string) => MatchKey.key(factory, { match, market, variant: "v" })

/** What rain touches. */
const rained = Events.graph.affected("weather_rain") ?? []

/** Every operation, on keys with tags of other slots; each answer is checked. */
const everything = Effect.fnUntraced(function*(tiers: Tiers) {
  const setup = { url: servers().url, namespace: freshNamespace(), tiers, graph: Events.graph }
  const { cache, metric } = yield* open(setup)
  let computes = 0
  const compute = Effect.sync(() => ++computes)
  const matches = ["ars-che", "a b", "", "50%", "{x}", "\ud800"]
  const subjects = [
    ...odd.map((key, i) => ({ key, tags: [odd[(i + 5) % odd.length]!, odd[(i + 11) % odd.length]!] })),
    ...matches.map((match) => ({
      key: football(match, "match-odds"),
      tags: rained.slice(0, 2).map((market) => MatchKey.tag({ match, market }))
    }))
  ]
  const contextOf = (key: string) => ({ tags: subjects.find((each) => each.key === key)?.tags ?? [] })
  const keys = subjects.map(({ key }) => key)
  const many = (wanted: ReadonlyArray<string>) =>
    cache.getMany(wanted, (missing) => Effect.sync(() => new Map(missing.map((key) => [key, ++computes]))), contextOf)
  /** Reads one by one, then together; tells the keys that had to be computed, which the second time are none. */
  const recomputed = Effect.gen(function*() {
    const known = yield* many(keys)
    const again = yield* many(keys)
    for (const [key, { metadata }] of again) assert.notStrictEqual(metadata.source, "compute", JSON.stringify(key))
    return keys.filter((key) => known.get(key)?.metadata.source === "compute")
  })
  for (const { key, tags } of subjects) yield* cache.get(key, compute, { tags })
  assert.strictEqual(computes, keys.length)
  assert.deepStrictEqual(yield* recomputed, [])
  for (const { key, tags } of subjects) assert.strictEqual(yield* cache.set(key, -1, { tags }), "stored")
  for (const { key } of subjects) {
    assert.strictEqual((yield* cache.get(key, compute, contextOf(key))).value, -1)
    assert.isDefined((yield* cache.explain(key, contextOf(key))).held)
  }
  for (const { key } of subjects) {
    yield* cache.invalidate(Invalidation.key(key))
    assert.deepStrictEqual(yield* recomputed, [key])
  }
  for (const tag of odd) {
    yield* cache.invalidate(Invalidation.tags(tag))
    assert.deepStrictEqual(yield* recomputed, keys.filter((key) => contextOf(key).tags.includes(tag)))
  }
  yield* cache.invalidate(Invalidation.tags(...odd))
  assert.strictEqual((yield* recomputed).length, odd.length)
  for (const prefix of ["{tag", "odds:test:", "\ud800", "e"]) {
    yield* cache.invalidate(Invalidation.prefix(prefix))
    assert.deepStrictEqual(yield* recomputed, keys.filter((key) => key.startsWith(prefix)))
  }
  yield* cache.invalidate(Invalidation.event("weather_rain", ...matches))
  assert.strictEqual((yield* recomputed).length, matches.length)
  yield* cache.invalidate(Invalidation.all)
  assert.deepStrictEqual(yield* recomputed, keys)
  assert.strictEqual(metric("store_errors"), 0)
  assert.strictEqual(metric("payloads_refused"), 0)
})

const itself = (missing: ReadonlyArray<string>) => Effect.succeed(new Map(missing.map((key) => [key, key])))

describe("a Cluster", () => {
  for (const tiers of ["redis", "memory over redis"] as const) {
    it.live(`does everything without an error on ${tiers}`, () =>
      Effect.gen(function*() {
        yield* resetCounters(servers().nodes)
        yield* everything(tiers)
        // ERR: old servers know no CLIENT SETINFO, by which ioredis introduces itself. A script is unknown to a node once.
        const { ERR: _, NOSCRIPT: unknown = 0, ...errors } = yield* errorsOf(servers().nodes)
        assert.deepStrictEqual(errors, {})
        const { evalsha = 0, ...failures } = yield* failuresOf(servers().nodes)
        assert.deepStrictEqual(failures, {})
        assert.strictEqual(evalsha, unknown)
      }))
  }

  it("holds a match's entries, leases and marks in one slot", () => {
    const names = Keys.make("ns")
    for (const match of ["ars-che", "a b", "50%", "", "{x}", "\ud800"]) {
      const slots = ["match-odds", "total-corners"].flatMap((market) => [
        slotOf(names.value(football(match, market))),
        slotOf(names.lease(football(match, market))),
        slotOf(names.mark(MatchKey.tag({ match, market })))
      ])
      assert.strictEqual(new Set(slots).size, 1, match)
    }
  })

  it.live("answers a tagged hit with two commands: the match's slot and the marks of everything", () =>
    Effect.gen(function*() {
      const namespace = freshNamespace()
      const { cache } = yield* open({ url: servers().url, namespace, tiers: "redis" })
      const key = football("ars-che", "match-odds")
      const tags = ["match-odds", "draw-no-bet", "total-corners"].map((market) =>
        MatchKey.tag({ match: "ars-che", market })
      )
      yield* cache.get(key, Effect.succeed(1), { tags })
      yield* resetCounters(servers().nodes)
      assert.strictEqual((yield* cache.get(key, Effect.succeed(2), { tags })).value, 1)
      const calls = yield* Effect.forEach(servers().nodes, (each) => callsOf(each, "mget"))
      assert.strictEqual(calls.reduce((sum, each) => sum + each, 0), 2)
    }))

  it.live("reads many keys in one flight: one command a slot, all sent before any is answered", () =>
    Effect.gen(function*() {
      const namespace = freshNamespace()
      const { cache, metric, redis } = yield* open({ url: servers().url, namespace, tiers: "redis" })
      const keys = Array.from({ length: 300 }, (_, i) => `k${i}`)
      const context = { tags: ["shared", "{k1}"] }
      yield* cache.getMany(keys, itself, context)
      assert.strictEqual(metric("store_errors"), 0)
      const flight: Array<"sent" | "answered"> = []
      const mget = redis.client.mget.bind(redis.client)
      redis.client.mget = ((...args: Array<never>) => {
        flight.push("sent")
        const reply = mget(...args)
        return reply.finally(() => flight.push("answered"))
      }) as typeof redis.client.mget
      yield* resetCounters(servers().nodes)
      const found = yield* cache.getMany(keys, () => Effect.die("computed again"), context)
      assert.strictEqual(found.size, keys.length)
      const names = Keys.make(namespace)
      const slots = new Set([...keys.map(names.value), names.all, ...context.tags.map(names.mark)].map(slotOf)).size
      assert.deepStrictEqual(flight, [
        ...Array.from({ length: slots }, () => "sent" as const),
        ...Array.from({ length: slots }, () => "answered" as const)
      ])
      const calls = yield* Effect.forEach(servers().nodes, (each) => callsOf(each, "mget"))
      assert.strictEqual(calls.reduce((sum, each) => sum + each, 0), slots)
    }))
})
