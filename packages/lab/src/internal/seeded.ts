/** Chance of its own for each part of a run, fixed by one seed. */
import * as Random from "effect/Random"

export const seeded = (seed: number, part: string) => Random.Random.pipe(Random.withSeed(`${seed}:${part}`))
