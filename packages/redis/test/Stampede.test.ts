import { assert, describe, it } from "@effect/vitest"
import type * as CacheConfig from "@smart-cache/core/CacheConfig"
import { Console, Effect } from "effect"
import { single } from "./servers/single.ts"
import { monitor } from "./stampede/monitor.ts"
import { processes, type Reader, type Running } from "./stampede/processes.ts"
import { now } from "./stampede/protocol.ts"
import { freshNamespace, shared } from "./support/shared.ts"

const server = shared(single())

const sleep = (millis: number) => ({ _tag: "Sleep", millis }) as const

const all = <A>(effects: ReadonlyArray<Effect.Effect<A>>) => Effect.all(effects, { concurrency: "unbounded" })

/** Processes on a namespace of their own. */
const setUp = Effect.fnUntraced(function*(count: number, config: CacheConfig.Options = {}) {
  const namespace = freshNamespace()
  const readers = yield* processes(count, { url: server().url, namespace, config })
  return { readers, namespace }
})

/** The same, and what is written under a key. */
const overheard = Effect.fnUntraced(function*(count: number, config: CacheConfig.Options) {
  const { namespace, readers } = yield* setUp(count, config)
  const { stamps } = yield* monitor(server().port)
  return { readers, stamps: (key: string) => stamps(namespace, key) }
})

const computesOf = (running: ReadonlyArray<Running>): number => running.reduce((sum, each) => sum + each.computes(), 0)

/** One run: everybody reads a missing key at the same moment. */
const stampede = Effect.fnUntraced(function*(readers: ReadonlyArray<Reader>, key: string) {
  const at = now() + 30
  const running = readers.map((reader) => reader.read({ key, readers: 250, at, compute: sleep(50) }))
  const done = yield* all(running.map((each) => each.done))
  const began = yield* all(running.filter((each) => each.computes() > 0).map((each) => each.computing))
  return {
    computes: computesOf(running),
    values: new Set(done.flatMap(({ values }) => values)).size,
    millis: Math.max(...done.map(({ at }) => at)) - Math.min(...began)
  }
})

const assertRises = (stamps: ReadonlyArray<number>): void => {
  assert.deepStrictEqual(stamps, stamps.toSorted((a, b) => a - b))
}

const figure = (millis: number): string => `${millis.toFixed(1)} ms`

