/** What judges prices against the last 360 of their market: ours, and two passes over a ring as the floor. */
import * as Detector from "@smart-cache/core/Detector"
import * as VixService from "@smart-cache/core/VixService"

export const samples = 360

/** Longer than a run, so that every market keeps its samples. */
const window = 1e12

/** Judges a price of a market at a moment, then makes it history; the score is `NaN` while too little is known. */
export type Guard = (market: number, odds: number, now: number) => number

/** Hands over the same object with other odds in it, so that no caller's garbage is measured. */
export const ours = (names: ReadonlyArray<string>): Guard => {
  const vix = VixService.make({
    detector: Detector.zScore({ minSamples: 4, warning: 1.5, panic: 2 }),
    window,
    maxSamples: samples,
    maxMarkets: names.length
  })
  const asked = names.map((name) => ({ [name]: 2.5 }))
  return (market, price, now) => {
    const odds = asked[market]!
    odds[names[market]!] = price
    const verdict = vix.assess(odds, now)
    if (!(verdict instanceof VixService.Verdict)) throw verdict
    return verdict.z
  }
}

/** In no order of time: sums need none. */
interface Ring {
  readonly values: Float64Array
  oldest: number
  size: number
}

const least = 4

const score = ({ size, values }: Ring, price: number): number => {
  if (size < least) return Number.NaN
  let sum = 0
  for (let i = 0; i < size; i++) sum += values[i]!
  const mean = sum / size
  let squares = 0
  for (let i = 0; i < size; i++) squares += (values[i]! - mean) ** 2
  return Math.abs(price - mean) / Math.max(Math.sqrt(squares / (size - 1)), 0.01)
}

/** Nothing but the sums: no times, no bound, no panics, no drift. */
export const twoPasses = (names: ReadonlyArray<string>): Guard => {
  const markets = new Map<string, Ring>()
  return (market, price) => {
    const name = names[market]!
    let ring = markets.get(name)
    if (ring === undefined) markets.set(name, ring = { values: new Float64Array(samples), oldest: 0, size: 0 })
    const z = score(ring, price)
    ring.values[ring.oldest] = price
    ring.oldest = (ring.oldest + 1) % samples
    if (ring.size < samples) ring.size++
    return z
  }
}
