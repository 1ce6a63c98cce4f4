/**
 * Which days are played when.
 *
 * One series of days goes by fast, back to back, so that a match is always near its kickoff; another one goes by at the
 * clock's own speed, a day and more ahead, so that there is always one that is far from it.
 */
import type { Day } from "../Day.ts"
import { day as dayLength, hour, minute } from "../internal/time.ts"
import { kickoffs } from "./layOut.ts"

export interface Series {
  /** How many times faster than the clock its days go by. */
  readonly speed: number
  /** First kickoff of its first day, epoch milliseconds. */
  readonly first: number
  /** First kickoff of the day after a day, or of the first one that can still be played. */
  readonly following: (day: Day, now: number) => number
  /** When the day after a day is put on offer. */
  readonly offeredAt: (day: Day) => number
}

/** Kickoffs are at round times, so that processes whose first one is the same play the same days. */
const round = 10 * minute

const soon = (now: number): number => Math.ceil((now + 5 * minute) / round) * round

const tomorrow = (kickoff: number): number => Math.ceil((kickoff + 18 * hour) / hour) * hour

/** The day's first kickoff is 5 to 15 minutes from now; the next day's comes ten minutes after the last one. */
export const near = (now: number, speed: number): Series => ({
  speed,
  first: soon(now),
  following: (day, now) => Math.max(Math.ceil((kickoffs(day).last + round) / minute) * minute, soon(now)),
  offeredAt: (day) => kickoffs(day).first - 30 * minute
})

/** Kicks off 18 hours after a near one, and again each day; the last match on offer is always more than a day ahead. */
export const far = (near: Series): Series => ({
  speed: 1,
  first: tomorrow(near.first),
  following: (day, now) => Math.max(kickoffs(day).first + dayLength, tomorrow(soon(now))),
  offeredAt: (day) => kickoffs(day).last - dayLength
})
