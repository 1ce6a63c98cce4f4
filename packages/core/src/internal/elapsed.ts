import type * as Clock from "effect/Clock"

/** Milliseconds of a clock that cannot go back. */
export const millisOf = (clock: Clock.Clock): number => Number(clock.monotonicTimeNanosUnsafe()) / 1e6

/** Seconds since a moment of the monotonic clock. */
export const secondsSince = (clock: Clock.Clock, started: bigint): number =>
  Number(clock.monotonicTimeNanosUnsafe() - started) / 1e9
