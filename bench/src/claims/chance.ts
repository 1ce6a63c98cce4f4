/** Chance of its own for each part of a run, fixed by the one seed. */
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { seed } from "./finding.ts"

/** Numbers of [0, 1). */
export type Draw = () => number

export const seeded = (part: string) => Random.Random.pipe(Random.withSeed(`${seed}:claims:${part}`))

export const draws = (part: string): Draw => {
  const random = Effect.runSync(seeded(part))
  return () => random.nextDoubleUnsafe()
}

/** Of a Poisson process: time to the next, in units of the mean gap. */
export const gap = (draw: Draw): number => -Math.log1p(-draw())

/** Positions drawn by Zipf(1) among so many. */
export const zipf = (count: number, draw: Draw): () => number => {
  const edges = new Float64Array(count)
  let sum = 0
  for (let rank = 0; rank < count; rank++) edges[rank] = sum += 1 / (rank + 1)
  return () => {
    const at = draw() * sum
    let low = 0
    for (let high = count - 1; low < high;) {
      const middle = (low + high) >> 1
      if (at < edges[middle]!) high = middle
      else low = middle + 1
    }
    return low
  }
}
