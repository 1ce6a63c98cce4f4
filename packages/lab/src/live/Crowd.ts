/** Readers who come as chance has it, and ask for what is popular and near. */
import type { Match } from "../DayFigures.ts"
import type * as Draw from "../internal/draw.ts"
import * as Intensity from "../internal/intensity.ts"
import * as Popularity from "../internal/popularity.ts"
import { minute, second } from "../internal/time.ts"
import type { Wanted } from "../Predictions.ts"
import type { World } from "../World.ts"

/** A match is on offer for this long after its kickoff, for those who come late. */
const late = 2 * minute

/** The matches that can be asked for. */
export const onOffer = (world: World, now: number): ReadonlyArray<Match> =>
  world.matches.filter(({ id }) => now < world.kickoff(id) + late)

/** Assumption: this much of the interest in a match at its kickoff is left when it is over. */
const stragglers = 0.02

/** Draws what a reader asks for. */
export interface Crowd {
  /** Milliseconds until the next reader: as in a Poisson process. */
  readonly gap: () => number
  /** Nothing while no match is on offer. */
  readonly wanted: (now: number) => Wanted | undefined
}

/** A crowd of `rate` readers a second; give it a seeded `Random` of its own. */
export const make = (world: World, rate: number, random: Draw.Random): Crowd => {
  let matches: ReadonlyArray<Match> = []
  let choice = Popularity.choice([])
  let staleAt = -Infinity
  const look = (now: number): void => {
    matches = onOffer(world, now)
    choice = Popularity.choice(weights(world, matches, now))
    staleAt = now + second
  }
  return {
    gap: () => -Math.log(1 - random.nextDoubleUnsafe()) * second / rate,
    wanted: (now) => {
      // The clock may have been put back, too.
      if (!(now < staleAt && now >= staleAt - second)) look(now)
      const match = matches[choice.pick(random.nextDoubleUnsafe())]
      const market = Popularity.markets[Popularity.pickMarket(random.nextDoubleUnsafe())]!
      return match === undefined ? undefined : { match: match.id, market }
    }
  }
}

const weights = (world: World, matches: ReadonlyArray<Match>, now: number): ReadonlyArray<number> => {
  const popularity = Popularity.matches(matches)
  return matches.map(({ id }, index) => {
    const left = world.kickoff(id) - now
    return popularity[index]! * (left > 0 ? 1 : stragglers) / Intensity.remoteness(Math.max(0, left))
  })
}
