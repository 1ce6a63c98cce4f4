/** A step that is given up when it takes too long; one that ends at once takes no timer, and those that begin together share one. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { Alarms } from "./alarms.ts"

/** The step's result, or `late` once it was interrupted after so many milliseconds. */
export const within = <A, E>(
  alarms: Alarms,
  millis: number,
  step: () => Effect.Effect<A, E>,
  late: () => Effect.Effect<never, E>
): Effect.Effect<A, E> =>
  Effect.withFiber((fiber) =>
    Effect.callback<A, E>((resume) => {
      const running = Effect.runForkWith(fiber.context)(Effect.suspend(step))
      const ended = running.pollUnsafe()
      if (ended !== undefined) return resume(ended)
      const stop = Effect.suspend(() => Fiber.interrupt(running))
      const ring = () => resume(Effect.andThen(stop, Effect.suspend(late)))
      const alarm = alarms.join(fiber.getRef(Clock.Clock).currentTimeMillisUnsafe() + millis, ring, fiber)
      if (alarm === undefined) return ring()
      running.addObserver((exit) => {
        alarm.leave(ring)
        resume(exit)
      })
      return Effect.suspend(() => {
        alarm.leave(ring)
        return stop
      })
    })
  )
