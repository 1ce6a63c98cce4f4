import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import * as Keys from "../src/internal/keys.ts"
import { eventually } from "./servers/client.ts"
import { type Single, single } from "./servers/single.ts"
import { open, type Process } from "./stampede/caches.ts"
import { freshNamespace, shared } from "./support/shared.ts"

const server = shared(single())

/** Processes on one namespace, all of which listen. */
const processes = Effect.fnUntraced(function*(count: number, on: Single = server()) {
  const namespace = freshNamespace()
  const all = yield* Effect.forEach(Array.from({ length: count }), () => open({ url: on.url, store: { namespace } }))
  const channel = Keys.make(namespace).odds
  yield* eventually(
    Effect.filterOrFail(on.call("PUBSUB", "NUMSUB", channel), (reply) => String(reply) === `${channel},${count}`)
  )
  return { all, channel }
})

/** What a process has of a market: how many samples, and the last of them. */
const known = ({ vix }: Process, market = "home") =>
  Effect.map(
    vix.statistics(market),
    Option.match({
      onNone: () => ({ samples: 0, odds: Number.NaN }),
      onSome: ({ odds, samples }) => ({ samples, odds })
    })
  )

/** Waits until a process has so many samples. */
const hears = (process: Process, samples: number, market = "home") =>
  eventually(Effect.filterOrFail(known(process, market), (found) => found.samples >= samples, (found) => found))

/** Odds that hardly move, each observed when the one before it has arrived. */
const calm = [2, 2.01, 2, 1.99, 2, 2.01, 2, 1.99]

const observeAll = Effect.fnUntraced(function*(from: Process, to: ReadonlyArray<Process>, market = "home") {
  for (const [index, odds] of calm.entries()) {
    yield* from.vix.observe({ market, odds })
    yield* Effect.forEach(to, (each) => hears(each, index + 1, market), { discard: true })
  }
})

const computed = Effect.succeed("computed")

describe("odds that one process observes", () => {
  it.live("are the history by which the others judge", () =>
    Effect.gen(function*() {
      const { all: [a, b, c] } = yield* processes(3)
      yield* observeAll(a!, [b!, c!])
      const [ours, theirs] = [yield* a!.vix.statistics("home"), yield* b!.vix.statistics("home")].map(Option.getOrThrow)
      assert.deepStrictEqual([theirs!.mean, theirs!.sigma], [ours!.mean, ours!.sigma])
      // A price that A never saw panics B, and only with odds.
      const calmly = yield* b!.cache.get("k", computed, { odds: { home: 2 } })
      assert.strictEqual(calmly.metadata.vix, "normal")
      const jump = yield* b!.cache.get("k", computed, { odds: { home: 4 } })
      assert.deepStrictEqual([jump.metadata.strategy, jump.metadata.reason], ["bypass", "vix_panic"])
      assert.strictEqual((yield* b!.cache.get("k", computed)).metadata.strategy, "serve_fresh")
    }))

  it.live("make the others bypass when they jump, observed or named in a read", () =>
    Effect.gen(function*() {
      for (const way of ["observe", "read"] as const) {
        const { all: [a, b] } = yield* processes(2)
        yield* b!.cache.get("k", computed)
        yield* observeAll(a!, [b!])
        const jump = way === "observe"
          ? a!.vix.observe({ market: "home", odds: 4 })
          : a!.cache.get("other", computed, { odds: { home: 4 } })
        yield* jump
        yield* hears(b!, calm.length + 1)
        const { metadata } = yield* b!.cache.get("k", computed, { odds: { home: 4 } })
        assert.deepStrictEqual([metadata.strategy, metadata.reason, metadata.source], [
          "bypass",
          "vix_panic",
          "compute"
        ])
      }
    }))

  it.live("count once when everybody sees them", () =>
    Effect.gen(function*() {
      const { all } = yield* processes(3)
      for (const [index, home] of calm.entries()) {
        for (const each of all) yield* each.cache.get("k", computed, { odds: { home } })
        yield* Effect.forEach(all, (each) => hears(each, index + 1), { discard: true })
        // An echo that comes after the next price would be a change back.
        yield* Effect.sleep(200)
      }
      const found = yield* Effect.forEach(all, (each) => known(each))
      assert.deepStrictEqual(found, all.map(() => ({ samples: calm.length, odds: calm.at(-1)! })))
    }))
})

describe("what is no message of ours", () => {
  it.live("changes nothing, however it is forged", () =>
    Effect.gen(function*() {
      const { all: [a, b], channel } = yield* processes(2)
      yield* observeAll(a!, [b!])
      const before = yield* known(b!)
      const forged = [
        "",
        "rubbish",
        "null",
        "[]",
        "{}",
        "{\"from\":1,\"odds\":{\"home\":9}}",
        "{\"odds\":{\"home\":9}}",
        "{\"from\":\"x\",\"odds\":{\"home\":\"9\"}}",
        "{\"from\":\"x\",\"odds\":{\"home\":1}}",
        "{\"from\":\"x\",\"odds\":{\"home\":-3}}",
        "{\"from\":\"x\",\"odds\":{\"home\":1e999}}",
        "{\"from\":\"x\",\"odds\":{\"home\":9,\"away\":0}}",
        "{\"from\":\"x\",\"odds\":{\"__proto__\":{\"home\":9}}}",
        `{"from":"x","odds":{"home":${"9".repeat(400)}}}`
      ]
      for (const text of forged) yield* server().call("PUBLISH", channel, text)
      // What is true arrives after all of them.
      yield* a!.vix.observe({ market: "last", odds: 3 })
      yield* hears(b!, 1, "last")
      assert.deepStrictEqual(yield* known(b!), before)
      assert.isUndefined(({} as { readonly home?: unknown }).home)
    }))
})

describe("odds whose messages are lost", () => {
  it.live("leave each process to judge by what it saw itself, and are heard again afterwards", () =>
    Effect.gen(function*() {
      const own = yield* single()
      const { all: [a, b] } = yield* processes(2, own)
      yield* observeAll(a!, [b!])
      yield* own.call("ACL", "SETUSER", "default", "-subscribe")
      yield* own.call("CLIENT", "KILL", "TYPE", "pubsub")
      yield* a!.vix.observe({ market: "home", odds: 4 })
      yield* Effect.sleep(300)
      assert.strictEqual((yield* known(a!)).odds, 4)
      assert.deepStrictEqual(yield* known(b!), { samples: calm.length, odds: calm.at(-1)! })
      const calmly = yield* b!.cache.get("k", computed, { odds: { home: 2.01 } })
      assert.strictEqual(calmly.metadata.vix, "normal")
      yield* own.call("ACL", "SETUSER", "default", "+subscribe")
      const heard = Effect.suspend(() => {
        const odds = 5 + Math.round(performance.now()) / 1e6
        return Effect.andThen(a!.vix.observe({ market: "away", odds }), hearsOf(b!, "away"))
      })
      yield* eventually(heard)
    }))
})

const hearsOf = (process: Process, market: string) =>
  Effect.delay(Effect.filterOrFail(known(process, market), ({ samples }) => samples > 0, () => "unheard" as const), 50)
