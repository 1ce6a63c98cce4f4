/**
 * Markets on corners and cards.
 *
 * Totals are Poisson. Over 1,140 Premier League matches, 2022–25 (football-datasets,
 * PDDL), the corners of a match have mean 10.41 and variance 11.76, the cards 4.06
 * and 4.62.
 */
import * as Counts from "./counts.ts"
import type { Side } from "./menu.ts"
import type { Model } from "./model.ts"
import { bands, overUnder, price, threeWay, yesNo } from "./prices.ts"
import type { Prices } from "./prices.ts"

/** Corners and cards of a match that are told apart. */
const most = 40

/**
 * How much the sides' shares of the corners differ from match to match. In the same matches the difference of corners
 * has variance 25.4, where independent Poisson sides would give 10.4: whoever presses takes corner after corner.
 */
const pressing = 0.15

const corners = ({ rates }: Model): Float64Array => Counts.poisson(rates.homeCorners + rates.awayCorners, most)

export const mostCorners = (model: Model): Prices => {
  const chance = model.rates.homeCorners / (model.rates.homeCorners + model.rates.awayCorners)
  let home = 0
  let level = 0
  corners(model).forEach((p, total) => {
    const taken = Counts.betaBinomial(total, chance, pressing)
    home += p * Counts.above(taken, total / 2)
    if (total % 2 === 0) level += p * taken[total / 2]!
  })
  return threeWay(home, level, 1 - home - level)
}

/** The menu names the market and not its bands; ours hold about a third of the matches each. */
export const cornerBands = (model: Model): Prices => {
  const cells = corners(model)
  return bands([8, 11], (bound) => 1 - Counts.above(cells, bound))
}

export const cornersOver = (model: Model, line: number): Prices => overUnder(Counts.above(corners(model), line))

const cards = ({ rates }: Model, of: "match" | Side): Float64Array => {
  const rate = { match: rates.homeCards + rates.awayCards, home: rates.homeCards, away: rates.awayCards }
  return Counts.poisson(rate[of], most)
}

export const cardsOver = (model: Model, of: "match" | Side, line: number): Prices =>
  overUnder(Counts.above(cards(model, of), line))

export const mostCards = (model: Model): Prices => {
  const away = cards(model, "away")
  let ahead = 0
  let level = 0
  cards(model, "home").forEach((p, count) => {
    ahead += p * (1 - Counts.above(away, count) - away[count]!)
    level += p * away[count]!
  })
  return threeWay(ahead, level, 1 - ahead - level)
}

/**
 * Ten points a yellow card and 25 a red one; the reds are an independent share of the cards. The bands are ours: the
 * menu names the market alone.
 */
export const bookingPoints = (model: Model): Prices => {
  const { awayCards, homeCards, redCards } = model.rates
  const yellow = Counts.poisson(homeCards + awayCards - redCards, most)
  const red = Counts.poisson(redCards, 6)
  const atMost = (points: number) =>
    red.reduce((sum, p, reds) => sum + p * (1 - Counts.above(yellow, Math.floor((points - 25 * reds) / 10))), 0)
  return bands([30, 50, 70], atMost)
}

export const sendingOff = ({ rates }: Model): Prices => yesNo(1 - Math.exp(-rates.redCards))

/** One given starter of each side, each of the eleven as likely as the next; so the two do not exclude each other. */
export const shownACard = ({ rates }: Model): Prices => [
  price("home-starter", 1 - Math.exp(-rates.homeCards / 11)),
  price("away-starter", 1 - Math.exp(-rates.awayCards / 11))
]

export const penaltyTaken = ({ rates }: Model): Prices => yesNo(1 - Math.exp(-rates.penalties))
