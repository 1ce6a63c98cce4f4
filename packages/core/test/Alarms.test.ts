import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { type Alarm, Alarms } from "../src/internal/alarms.ts"

/** A reader who joins and leaves, and how often it was called. */
const sleeper = (alarms: Alarms, moment: number) => {
  let alarm: Alarm | undefined
  const state = { calls: 0 }
  const ring = () => void state.calls++
  const join = Effect.withFiber((fiber) => {
    alarm = alarms.join(moment, ring, fiber)
    return Effect.void
  })
  const leave = Effect.sync(() => {
    alarm?.leave(ring)
    alarm = undefined
  })
  return { join, leave, rings: () => state.calls, waits: () => alarm !== undefined }
}

/** All sequences of so many of these. */
const sequences = <A>(of: ReadonlyArray<A>, length: number): ReadonlyArray<ReadonlyArray<A>> =>
  length === 0 ? [[]] : sequences(of, length - 1).flatMap((rest) => of.map((each) => [...rest, each]))

describe("Alarms", () => {
  it.effect("call a sleeper that joins once at its moment, whatever others do before and after", () =>
    Effect.gen(function*() {
      const moment = 100
      const plans = sequences(["a joins", "a leaves", "b joins", "b leaves"] as const, 3)
      const started: Array<() => void> = []
      for (const before of plans) {
        for (const after of plans) {
          const alarms = new Alarms()
          const [a, b, c] = [sleeper(alarms, moment), sleeper(alarms, moment), sleeper(alarms, moment)]
          const does = { "a joins": a.join, "a leaves": a.leave, "b joins": b.join, "b leaves": b.leave }
          yield* Effect.forEach(before, (act) => does[act])
          yield* c.join
          yield* Effect.forEach(after, (act) => does[act])
          const waiting = [a, b, c].map((each) => each.waits() ? 1 : 0)
          const plan = [...before, "c joins", ...after].join(", ")
          started.push(() => assert.deepStrictEqual([a, b, c].map((each) => each.rings()), waiting, plan))
        }
      }
      yield* TestClock.adjust(moment)
      for (const check of started) check()
    }))

  it.effect("call nobody before the moment, and have none to offer once it has come", () =>
    Effect.gen(function*() {
      const alarms = new Alarms()
      const early = sleeper(alarms, 100)
      yield* early.join
      yield* TestClock.adjust(99)
      assert.strictEqual(early.rings(), 0)
      yield* TestClock.adjust(1)
      assert.strictEqual(early.rings(), 1)
      const late = sleeper(alarms, 100)
      yield* late.join
      assert.isFalse(late.waits())
      yield* TestClock.adjust(1000)
      assert.deepStrictEqual([early.rings(), late.rings()], [1, 0])
    }))
})
