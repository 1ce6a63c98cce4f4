import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber } from "effect"
import { setTimeout } from "node:timers/promises"
import { SteppedClock } from "../src/internal/steppedClock.ts"

/** Takes time on the wall, and then still a few turns. */
const answer = Effect.promise(() => setTimeout(20))

describe("the stepped clock", () => {
  it.live("stands while an answer from outside is awaited", () => {
    const clock = new SteppedClock(1000)
    return clock.provide(Effect.gen(function*() {
      const seen: Array<number> = []
      const worker = Effect.gen(function*() {
        for (let i = 0; i < 3; i++) {
          yield* Effect.sleep(10)
          yield* clock.outside(answer)
          seen.push(yield* Clock.currentTimeMillis)
        }
      })
      yield* Effect.forkChild(worker, { startImmediately: true })
      yield* clock.setTime(5000)
      assert.deepStrictEqual(seen, [1010, 1020, 1030])
      assert.strictEqual(yield* Clock.currentTimeMillis, 5000)
    }))
  })

  it.live("wakes by time, those of one moment in the order in which they went to sleep", () => {
    const clock = new SteppedClock(0)
    return clock.provide(Effect.gen(function*() {
      const woken: Array<string> = []
      for (const [name, millis] of [["late", 30], ["first", 20], ["second", 20], ["never", 51]] as const) {
        const sleeper = Effect.andThen(Effect.sleep(millis), Effect.sync(() => woken.push(name)))
        yield* Effect.forkChild(sleeper, { startImmediately: true })
      }
      yield* clock.setTime(50)
      assert.deepStrictEqual(woken, ["first", "second", "late"])
    }))
  })

  it.live("ends the step of who was woken before the next is woken, however many turns it takes", () => {
    const clock = new SteppedClock(0)
    return clock.provide(Effect.gen(function*() {
      const steps: Array<string> = []
      const walk = (name: string) =>
        Effect.gen(function*() {
          yield* Effect.sleep(10)
          for (let i = 0; i < 5; i++) {
            yield* Effect.yieldNow
            yield* clock.outside(Effect.promise(() => setTimeout(1)))
            steps.push(name)
          }
        })
      yield* Effect.forkChild(walk("a"), { startImmediately: true })
      yield* Effect.forkChild(walk("b"), { startImmediately: true })
      yield* clock.setTime(10)
      assert.strictEqual(steps.join(""), "aaaaabbbbb")
    }))
  })

  it.live("does not wake who has left", () => {
    const clock = new SteppedClock(0)
    return clock.provide(Effect.gen(function*() {
      const sleeper = yield* Effect.forkChild(Effect.sleep(10), { startImmediately: true })
      yield* Fiber.interrupt(sleeper)
      yield* clock.setTime(20)
      assert.strictEqual(clock.currentTimeMillisUnsafe(), 20)
      assert.strictEqual(clock.monotonicTimeNanosUnsafe(), 20_000_000n)
    }))
  })
})
