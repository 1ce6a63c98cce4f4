/** How a suite of a store makes time pass and outlasts a step that hangs. */
import { it } from "@effect/vitest"
import type { SmartCacheError } from "@smart-cache/core/CacheError"
import { Effect, Fiber, Option } from "effect"
import { TestClock } from "effect/testing"

export interface Time {
  /** Registers a test: on a clock that stands still, or on the real one. */
  readonly test: (name: string, body: () => Effect.Effect<void>) => void
  /** Lets so many milliseconds pass. */
  readonly elapse: (millis: number) => Effect.Effect<void>
  /** Milliseconds of a short lease: as short as the clock allows. */
  readonly lease: number
  /** How many random histories there is time for. */
  readonly histories: number
}

/** The `TestClock`; time passes in an instant. */
export const testTime: Time = {
  test: (name, body) => it.effect(name, body),
  elapse: (millis) => TestClock.adjust(millis),
  lease: 1000,
  histories: 200
}

/** Longer than any delay that a step is made to have. */
const patience = 600

/** What a step answers within a while; nothing when it fails or hangs. */
export const attempt = <A>(time: Time, step: Effect.Effect<A, SmartCacheError>): Effect.Effect<Option.Option<A>> =>
  Effect.gen(function*() {
    const fiber = yield* Effect.forkChild(Effect.option(step), { startImmediately: true })
    if (fiber.pollUnsafe() === undefined) yield* Effect.raceFirst(Fiber.await(fiber), time.elapse(patience))
    if (fiber.pollUnsafe() !== undefined) return yield* Fiber.join(fiber)
    yield* Fiber.interrupt(fiber)
    return Option.none()
  })

/** What a step answers in the end, asked until it does. */
export const sure = <A>(time: Time, step: Effect.Effect<A, SmartCacheError>): Effect.Effect<A> =>
  Effect.flatMap(
    attempt(time, step),
    (answer) => Option.isSome(answer) ? Effect.succeed(answer.value) : sure(time, step)
  )
