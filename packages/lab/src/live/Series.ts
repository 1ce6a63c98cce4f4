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
  /** First kickoff of the day after a day. */
  readonly following: (day: Day) => number
  /** When the day after a day is put on offer. */
  readonly offeredAt: (day: Day) => number
}

/** Kickoffs are at round times, so that processes that start together play the same days. */
const round = 10 * minute

/** The day's first kickoff is 5 to 15 minutes from now; the next day's comes ten minutes after the last one. */
export const near = (now: number, speed: number): Series => ({
  speed,
  first: Math.ceil((now + 5 * minute) / round) * round,
  following: (day) => Math.ceil((kickoffs(day).last + round) / minute) * minute,
  offeredAt: (day) => kickoffs(day).first - 30 * minute
})

/** Kicks off 18 hours after a near one, and again each day; the last match on offer is always more than a day ahead. */
export const far = (near: Series): Series => ({
  speed: 1,
  first: Math.ceil((near.first + 18 * hour) / hour) * hour,
  following: (day) => kickoffs(day).first + dayLength,
  offeredAt: (day) => kickoffs(day).last - dayLength
})
