/**
 * Rounds of hits in memory: 1,000 keys in a Zipf order that is the same for everybody, each value checked; nanoseconds a read.
 */
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type { Measure, Started } from "../frame/workload.ts"
import { keyCount, keyOf, sequence, sequenceLength, type Value } from "../workload.ts"

export const perRead: Measure = { name: "a read", unit: "ns", better: "less" }

/** Long-lived strings without parts, as a key has after its first use. */
export const keys: ReadonlyArray<string> = JSON.parse(
  JSON.stringify(Array.from({ length: keyCount }, (_, i) => keyOf(i)))
)

const order = await Effect.runPromise(
  Random.Random.pipe(
    Effect.map(sequence),
    Effect.provideService(Random.Random, Random.Random.defaultValue()),
    Random.withSeed(7)
  )
)

const at = (turn: number): number => order[turn & (sequenceLength - 1)]!

export const verify = (i: number, value: Value | undefined): void => {
  if (value?.id !== i) throw new Error(`a wrong value for ${keyOf(i)}: ${JSON.stringify(value)?.slice(0, 80)}`)
}

const timed = async (reads: number, read: () => Promise<void>): Promise<Record<string, number>> => {
  const start = process.hrtime.bigint()
  await read()
  return { [perRead.name]: Number(process.hrtime.bigint() - start) / reads }
}

/** Reads in one fiber; `valueOf` takes the value out of what a read gives, as a caller would. */
export const inFiber = <A>(
  read: (i: number) => Effect.Effect<A, unknown>,
  valueOf: (result: A) => Value,
  stop: () => Promise<void> = async () => {}
): Started => {
  const reads = 200_000
  const all = Effect.suspend(() => {
    let turn = 0
    return Effect.whileLoop({
      while: () => turn < reads,
      body: () => read(at(turn)),
      step: (result) => verify(at(turn++), valueOf(result))
    })
  })
  return { round: () => timed(reads, () => Effect.runPromise(Effect.orDie(all))), stop }
}

/** Reads one after the other, each awaited from outside Effect; first every key once, so that all are there. */
export const awaited = async (
  read: (i: number) => PromiseLike<Value | undefined> | Value | undefined,
  stop: () => Promise<void> = async () => {}
): Promise<Started> => {
  const reads = 50_000
  for (const i of keys.keys()) verify(i, await read(i))
  return {
    round: () =>
      timed(reads, async () => {
        for (let turn = 0; turn < reads; turn++) {
          const i = at(turn)
          verify(i, await read(i))
        }
      }),
    stop
  }
}
