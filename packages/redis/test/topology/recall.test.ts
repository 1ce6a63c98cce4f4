/** What is said again: it changes nothing where nothing was forgotten, and restores what was. */
import { assert, describe, it } from "@effect/vitest"
import * as IoRedis from "@smart-cache/redis/IoRedis"
import { Clock, Context, Effect, Fiber, Layer, Random } from "effect"
import { TestClock } from "effect/testing"
import * as Commands from "../../src/internal/commands.ts"
import * as Keys from "../../src/internal/keys.ts"
import * as Marks from "../../src/internal/marks.ts"
import type * as News from "../../src/internal/news.ts"
import { most, Recall } from "../../src/internal/recall.ts"
import * as Single from "../../src/internal/single.ts"
import { eventually } from "../servers/client.ts"
import { single } from "../servers/single.ts"
import { monitor } from "../stampede/monitor.ts"
import { freshNamespace, shared } from "../support/shared.ts"

const server = shared(single())
const lifetimes = { horizon: 120_000, marks: 86_400_000, giant: 1_000_000 }

const setup = Effect.gen(function*() {
  const context = yield* Layer.build(IoRedis.layer({ url: server().url, commandTimeout: "2 seconds" }))
  const commands = Commands.make(Context.get(context, IoRedis.IoRedis))
  const keys = Keys.make(freshNamespace())
  const recall = new Recall(commands, keys, lifetimes, yield* Clock.Clock)
  const plane = Single.make(commands, keys, lifetimes)
  const text = (name: string) => Effect.map(server().call("GET", name), (reply) => String(reply ?? ""))
  const fence = (key: string) => Effect.map(text(keys.all), (all) => Marks.fenceOf(Marks.reader()(all), key))
  return { commands, recall, plane, keys, text, fence }
})

const whats: ReadonlyArray<Exclude<News.What, { readonly _tag: "Written" }>> = [
  { _tag: "Key", key: "k" },
  { _tag: "Tags", tags: ["{a}:x", "b"] },
  { _tag: "Prefix", prefix: "p:" },
  { _tag: "All" },
  { _tag: "Prefix", prefix: "q:" }
]

/** Names of the commands that were sent, but for scripts. */
const reads = (sent: ReadonlyArray<string>) => sent.filter((name) => !name.startsWith("eval"))