describe("a stampede of processes", () => {
  it.live("1000 readers in 4 processes cost one compute, and little more than its time", () =>
    Effect.gen(function*() {
      const { readers } = yield* setUp(4)
      const took: Array<number> = []
      for (let run = 1; run <= 20; run++) {
        const { computes, millis, values } = yield* stampede(readers, `run-${run}`)
        assert.strictEqual(computes, 1)
        assert.strictEqual(values, 1)
        took.push(millis)
      }
      const median = took.toSorted((a, b) => a - b)[10]!
      yield* Console.log(`a compute of 50 ms reached 1000 readers after ${took.map(figure).join(", ")}`)
      yield* Console.log(`median ${figure(median)}`)
      assert.isBelow(median, 1000)
    }))

  it.live("a holder that is killed keeps the others waiting until its lease ends, and one of them computes", () =>
    Effect.gen(function*() {
      const leaseTtl = 600
      const { readers: [holder, ...others], stamps } = yield* overheard(4, { leaseTtl })
      yield* holder!.read({ key: "k", compute: sleep(30_000) }).computing
      const waiting = others.map((each) => each.read({ key: "k", readers: 250, compute: sleep(50) }))
      yield* Effect.sleep(200)
      assert.strictEqual(computesOf(waiting), 0)
      const killed = now()
      yield* holder!.kill
      const done = yield* all(waiting.map((each) => each.done))
      const took = Math.max(...done.map(({ at }) => at)) - killed
      yield* Console.log(`all had the value ${figure(took)} after the holder was killed (lease ${leaseTtl} ms)`)
      assert.strictEqual(computesOf(waiting), 1)
      assert.isBelow(took, leaseTtl + 100 + 50 + 2000)
      assert.strictEqual(new Set(done.flatMap(({ values }) => values)).size, 1)
      assert.lengthOf(yield* stamps("k"), 1)
    }))

  it.live("a compute that outlasts its lease many times is still the only one", () =>
    Effect.gen(function*() {
      const { readers, stamps } = yield* overheard(3, { leaseTtl: 300 })
      const running = readers.map((each) => each.read({ key: "k", readers: 50, compute: sleep(1500) }))
      const done = yield* all(running.map((each) => each.done))
      assert.strictEqual(computesOf(running), 1)
      assert.strictEqual(new Set(done.flatMap(({ values }) => values)).size, 1)
      assert.lengthOf(yield* stamps("k"), 1)
    }))

  it.live("a holder that stalls loses its lease, and its late fill is refused", () =>
    Effect.gen(function*() {
      const { readers: [stalled, other], stamps } = yield* overheard(2, { leaseTtl: 300 })
      const late = stalled!.read({ key: "k", compute: { _tag: "Stall", millis: 2000 } })
      yield* late.computing
      const [ours, theirs] = [yield* other!.read({ key: "k", compute: sleep(50) }).done, yield* late.done]
      assert.isBelow(ours.at, theirs.at)
      assert.isAbove(ours.stamps[0]!, theirs.stamps[0]!)
      assert.strictEqual(theirs.refused, 1)
      assert.deepStrictEqual(yield* stamps("k"), ours.stamps)
      const again = yield* all([stalled!, other!].map((each) => each.read({ key: "k", compute: sleep(1) }).done))
      assert.deepStrictEqual(again.map(({ values }) => values), [ours.values, ours.values])
    }))

  it.live("whoever leaves gives the lease back: others go on at once", () =>
    Effect.gen(function*() {
      const { readers: [leaving, staying] } = yield* overheard(2, { leaseTtl: "30 seconds" })
      const left = leaving!.read({ key: "k", compute: sleep(60_000) })
      yield* left.computing
      const stays = staying!.read({ key: "k", compute: sleep(20) })
      yield* Effect.sleep(200)
      assert.strictEqual(stays.computes(), 0)
      const at = now()
      yield* left.leave
      const took = (yield* stays.done).at - at
      yield* Console.log(`the other had the value ${figure(took)} after the reader left (compute 20 ms)`)
      assert.isBelow(took, 5000)
    }))

  it.live("stamps under a key only rise, whatever the order in which holders die, stall and leave", () =>
    Effect.gen(function*() {
      const { readers, stamps } = yield* overheard(4, { leaseTtl: 200, ttl: 50, staleFactor: 0 })
      const [killed, stalled, ...steady] = readers
      const stalls = stalled!.read({ key: "k", compute: { _tag: "Stall", millis: 600 } })
      const rounds = Effect.gen(function*() {
        for (let round = 0; round < 12; round++) {
          if (round < 3) killed!.read({ key: "k", compute: sleep(400) })
          if (round === 3) yield* killed!.kill
          yield* all(steady.map((each) => each.read({ key: "k", readers: 20, compute: sleep(20) }).done))
          yield* Effect.sleep(60)
        }
      })
      yield* rounds
      yield* stalls.done
      const written = yield* stamps("k")
      assert.isAtLeast(written.length, 3)
      assertRises(written)
    }))

  it.live("a process whose cache is closed ends by itself, and gives back its lease", () =>
    Effect.gen(function*() {
      const { readers: [leaving, staying] } = yield* overheard(2, { leaseTtl: "30 seconds" })
      yield* leaving!.read({ key: "k", compute: sleep(60_000) }).computing
      assert.strictEqual(yield* leaving!.close, 0)
      const at = now()
      assert.isBelow((yield* staying!.read({ key: "k", compute: sleep(20) }).done).at - at, 5000)
    }))
})
