/**
 * The readers of a day: which market of which match is asked for, and when.
 *
 * Popularity is Zipf's: of matches by league and strength, of markets with the ones everybody bets on first. A match
 * is read the more the nearer its kickoff, by day more than by night, in a burst when its lineups come, and by a few
 * stragglers after the kickoff. Shapes and exponents are assumptions; no traffic of a bookmaker is public.
 */
import type { Random } from "effect/Random"
import type { Day } from "./Day.ts"
import * as Intensity from "./internal/intensity.ts"
import * as Popularity from "./internal/popularity.ts"
import { minute } from "./internal/time.ts"

/** Somebody asks for a market of a match, both by id; epoch milliseconds. */
export interface Read {
  readonly at: number
  readonly match: string
  readonly market: string
}

export interface Options {
  readonly day: Pick<Day, "matches" | "actions" | "start" | "end">
  /** Decides everything; give it a seeded one of its own. */
  readonly random: Random
  /** How many reads. Default 250,000. */
  readonly total?: number | undefined
}

/**
 * Exactly `total` reads in order of time, made as they are asked for: memory does not grow with their number.
 * The reads can be walked once. Throws `RangeError` on a total that is no count.
 */
export const make = ({ day, random, total = 250_000 }: Options): IterableIterator<Read> => {
  if (!(Number.isSafeInteger(total) && total >= 0)) {
    throw new RangeError(`Readers.make: total must be a whole number, 0 or more, got ${total}`)
  }
  const intensity = Intensity.make(day)
  return reads(day, intensity, uniforms(random, total), random)
}

const reads = function*(
  day: Options["day"],
  intensity: Intensity.Intensity,
  positions: Iterable<number>,
  random: Random
): Generator<Read, undefined> {
  let slot = 0
  let within = intensity.matchesIn(slot)
  for (const position of positions) {
    const wanted = position * intensity.until(intensity.slots - 1)
    if (intensity.until(slot) <= wanted) {
      while (slot < intensity.slots - 1 && intensity.until(slot) <= wanted) slot++
      within = intensity.matchesIn(slot)
    }
    const before = slot === 0 ? 0 : intensity.until(slot - 1)
    const share = (wanted - before) / (intensity.until(slot) - before)
    yield {
      at: Math.floor(day.start + (slot + Math.min(share, 1)) * minute),
      match: day.matches[within.pick(random.nextDoubleUnsafe())]!.id,
      market: Popularity.markets[Popularity.pickMarket(random.nextDoubleUnsafe())]!
    }
  }
  return undefined
}

/** `total` uniform numbers in ascending order, one at a time: the gaps of order statistics are powers of uniforms. */
const uniforms = function*(random: Random, total: number): Generator<number> {
  let rest = 1
  for (let left = total; left > 0; left--) {
    rest *= (1 - random.nextDoubleUnsafe()) ** (1 / left)
    yield 1 - rest
  }
}
