/**
 * How nervousness is judged from the history of a market: detectors as data, and
 * the pure judgement (spec §5).
 */
import type { VixLevel } from "./CacheOutcome.ts"
import type { OddsHistory } from "./internal/oddsHistory.ts"
import { fastTau } from "./internal/speed.ts"

/** Price steps of a market: below `below`, odds move in steps of `tick`. */
export interface TickBand {
  readonly below: number
  readonly tick: number
}

interface Thresholds {
  readonly minSamples: number
  readonly warning: number
  readonly panic: number
  /** σ is never less than one tick. */
  readonly ticks: ReadonlyArray<TickBand>
}

/**
 * - `ZScore`: distance of the current odds from the window's mean in standard
 *   deviations, the current ones not among them. What users know; it detects
 *   departure from the recent mean, so on a pure random walk it reaches 2 about
 *   17 % of the time at one sample a minute in a window of 30, and more often with
 *   fewer samples.
 * - `Ewma`: ratio of the fast to the slow standard deviation of log-odds returns,
 *   with hysteresis: panics from `panic`, calms down below `panic / √2`.
 */
export type Detector = ({ readonly _tag: "ZScore" } | { readonly _tag: "Ewma" }) & Thresholds

export interface Options {
  /** Fewer samples (returns for `ewma`) than this: unknown. */
  readonly minSamples: number
  /** Score from which the market is nervous. */
  readonly warning: number
  /** Score from which it panics. */
  readonly panic: number
  /** One tick of 0.01 everywhere by default. Bands ascend and end at `Infinity`. */
  readonly ticks?: ReadonlyArray<TickBand> | undefined
}

const check = (name: string, options: Options): Thresholds => {
  const { minSamples, panic, ticks = [{ below: Infinity, tick: 0.01 }], warning } = options
  if (!(Number.isInteger(minSamples) && minSamples >= 2)) {
    throw new RangeError(`Detector.${name}: minSamples must be an integer of at least 2, got ${minSamples}`)
  }
  if (!(warning > 0 && warning <= panic && Number.isFinite(panic))) {
    throw new RangeError(`Detector.${name}: expected 0 < warning ≤ panic < ∞, got ${warning} and ${panic}`)
  }
  ticks.forEach((band, i) => {
    const before = ticks[i - 1]?.below ?? 1
    if (!(band.below > before && band.tick > 0 && band.tick < Infinity)) {
      throw new RangeError(
        `Detector.${name}: bands must ascend with positive ticks, got ${band.tick} below ${band.below}`
      )
    }
  })
  const end = ticks.at(-1)?.below
  if (end !== Infinity) {
    throw new RangeError(`Detector.${name}: the last band must end at Infinity, got ${end ?? "no bands"}`)
  }
  return { minSamples, warning, panic, ticks }
}

/** z-score of the current odds against the window, the current observation excluded. */
export const zScore = (options: Options): Detector => ({ _tag: "ZScore", ...check("zScore", options) })

/** Ratio of fast to slow volatility of log-odds returns. */
export const ewma = (options: Options): Detector => ({ _tag: "Ewma", ...check("ewma", options) })

/** One tick at these odds. */
export const tickAt = (ticks: ReadonlyArray<TickBand>, odds: number): number =>
  ticks.find((band) => odds < band.below)?.tick ?? ticks.at(-1)!.tick

/** A score and what it means; the score is `NaN` while unknown. */
export interface Judgement {
  readonly level: VixLevel
  readonly score: number
}

const unknown: Judgement = { level: "unknown", score: Number.NaN }

const level = (score: number, thresholds: Thresholds): VixLevel =>
  score >= thresholds.panic ? "panic" : score >= thresholds.warning ? "warning" : "normal"

/**
 * The z-score of `odds` against the history. When the newest sample already is
 * these odds, it is the current observation and is left out.
 */
const zScoreOf = (history: OddsHistory, odds: number, thresholds: Thresholds): Judgement => {
  const { mean, samples, sigma } = history.last === odds ? history.momentsBefore() : history.moments()
  if (samples < thresholds.minSamples) return unknown
  const score = odds === mean ? 0 : Math.abs(odds - mean) / Math.max(sigma, tickAt(thresholds.ticks, odds))
  return { level: level(score, thresholds), score }
}

/**
 * Fast over slow volatility, as if the odds were observed now. Odds that were just
 * observed are the newest sample, and nothing has moved since.
 */
const ewmaOf = (
  history: OddsHistory,
  odds: number,
  now: number,
  alarmed: boolean,
  thresholds: Thresholds
): Judgement => {
  const speed = history.last === odds && now <= history.lastTime ? history.speed : history.speedWith(now, odds)
  if (speed.returns < thresholds.minSamples) return unknown
  // As for the z-score, one tick is the least move that means anything: alone in the fast window it scores 1.
  const tick = tickAt(thresholds.ticks, odds) / Math.max(odds - 1, 0.01)
  const score = Math.sqrt(speed.fast / Math.max(speed.slow, tick ** 2 / fastTau))
  const held = alarmed && score > thresholds.panic / Math.SQRT2
  return { level: held ? "panic" : level(score, thresholds), score }
}

/**
 * Judges the odds of one market at a moment against what was observed before.
 *
 * `alarmed` is whether it was in panic before; only `Ewma` holds on to a panic.
 */
export const judge = (
  detector: Detector,
  history: OddsHistory,
  odds: number,
  now: number,
  alarmed: boolean
): Judgement => {
  switch (detector._tag) {
    case "ZScore":
      return zScoreOf(history, odds, detector)
    case "Ewma":
      return ewmaOf(history, odds, now, alarmed, detector)
  }
}
