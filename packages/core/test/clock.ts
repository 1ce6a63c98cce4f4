/** Effects at a moment of the test's choosing. */
import { Clock, Effect } from "effect"

const frozen = (millis: number): Clock.Clock => ({
  currentTimeMillisUnsafe: () => millis,
  currentTimeMillis: Effect.succeed(millis),
  currentTimeNanosUnsafe: () => BigInt(millis) * 1_000_000n,
  currentTimeNanos: Effect.succeed(BigInt(millis) * 1_000_000n),
  monotonicTimeNanosUnsafe: () => BigInt(millis) * 1_000_000n,
  monotonicTimeNanos: Effect.succeed(BigInt(millis) * 1_000_000n),
  sleep: () => Effect.never
})

/** What an effect answers at a moment at which the clock stands still. */
export const runAt = <A, E>(millis: number, effect: Effect.Effect<A, E>): A =>
  Effect.runSync(Effect.provideService(effect, Clock.Clock, frozen(millis)))
