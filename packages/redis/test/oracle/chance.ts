/** Choices of one process, from a seed. */
import { Effect, Random } from "effect"

export interface Chance {
  /** Uniform in [0, 1). */
  readonly next: () => number
  readonly below: (max: number) => number
  readonly pick: <A>(from: ReadonlyArray<A>) => A
  readonly happens: (probability: number) => boolean
}

export const chance: Effect.Effect<Chance> = Effect.map(Random.Random, (random) => {
  const next = () => random.nextDoubleUnsafe()
  return {
    next,
    below: (max) => next() * max,
    pick: (from) => from[Math.floor(next() * from.length)]!,
    happens: (probability) => next() < probability
  }
})
