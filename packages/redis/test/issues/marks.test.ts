/** Marks that nobody can read, and what looks and other databases leave alone. */
import { assert, describe, it } from "@effect/vitest"
import * as CacheCodec from "@smart-cache/core/CacheCodec"
import * as Invalidation from "@smart-cache/core/Invalidation"
import { Effect, Schema } from "effect"
import * as Keys from "../../src/internal/keys.ts"
import { until } from "../servers/client.ts"
import { single } from "../servers/single.ts"
import { open } from "../stampede/caches.ts"
import { freshNamespace, shared } from "../support/shared.ts"
import { oneTier } from "./oneTier.ts"

const server = shared(single())

/** A process over a line of rubbish among the marks of prefixes; it has seen it, and computes at every read. */
const spoilt = Effect.gen(function*() {
  const namespace = freshNamespace()
  const { all } = Keys.make(namespace)
  const cache = yield* oneTier(server().url, namespace)
  let computes = 0
  const compute = Effect.sync(() => ++computes)
  yield* cache.get("k", compute)
  yield* server().call("APPEND", all, "\nrubbish")
  yield* cache.get("k", compute)
  yield* cache.get("k", compute)
  assert.strictEqual(computes, 3)
  const other = yield* oneTier(server().url, namespace)
  /** Where each process reads a value from after it has computed it: nobody else stores it. */
  const sources = Effect.forEach([cache, other], (each, i) => {
    const read = each.get(`own-${i}`, compute)
    return Effect.map(Effect.andThen(read, read), ({ metadata }) => metadata.source)
  })
  return { all, cache, sources }
})

describe("a line of rubbish among the marks of prefixes", () => {
  it.live("goes with an invalidation of everything: values are stored again, also by who has seen it", () =>
    Effect.gen(function*() {
      const { all, cache, sources } = yield* spoilt
      yield* cache.invalidate(Invalidation.all)
      assert.notInclude(String(yield* server().call("GET", all)), "rubbish")
      assert.deepStrictEqual(yield* sources, ["redis", "redis"])
    }))

  it.live("goes with the marks, when these are deleted", () =>
    Effect.gen(function*() {
      const { all, sources } = yield* spoilt
      yield* server().call("DEL", all)
      assert.deepStrictEqual(yield* sources, ["redis", "redis"])
    }))

  it.live("goes with the marks, when these are deleted after everything was invalidated", () =>
    Effect.gen(function*() {
      const { all, cache, sources } = yield* spoilt
      yield* cache.invalidate(Invalidation.all)
      yield* sources
      yield* server().call("DEL", all)
      assert.deepStrictEqual(yield* sources, ["redis", "redis"])
    }))
})

describe("explain", () => {
  it.live("without a codec leaves no value undecoded for the typed reads of its process", () =>
    Effect.gen(function*() {
      const setup = { url: server().url, store: { namespace: freshNamespace() } }
      const a = yield* open(setup)
      const b = yield* open(setup)
      const codec = CacheCodec.schema(Schema.Struct({ at: Schema.DateFromString }))
      const read = ({ cache }: typeof a) => cache.get("k", Effect.succeed({ at: new Date(0) }), { codec })
      yield* read(a)
      assert.isDefined((yield* b.cache.explain("k")).held)
      const { metadata, value } = yield* read(b)
      assert.deepStrictEqual(value, { at: new Date(0) })
      assert.strictEqual(metadata.source, "redis")
    }))
})

describe("two databases of one server, with one namespace", () => {
  it.live("hear nothing of each other, neither news nor odds", () =>
    Effect.gen(function*() {
      const store = { namespace: freshNamespace() }
      const inDatabase = (database: number) => open({ url: `${server().url}/${database}`, store })
      const a = yield* inDatabase(0)
      const neighbour = yield* inDatabase(0)
      const other = yield* inDatabase(1)
      for (const each of [neighbour, other]) yield* each.cache.get("k", Effect.succeed("held"), { tags: ["t"] })
      const never = other.vix.latestChange()
      const gaps = other.metric("bus_gaps")
      for (let round = 0; round < 20; round++) {
        yield* a.cache.invalidate(Invalidation.tags("t"))
        yield* until(() => neighbour.store.peek("k") === undefined)
        yield* neighbour.cache.get("k", Effect.succeed("held"), { tags: ["t"] })
      }
      yield* a.vix.observe({ market: "home", odds: 2 })
      // The neighbour has heard it, and so would have the other.
      yield* until(() => neighbour.vix.latestChange() > never)
      assert.strictEqual(other.store.peek("k")?.value, "held")
      assert.strictEqual(other.vix.latestChange(), never)
      assert.strictEqual(other.metric("bus_gaps"), gaps)
    }))
})
