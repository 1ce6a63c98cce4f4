/** Draws from a seeded `Random.Random`, for code that runs outside of effects. */
import type * as EffectRandom from "effect/Random"
import type { Quantiles } from "../DayFigures.ts"

export type Random = EffectRandom.Random

/** In (0, 1]: safe to take the logarithm of. */
const positive = (random: Random): number => 1 - random.nextDoubleUnsafe()

export const between = (random: Random, low: number, high: number): number =>
  low + (high - low) * random.nextDoubleUnsafe()

export const happens = (random: Random, probability: number): boolean => random.nextDoubleUnsafe() < probability

export const pick = <A>(random: Random, values: ReadonlyArray<A>): A =>
  values[Math.floor(random.nextDoubleUnsafe() * values.length)]!

export const sign = (random: Random): 1 | -1 => happens(random, 0.5) ? 1 : -1

/** Box and Muller's. */
export const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(positive(random))) * Math.cos(2 * Math.PI * random.nextDoubleUnsafe())

/** Knuth's; for small means. */
export const poisson = (random: Random, mean: number): number => {
  const limit = Math.exp(-mean)
  let count = 0
  for (let product = positive(random); product > limit; product *= positive(random)) count++
  return count
}

/** Interpolates between quantiles; nothing is larger than the last of them. */
export const fromQuantiles = (random: Random, quantiles: Quantiles): number => {
  const u = random.nextDoubleUnsafe()
  const above = quantiles.findIndex(([probability]) => probability > u)
  if (above <= 0) return quantiles.at(-1)?.[1] ?? 0
  const [p0, v0] = quantiles[above - 1]!
  const [p1, v1] = quantiles[above]!
  return v0 + (v1 - v0) * (u - p0) / (p1 - p0)
}
