/** One line that tells how far the day has come. */
import { show } from "../internal/time.ts"
import * as Format from "./format.ts"

/** Where the day stands; times in epoch milliseconds. */
export interface Progress {
  readonly at: number
  readonly reads: number
  readonly total: number
  readonly computes: number
  readonly hit_rate_pct: number
  readonly events: number
}

const bar = 24

/**
 * Without a line break, of a steady width so that it can be written over itself; what does not fit the columns is
 * left out, the bar first, then from the end.
 */
export const line = (
  { at, computes, events, hit_rate_pct, reads, total }: Progress,
  columns = Number.POSITIVE_INFINITY
): string => {
  const done = Format.share(reads, total)
  const full = Math.round(bar * done / 100)
  const whole = Format.count(total).length
  const parts = [
    `[${"#".repeat(full)}${".".repeat(bar - full)}]`,
    `${Math.floor(done).toString().padStart(3)} %`,
    `${show(at)} UTC`,
    `${Format.count(reads).padStart(whole)} reads`,
    `${Format.count(computes).padStart(whole)} computes`,
    `hit ${Format.percent(hit_rate_pct).padStart(6)}`,
    `${Format.count(events).padStart(3)} events`
  ]
  if (parts.join("  ").length >= columns) parts.shift()
  while (parts.length > 1 && parts.join("  ").length >= columns) parts.pop()
  return parts.join("  ").slice(0, columns - 1)
}
