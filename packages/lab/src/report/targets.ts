/** The steady-state shares of the strategies that the cache is to reach, in percent of the reads. */
import type { Strategy } from "./DayResult.ts"

export interface Target {
  readonly low: number
  readonly high: number
}

export const targets: Readonly<Record<Strategy, Target>> = {
  serve_fresh: { low: 85, high: 90 },
  serve_stale: { low: 5, high: 10 },
  compute: { low: 3, high: 5 },
  bypass: { low: 0, high: 2 }
}

export type Verdict = "within" | "above" | "below"

export const judge = (share: number, { high, low }: Target): Verdict =>
  share > high ? "above" : share < low ? "below" : "within"

/** `85-90 %`, or `< 2 %` where nothing is too little. */
export const show = ({ high, low }: Target): string => low === 0 ? `< ${high} %` : `${low}-${high} %`