describe("Recall", () => {
  it.live("changes nothing and tells nobody when the server has forgotten nothing", () =>
    Effect.gen(function*() {
      const { keys, plane, recall, text } = yield* setup
      for (const what of whats) recall.note(what, yield* plane.invalidate(what))
      const names = [keys.value("k"), keys.mark("{a}:x"), keys.mark("b"), keys.all, keys.last, keys.sequence]
      const before = yield* Effect.forEach(names, text)
      yield* recall.again()
      assert.deepStrictEqual((yield* Effect.forEach(names, text)).slice(0, 5), before.slice(0, 5))
    }))

  it.live("restores what was forgotten with its old stamp, and later stamps follow", () =>
    Effect.gen(function*() {
      const { fence, keys, plane, recall, text } = yield* setup
      const begun = yield* plane.stamp({ key: "k", tags: ["{a}:x", "b"] })
      const names = [keys.value("k"), keys.mark("{a}:x"), keys.mark("b"), keys.all, keys.last, keys.sequence]
      const old = yield* Effect.forEach(names, text)
      const stamps = yield* Effect.forEach(whats, (what) => plane.invalidate(what))
      whats.forEach((what, i) => recall.note(what, stamps[i]!))
      recall.note({ _tag: "Written", key: "written" }, stamps[4]! + 3_600_000_000)
      for (const [i, name] of names.entries()) {
        yield* old[i] === "" ? server().call("DEL", name) : server().call("SET", name, old[i]!)
      }
      yield* recall.again()
      assert.strictEqual(Number((yield* text(names[0]!)).slice(2)), stamps[0])
      for (const mark of names.slice(1, 3)) assert.strictEqual(Marks.stampOf(yield* text(mark)), stamps[1])
      assert.strictEqual(yield* fence("any"), stamps[3])
      assert.strictEqual(yield* fence("q:1"), stamps[4])
      assert.isAbove(Number((yield* text(keys.value("written"))).slice(2)), stamps[4]!)
      assert.isAbove(yield* plane.stamp({ key: "k", tags: [] }), stamps[4]! + 3_600_000_000)
      assert.isAbove(stamps[0]!, begun)
    }))

  for (const what of whats) {
    it.live(`tells all what was forgotten: ${JSON.stringify(what)}`, () =>
      Effect.gen(function*() {
        const { keys, plane, recall, text } = yield* setup
        yield* plane.stamp({ key: "k", tags: ["{a}:x", "b"] })
        const [stamp, last] = [yield* plane.stamp({ key: "k", tags: [] }), yield* text(keys.last)]
        recall.note(what, stamp)
        yield* recall.again()
        const told = yield* text(keys.last)
        assert.isTrue(told > last, `${told} after ${last}`)
        yield* recall.again()
        assert.strictEqual(yield* text(keys.last), told)
      }))
  }

  it.live("keeps prefixes that were beaten later than everything", () =>
    Effect.gen(function*() {
      const { fence, plane, recall } = yield* setup
      const early = yield* plane.stamp({ key: "k", tags: [] })
      const late = yield* plane.invalidate({ _tag: "Prefix", prefix: "p:" })
      recall.note({ _tag: "All" }, early)
      recall.note({ _tag: "Prefix", prefix: "p:" }, early)
      yield* recall.again()
      assert.strictEqual(yield* fence("p:1"), late)
      assert.strictEqual(yield* fence("any"), early)
    }))

  it.live("remembers so many things and no more, of each the latest", () =>
    Effect.gen(function*() {
      const { keys, plane, recall, text } = yield* setup
      const stamp = yield* plane.stamp({ key: "k", tags: [] })
      for (let i = 0; i <= most; i++) recall.note({ _tag: "Key", key: `k${i}` }, stamp + 5)
      recall.note({ _tag: "Key", key: `k${most}` }, stamp)
      yield* recall.again()
      assert.strictEqual(yield* text(keys.value("k0")), "")
      assert.strictEqual(Number((yield* text(keys.value("k1"))).slice(2)), stamp + 5)
      assert.strictEqual(Number((yield* text(keys.value(`k${most}`))).slice(2)), stamp + 5)
    }))

  it.live("says all that it can when a part fails, and fails", () =>
    Effect.gen(function*() {
      const { commands, keys, plane, text } = yield* setup
      const away = keys.value("k1")
      const run: Commands.Commands["run"] = (operation, name, names, args) =>
        names.includes(away)
          ? Effect.fail(commands.client.failure(operation, new Error("away")))
          : commands.run(operation, name, names, args)
      const recall = new Recall({ ...commands, run }, keys, lifetimes, yield* Clock.Clock)
      const stamp = yield* plane.stamp({ key: "k", tags: [] })
      for (const key of ["k0", "k1", "k2"]) recall.note({ _tag: "Key", key }, stamp)
      const failed = yield* Effect.flip(recall.again())
      assert.strictEqual(failed.reason._tag, "StoreFailed")
      assert.notStrictEqual(yield* text(keys.value("k0")), "")
      assert.notStrictEqual(yield* text(keys.value("k2")), "")
    }))

  it.live("asks in a few reads, and what one process has restored, the others find", () =>
    Effect.gen(function*() {
      const { commands, keys, plane, recall } = yield* setup
      const other = new Recall(commands, keys, lifetimes, yield* Clock.Clock)
      const tags = Array.from({ length: most }, (_, i) => `t${i}`)
      yield* plane.stamp({ key: "k", tags })
      const stamp = yield* plane.stamp({ key: "k", tags: [] })
      for (const tag of tags) for (const each of [recall, other]) each.note({ _tag: "Tags", tags: [tag] }, stamp)
      const { during } = yield* monitor(server().port)
      yield* recall.again()
      for (const each of [other, recall]) {
        const [{ sent }] = yield* during(each.again())
        assert.deepStrictEqual(reads(sent), Array.from({ length: 8 }, () => "mget"))
        assert.lengthOf(sent, 9)
      }
    }))

  it.live("asks for no value, only for its stamp", () =>
    Effect.gen(function*() {
      const { keys, plane, recall } = yield* setup
      for (const key of ["a", "b"]) recall.note({ _tag: "Key", key }, yield* plane.invalidate({ _tag: "Key", key }))
      recall.note({ _tag: "Written", key: "c" }, 5)
      yield* server().call("SET", keys.value("c"), "1E0000000000000005 and a body")
      const { during } = yield* monitor(server().port)
      const [{ sent }] = yield* during(recall.again())
      assert.deepStrictEqual(reads(sent), ["getrange", "getrange", "getrange"])
      assert.lengthOf(sent, 4)
    }))

  it.live("tells of tags whose mark is gone with the entries: they may be held elsewhere", () =>
    Effect.gen(function*() {
      const { keys, plane, recall, text } = yield* setup
      const [stamp, last] = [yield* plane.stamp({ key: "k", tags: [] }), yield* text(keys.last)]
      recall.note({ _tag: "Tags", tags: ["gone"] }, stamp)
      yield* recall.again()
      assert.isAtLeast(Marks.stampOf(yield* text(keys.mark("gone"))), stamp)
      assert.isTrue((yield* text(keys.last)) > last)
    }))

  it.live("says again what lies under something that is none of ours", () =>
    Effect.gen(function*() {
      const { keys, plane, recall, text } = yield* setup
      const stamp = yield* plane.stamp({ key: "k", tags: [] })
      recall.note({ _tag: "Key", key: "list" }, stamp)
      recall.note({ _tag: "Key", key: "ahead" }, stamp)
      recall.note({ _tag: "Tags", tags: ["list"] }, stamp)
      for (const name of [keys.value("list"), keys.mark("list")]) yield* server().call("RPUSH", name, "x")
      yield* server().call("SET", keys.value("ahead"), `1T${Number.MAX_SAFE_INTEGER}`)
      yield* recall.again()
      for (const key of ["list", "ahead"]) assert.strictEqual(Number((yield* text(keys.value(key))).slice(2)), stamp)
      assert.isAtLeast(Marks.stampOf(yield* text(keys.mark("list"))), stamp)
    }))

  it.live("leaves a tombstone away that outlived all computes, but beats what came back", () =>
    Effect.gen(function*() {
      const { commands, keys, plane, text } = yield* setup
      let now = 0n
      const clock = Object.assign(Object.create(yield* Clock.Clock), { monotonicTimeNanosUnsafe: () => now })
      const recall = new Recall(commands, keys, lifetimes, clock)
      const stamp = yield* plane.stamp({ key: "k", tags: [] })
      for (const key of ["ended", "back"]) recall.note({ _tag: "Key", key }, stamp)
      now = BigInt(lifetimes.horizon + 20_000) * 1_000_000n
      yield* server().call("SET", keys.value("back"), `1E${String(stamp - 1).padStart(16, "0")}`)
      yield* recall.again()
      assert.strictEqual(yield* text(keys.value("ended")), "")
      assert.strictEqual(Number((yield* text(keys.value("back"))).slice(2)), stamp)
    }))

  for (const lost of ["smartCacheTell", "smartCacheBeatTagsAt"] as const) {
    it.live(`tells what it restored when it could not at once: the answer of ${lost} got lost`, () =>
      Effect.gen(function*() {
        const { commands, keys, plane, text } = yield* setup
        let away = true
        const run: Commands.Commands["run"] = (operation, name, names, args) => {
          const failure = Effect.fail(commands.client.failure(operation, new Error("away")))
          if (!away || name !== lost) return commands.run(operation, name, names, args)
          return name === "smartCacheTell"
            ? failure
            : Effect.andThen(commands.run(operation, name, names, args), failure)
        }
        const recall = new Recall({ ...commands, run }, keys, lifetimes, yield* Clock.Clock)
        yield* plane.stamp({ key: "k", tags: ["t"] })
        const [stamp, last] = [yield* plane.stamp({ key: "k", tags: [] }), yield* text(keys.last)]
        recall.note({ _tag: "Tags", tags: ["t"] }, stamp)
        yield* Effect.flip(recall.again())
        assert.strictEqual(Marks.stampOf(yield* text(keys.mark("t"))), stamp)
        assert.strictEqual(yield* text(keys.last), last)
        away = false
        yield* recall.again()
        const told = yield* text(keys.last)
        assert.isTrue(told > last, `${told} after ${last}`)
        yield* recall.again()
        assert.strictEqual(yield* text(keys.last), told)
      }))
  }

  it.effect("makes stamps later at once, and restores the rest at a random moment within the spread", () =>
    Effect.gen(function*() {
      const { keys, plane, recall, text } = yield* setup
      const stamp = (yield* plane.stamp({ key: "k", tags: [] })) + 3_600_000_000
      recall.note({ _tag: "Key", key: "k" }, stamp)
      const half = { nextIntUnsafe: () => 0, nextDoubleUnsafe: () => 0.5 }
      const again = yield* Effect.forkChild(Effect.provideService(recall.again(500), Random.Random, half))
      const advanced = Effect.filterOrFail(text(keys.sequence), (text) => Number(text) === stamp)
      yield* TestClock.withLive(eventually(advanced))
      yield* TestClock.adjust(249)
      assert.strictEqual(yield* text(keys.value("k")), "")
      yield* TestClock.adjust(1)
      yield* Fiber.join(again)
      assert.strictEqual(Number((yield* text(keys.value("k"))).slice(2)), stamp)
    }))
})
