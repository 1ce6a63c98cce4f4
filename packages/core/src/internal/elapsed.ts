import type * as Clock from "effect/Clock"

/** Seconds since a moment of the monotonic clock. */
export const secondsSince = (clock: Clock.Clock, started: bigint): number =>
  Number(clock.monotonicTimeNanosUnsafe() - started) / 1e9
