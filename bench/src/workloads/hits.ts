/**
 * Rounds of hits in memory: 1,000 keys in a Zipf order that is the same for everybody, each value checked for being that of
 * its key, and after each round every key's in full; none computed twice.
 */
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as TtlPolicy from "@smart-cache/core/TtlPolicy"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Random from "effect/Random"
import type { Measure, Started, Subject } from "../frame/workload.ts"
import type { Open } from "../peers/peer.ts"
import { keyCount, keyOf, sequence, sequenceLength, type Value, values } from "../workload.ts"
import { verify, verifyDeeply } from "./verify.ts"

/** Of the main thread's processor: what a read costs, also where others want the processor too. */
const perRead: Measure = { name: "a read, processor", unit: "ns", better: "less" }

const byTheClock: Measure = { name: "a read, by the clock", unit: "ns", better: "less" }

export const measures: ReadonlyArray<Measure> = [perRead, byTheClock]

/** Longer than a run. */
export const ttl = 3_600_000

/** Through JSON: strings without parts, as a key is after its first use. */
export const keys: ReadonlyArray<string> = JSON.parse(
  JSON.stringify(Array.from({ length: keyCount }, (_, i) => keyOf(i)))
)

const indexOf = new Map(keys.map((key, i) => [key, i]))

/** Counts how often something was computed, which is once a key. */
export class Source {
  #computed = 0

  readonly load = async (key: string): Promise<Value> => this.compute(indexOf.get(key)!)

  readonly compute = (i: number): Value => {
    this.#computed++
    return values[i]!
  }

  /** Throws when a hit was none. */
  check(): void {
    if (this.#computed !== keyCount) throw new Error(`${this.#computed} computes of ${keyCount} keys`)
  }
}

const order = await Effect.runPromise(
  Random.Random.pipe(
    Effect.map(sequence),
    Effect.provideService(Random.Random, Random.Random.defaultValue()),
    Random.withSeed(7)
  )
)

const at = (turn: number): number => order[turn & (sequenceLength - 1)]!

/** How long a round goes on, microseconds of its thread, and how many reads it does before it looks again. */
const length = 150_000
const batch = 5000

/** Does turns `from` to `to`, batch after batch. */
type Turns = (from: number, to: number) => Promise<void>

/** How a subject reads: in turns that are timed, and every key once with its value checked in full. */
interface Reads {
  readonly turns: Turns
  readonly all: () => Promise<void>
}

const rounds = (
  { all, turns }: Reads,
  source: Source | undefined,
  stop: () => Promise<void> = async () => {}
): Started => ({
  round: async () => {
    const start = performance.now()
    const before = process.threadCpuUsage()
    let done = 0
    let micros = 0
    while (micros < length) {
      await turns(done, done += batch)
      const { system, user } = process.threadCpuUsage(before)
      micros = system + user
    }
    const elapsed = performance.now() - start
    await all()
    source?.check()
    return {
      [perRead.name]: micros * 1000 / done,
      [byTheClock.name]: elapsed * 1e6 / done
    }
  },
  stop
})

/** Reads in one fiber; `valueOf` takes the value out of what a read gives, as a caller would. */
export const inFiber = async <A>(
  read: (i: number) => Effect.Effect<A, unknown>,
  valueOf: (result: A) => Value,
  source?: Source,
  stop?: () => Promise<void>
): Promise<Started> => {
  const turns: Turns = (from, to) => {
    let turn = from
    return Effect.runPromise(Effect.orDie(Effect.whileLoop({
      while: () => turn < to,
      body: () => read(at(turn)),
      step: (result) => verify(at(turn++), valueOf(result))
    })))
  }
  const all = (): Promise<void> => {
    let i = 0
    return Effect.runPromise(Effect.orDie(Effect.whileLoop({
      while: () => i < keyCount,
      body: () => read(i),
      step: (result) => verifyDeeply(i++, valueOf(result))
    })))
  }
  await all()
  return rounds({ turns, all }, source, stop)
}

/** Reads one after the other, each awaited from outside Effect. */
export const awaited = async <A>(
  read: (i: number) => Promise<A>,
  valueOf: (result: A) => Value,
  source: Source,
  stop: () => Promise<void>
): Promise<Started> => {
  const turns: Turns = async (from, to) => {
    for (let turn = from; turn < to; turn++) {
      const i = at(turn)
      verify(i, valueOf(await read(i)))
    }
  }
  const all = async (): Promise<void> => {
    for (let i = 0; i < keyCount; i++) verifyDeeply(i, valueOf(await read(i)))
  }
  await all()
  return rounds({ turns, all }, source, stop)
}

/** Of what is the value itself. */
export const itself = (value: Value): Value => value

export const ofResult = (result: { readonly value: Value }): Value => result.value

export const tags: ReadonlyArray<string> = ["league:1", "team:7", "team:9", "day:2026-03-01", "venue:3"]

/** A peer's awaited hits; with `tagged`, every value has five tags. */
export const peer = (load: () => Promise<Open>, tagged: "tagged" | "plain" = "plain") => async (): Promise<Subject> => {
  const open = await load()
  const start = async () => {
    const source = new Source()
    const asked = tagged === "tagged" ? { tagsOf: () => tags } : {}
    const { close, read } = await open<Value>({ load: source.load, ttl, capacity: 10 * keyCount, ...asked }, "")
    return awaited((i) => read(keys[i]!), itself, source, close)
  }
  return { start }
}

/** What this cache's subjects have in common. */
export const smartCache = async (
  layer: Layer.Layer<SmartCache.SmartCache> = SmartCache.layer({ ttl: TtlPolicy.fixed(ttl) })
) => {
  const runtime = ManagedRuntime.make(layer)
  const context = await runtime.context()
  const source = new Source()
  return {
    context,
    cache: Context.get(context, SmartCache.SmartCache),
    source,
    compute: values.map((_, i) => Effect.sync(() => source.compute(i))),
    stop: () => runtime.dispose()
  }
}
