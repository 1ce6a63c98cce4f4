/** Time along a picture: the days before take little room, the day of the matches takes most of it. */
import { day, hour } from "../internal/time.ts"

export interface Tick {
  readonly at: number
  readonly label: string
}

export interface TimeScale {
  readonly x: (at: number) => number
  /** Where the match day begins, inside the picture; `undefined` when there is nothing before it. */
  readonly split: number | undefined
  readonly ticks: ReadonlyArray<Tick>
}

/** Share of the width for the days before. */
const before = 0.36

/** From `start` to `end` (epoch milliseconds) over `left` to `right`; the match day is the UTC day of `end`. */
export const make = (start: number, end: number, left: number, right: number): TimeScale => {
  const midnight = Math.floor((end - 1) / day) * day
  const split = midnight > start && midnight < end ? midnight : undefined
  const bend = split === undefined ? left : left + before * (right - left)
  const from = split ?? start
  return {
    x: (at) =>
      split !== undefined && at < split
        ? left + (bend - left) * (at - start) / (split - start)
        : bend + (right - bend) * (at - from) / Math.max(end - from, 1),
    split,
    ticks: [
      ...(split === undefined ? [] : every(day / 2, start, split).map((at) => ({ at, label: dayLabel(at) }))),
      ...every(2 * hour, from, end).map((at) => ({ at, label: clock(at) }))
    ]
  }
}

const every = (step: number, from: number, until: number): ReadonlyArray<number> => {
  const first = Math.ceil(from / step) * step
  return Array.from({ length: Math.max(0, Math.ceil((until - first) / step)) }, (_, index) => first + index * step)
}

const clock = (at: number): string => new Date(at).toISOString().slice(11, 16)

const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]

const dayLabel = (at: number): string => `${weekdays[new Date(at).getUTCDay()]} ${clock(at)}`
