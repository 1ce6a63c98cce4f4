/** How many readers there are, minute by minute. */
import { type Day, finalKickoffs } from "../Day.ts"
import * as Popularity from "./popularity.ts"
import { day as dayLength, hour, minute } from "./time.ts"

export interface Intensity {
  /** Minutes of the day's time line. */
  readonly slots: number
  /** Cumulative intensity up to the end of a minute. */
  readonly until: (slot: number) => number
  /** The matches as they are read in that minute. */
  readonly matchesIn: (slot: number) => Popularity.Choice
}

/** Reads that come after the kickoff, of a match's reads, and for how long they come. */
const stragglers = { share: 0.003, minutes: 5 }

/** One grid of sums for the day; what a minute's matches weigh is worked out again when it is asked for. */
export const make = (day: Pick<Day, "matches" | "actions" | "start" | "end">): Intensity => {
  const kickoffs = finalKickoffs(day)
  const popularity = Popularity.matches(day.matches)
  const slots = Math.max(1, Math.ceil((day.end - day.start) / minute))
  const middle = (slot: number): number => day.start + (slot + 0.5) * minute
  const followed = day.matches.map((match, index) => {
    const kickoff = kickoffs.get(match.id) ?? match.kickoff
    let total = 0
    for (let slot = 0; slot < slots; slot++) total += interest(middle(slot), kickoff)
    const late = total * stragglers.share / (1 - stragglers.share) / stragglers.minutes
    return { kickoff, late, weight: popularity[index]! / total }
  })
  const weights = (slot: number): ReadonlyArray<number> => {
    const at = middle(slot)
    return followed.map(({ kickoff, late, weight }) =>
      weight * (at < kickoff ? interest(at, kickoff) : at < kickoff + stragglers.minutes * minute ? late : 0)
    )
  }
  const sums = new Float64Array(slots)
  let sum = 0
  for (let slot = 0; slot < slots; slot++) {
    for (const weight of weights(slot)) sum += weight
    sums[slot] = sum
  }
  return { slots, until: (slot) => sums[slot]!, matchesIn: (slot) => Popularity.choice(weights(slot)) }
}

/** Interest falls as this grows with the time left, milliseconds: hyperbolically. */
export const remoteness = (left: number): number => 1.4 + left / hour

/** Before kickoff: by the time left, by the hour of the day, and livelier for a quarter after lineups. */
const interest = (at: number, kickoff: number): number => {
  const left = kickoff - at
  if (left <= 0) return 0
  const lineups = left <= hour && left > hour - 15 * minute ? 2.5 : 1
  return lineups * ofDay(at) / remoteness(left)
}

/** From 0.2 at five in the morning to 1 at five in the afternoon, UTC. */
const ofDay = (at: number): number => {
  const share = (at % dayLength) / dayLength
  return 0.6 + 0.4 * Math.cos(2 * Math.PI * (share - 17 / 24))
}
