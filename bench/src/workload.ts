/**
 * What every contender reads: 1,000 keys, Zipf popularity, values of about 0.9 KB.
 */
import type * as Random from "effect/Random"
import { randomBytes } from "node:crypto"

export interface Value {
  readonly id: number
  readonly markets: ReadonlyArray<
    { readonly name: string; readonly home: number; readonly draw: number; readonly away: number }
  >
}

/** Tells what this process keeps in Redis from what others keep there, also those of a run before. */
export const token = randomBytes(4).toString("hex")

export const keyCount = 1000

export const keyOf = (i: number): string => `odds:bench:v1:match:{${i}}:match-odds`

export const valueOf = (i: number): Value => ({
  id: i,
  markets: Array.from({ length: 12 }, (_, m) => ({
    name: `market-${m}`,
    home: 1.5 + m / 10,
    draw: 3.25 + m / 10,
    away: 4.5 + m / 10
  }))
})

export const values: ReadonlyArray<Value> = Array.from({ length: keyCount }, (_, i) => valueOf(i))

/** A power of two, so that a mask walks round it. */
export const sequenceLength = 1 << 14

/** Ranks drawn from Zipf(1) by a seeded generator, the same for every contender. */
export const sequence = (random: Random.Random): Uint16Array => {
  const cumulative: Array<number> = []
  let sum = 0
  for (let rank = 1; rank <= keyCount; rank++) cumulative.push(sum += 1 / rank)
  return Uint16Array.from({ length: sequenceLength }, () => {
    const u = random.nextDoubleUnsafe() * sum
    return cumulative.findIndex((edge) => u < edge)
  })
}
