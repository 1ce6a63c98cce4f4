/** Work that goes on in a scope. */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { minute } from "../internal/time.ts"

/** Runs it until the scope closes; that it stops before, by a defect, is not silent. */
export const run = <A, E, R>(name: string, work: Effect.Effect<A, E, R>): Effect.Effect<void, never, R | Scope.Scope> =>
  work.pipe(
    Effect.tapCause((cause) =>
      Cause.hasInterruptsOnly(cause) ? Effect.void : Effect.logError(`${name} stopped`, cause)
    ),
    Effect.forkScoped({ startImmediately: true }),
    Effect.asVoid
  )

/** Waits for a moment of the clock. A machine that sleeps stops its timers, so that the clock is looked at now and then. */
export const until = Effect.fnUntraced(function*(at: number) {
  for (let now = yield* Clock.currentTimeMillis; now < at; now = yield* Clock.currentTimeMillis) {
    yield* Effect.sleep(Math.min(at - now, minute))
  }
})
