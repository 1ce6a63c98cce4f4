import type { VixLevel } from "../CacheOutcome.ts"
import * as Detector from "../Detector.ts"
import { OddsHistory } from "./oddsHistory.ts"

/** One sample of a market, and how it stood to those before it; what is not known is `NaN`. */
export interface TracePoint {
  /** Epoch milliseconds. */
  readonly at: number
  readonly odds: number
  readonly mean: number
  /** Sample standard deviation (n − 1). */
  readonly sigma: number
  readonly z: number
  readonly level: VixLevel
}

/** Each point costs a look at all before it. */
const most = 720

/** Judges the samples of a history once more, the latest 720 of them, as if they came now. */
export const trace = (history: OddsHistory, detector: Detector.Detector): ReadonlyArray<TracePoint> => {
  const before = new OddsHistory(most)
  let alarmed = false
  return history.samples(most).map(({ at, odds }) => {
    const { level, score } = Detector.judge(detector, before, odds, at, alarmed)
    const { mean, samples, sigma } = before.moments()
    alarmed = level === "panic"
    before.push(at, odds)
    return { at, odds, mean, sigma: samples < 2 ? Number.NaN : sigma, z: score, level }
  })
}
