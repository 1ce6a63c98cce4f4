import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { Alarms } from "../src/internal/alarms.ts"
import { within } from "../src/internal/within.ts"

const late = () => Effect.fail("late" as const)

/** A step that never ends by itself, and how often it was interrupted. */
const hanging = () => {
  const state = { interrupted: 0 }
  const step = () => Effect.onInterrupt(Effect.never, () => Effect.sync(() => void state.interrupted++))
  return { state, step }
}

describe("a bounded step", () => {
  it.effect("that ends at once takes no timer", () =>
    Effect.gen(function*() {
      const alarms = new Alarms()
      let timers = 0
      const join = alarms.join.bind(alarms)
      alarms.join = (...args) => {
        timers++
        return join(...args)
      }
      assert.strictEqual(yield* within(alarms, 100, () => Effect.succeed(1), late), 1)
      assert.deepStrictEqual(yield* Effect.exit(within(alarms, 100, () => Effect.fail("no"), late)), Exit.fail("no"))
      assert.deepStrictEqual(
        yield* Effect.exit(within(alarms, 100, () => {
          throw "thrown"
        }, late)),
        Exit.die("thrown")
      )
      assert.strictEqual(timers, 0)
    }))

  it.effect("gives its result when it ends in time", () =>
    Effect.gen(function*() {
      const bounded = within(new Alarms(), 100, () => Effect.as(Effect.sleep(99), 1), late)
      const fiber = yield* Effect.forkChild(bounded, { startImmediately: true })
      yield* TestClock.adjust(99)
      assert.deepStrictEqual(fiber.pollUnsafe(), Exit.succeed(1))
    }))

  it.effect("is interrupted when it takes too long, and not before", () =>
    Effect.gen(function*() {
      const { state, step } = hanging()
      const fiber = yield* Effect.forkChild(within(new Alarms(), 100, step, late), { startImmediately: true })
      yield* TestClock.adjust(99)
      assert.deepStrictEqual([fiber.pollUnsafe(), state.interrupted], [undefined, 0])
      yield* TestClock.adjust(1)
      assert.deepStrictEqual([fiber.pollUnsafe(), state.interrupted], [Exit.fail("late"), 1])
    }))

  it.effect("ends with whoever waits for it", () =>
    Effect.gen(function*() {
      const { state, step } = hanging()
      const fiber = yield* Effect.forkChild(within(new Alarms(), 100, step, late), { startImmediately: true })
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(state.interrupted, 1)
      yield* TestClock.adjust(1000)
      assert.strictEqual(state.interrupted, 1)
    }))
})
