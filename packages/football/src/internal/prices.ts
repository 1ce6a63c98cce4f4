/** Selections and their fair probabilities, in the shapes that many markets share. */

/** One selection of a market and its fair probability, the inverse of its fair odds. */
export interface Price {
  readonly selection: string
  readonly probability: number
}

export type Prices = ReadonlyArray<Price>

/** Sums of many cells may leave [0, 1] by a rounding error. */
const unit = (probability: number): number => Math.min(1, Math.max(0, probability))

export const price = (selection: string, probability: number): Price => ({ selection, probability: unit(probability) })

/** Two selections that exclude each other and leave nothing out. */
const pair = (first: string, second: string) => (probability: number): Prices => [
  price(first, probability),
  price(second, 1 - unit(probability))
]

export const yesNo = pair("yes", "no")
export const overUnder = pair("over", "under")

export const threeWay = (home: number, draw: number, away: number): Prices => [
  price("home", home),
  price("draw", draw),
  price("away", away)
]

/** The listed selections, and `other` for whatever they leave. */
export const withOther = (listed: Prices, other: string): Prices => [
  ...listed,
  price(other, 1 - listed.reduce((sum, each) => sum + each.probability, 0))
]

/** Of consecutive bands of a count: `0-8`, `9-11`, `12+` for the bounds 8 and 11. */
export const bands = (bounds: ReadonlyArray<number>, atMost: (bound: number) => number): Prices => {
  const listed = bounds.map((bound, i) => {
    const from = i === 0 ? 0 : bounds[i - 1]! + 1
    return price(`${from}-${bound}`, atMost(bound) - (i === 0 ? 0 : atMost(bounds[i - 1]!)))
  })
  return withOther(listed, `${bounds.at(-1)! + 1}+`)
}

/**
 * The first of two sides of a bet whose margin is settled against a line: above wins, below loses, level returns the
 * stake; a quarter line stakes one half on each neighbouring line.
 *
 * The fair odds `o` satisfy `E[return] = stake`, so the fair probability is `1/o = W / (W + L)` with the mean
 * probabilities of winning and losing of the two halves; that of the other side is the rest.
 */
export const settled = (
  line: number,
  chance: (when: (margin: number) => boolean) => number,
  selections: (probability: number) => Prices
): Prices => {
  const lines = Number.isInteger(line * 2) ? [line] : [line - 0.25, line + 0.25]
  let win = 0
  let lose = 0
  for (const each of lines) {
    win += chance((margin) => margin > each)
    lose += chance((margin) => margin < each)
  }
  return selections(win / (win + lose))
}

export const homeAway = pair("home", "away")
