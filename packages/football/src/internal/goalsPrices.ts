/** Markets on the score, at the break and at the end. */
import type { Side } from "./menu.ts"
import type { Model } from "./model.ts"
import { homeAway, overUnder, price, settled, threeWay, withOther, yesNo } from "./prices.ts"
import type { Prices } from "./prices.ts"
import type { Scores } from "./scores.ts"

type Score = (home: number, away: number) => boolean

const homeLeads: Score = (home, away) => home > away
const level: Score = (home, away) => home === away
const awayLeads: Score = (home, away) => home < away

const results = [["home", homeLeads], ["draw", level], ["away", awayLeads]] as const

const leads = (side: Side): Score => side === "home" ? homeLeads : awayLeads

export const result = (scores: Scores): Prices =>
  threeWay(scores.probability(homeLeads), scores.probability(level), scores.probability(awayLeads))

/** Two of three results each, so the three sum to 2. */
export const doubleChance = ({ fullTime }: Model): Prices => [
  price("home-or-draw", fullTime.probability((home, away) => home >= away)),
  price("draw-or-away", fullTime.probability((home, away) => home <= away)),
  price("home-or-away", fullTime.probability((home, away) => home !== away))
]

/** The home side's goals with the line added, against the away side's. */
export const asianHandicap = ({ fullTime }: Model, line: number): Prices =>
  settled(-line, (when) => fullTime.probability((home, away) => when(home - away)), homeAway)

/** A three-way handicap: the side starts with goals in hand, and level is a draw. */
export const plusHandicap = ({ fullTime }: Model, side: Side, start: number): Prices => {
  const line = side === "home" ? start : -start
  const shifted = (score: Score) => fullTime.probability((home, away) => score(home + line, away))
  return threeWay(shifted(homeLeads), shifted(level), shifted(awayLeads))
}

export const goals = (model: Model, of: "match" | "first-half" | Side, line: number): Prices => {
  switch (of) {
    case "match":
      return overUnder(model.fullTime.probability((home, away) => home + away > line))
    case "first-half":
      return overUnder(model.halves().halfTime.probability((home, away) => home + away > line))
    case "home":
      return overUnder(model.fullTime.probability((home) => home > line))
    case "away":
      return overUnder(model.fullTime.probability((_, away) => away > line))
  }
}

export const goalLine = ({ fullTime }: Model, line: number): Prices =>
  settled(line, (when) => fullTime.probability((home, away) => when(home + away)), overUnder)

export const oddEven = ({ fullTime }: Model): Prices => {
  const odd = fullTime.probability((home, away) => (home + away) % 2 === 1)
  return [price("odd", odd), price("even", 1 - odd)]
}

/**
 * Bands of ten minutes and no goal at all.
 *
 * By minute t a share s(t) of the expected goals has passed, linearly within each half; a match of n goals is still
 * goalless with probability (1 − s)ⁿ. At 45 and 90 minutes that is the 0-0 of half time and of full time.
 */
export const firstGoalTime = ({ fullTime, rates }: Model): Prices => {
  const totals = Array.from({ length: 2 * fullTime.most + 1 }, () => 0)
  for (let home = 0; home <= fullTime.most; home++) {
    for (let away = 0; away <= fullTime.most; away++) totals[home + away]! += fullTime.at(home, away)
  }
  const passed = (minute: number) =>
    minute <= 45
      ? rates.firstHalfShare * minute / 45
      : rates.firstHalfShare + (1 - rates.firstHalfShare) * (minute - 45) / 45
  const goalBy = (minute: number) => 1 - totals.reduce((sum, p, n) => sum + p * (1 - passed(minute)) ** n, 0)
  const listed = Array.from(
    { length: 9 },
    (_, i) => price(`${i * 10 + 1}-${i * 10 + 10}`, goalBy(i * 10 + 10) - goalBy(i * 10))
  )
  return withOther(listed, "no-goal")
}

export const bothScore = ({ fullTime }: Model): Prices =>
  yesNo(fullTime.probability((home, away) => home > 0 && away > 0))

export const cleanSheet = ({ fullTime }: Model, side: Side): Prices =>
  yesNo(fullTime.probability((home, away) => (side === "home" ? away : home) === 0))

export const winToNil = ({ fullTime }: Model, side: Side): Prices => {
  const wins = leads(side)
  return yesNo(fullTime.probability((home, away) => wins(home, away) && Math.min(home, away) === 0))
}

const resultAnd = ({ fullTime }: Model, holds: string, fails: string, also: Score): Prices =>
  results.flatMap(([name, when]) => [
    price(`${name}/${holds}`, fullTime.probability((home, away) => when(home, away) && also(home, away))),
    price(`${name}/${fails}`, fullTime.probability((home, away) => when(home, away) && !also(home, away)))
  ])

export const resultAndBothScore = (model: Model): Prices =>
  resultAnd(model, "yes", "no", (home, away) => home > 0 && away > 0)

export const resultAndGoals = (model: Model, line: number): Prices =>
  resultAnd(model, "over", "under", (home, away) => home + away > line)

/** At the break, then at the end. */
export const halfTimeFullTime = (model: Model): Prices =>
  results.flatMap(([atBreak], i) =>
    results.map(([atEnd], j) => price(`${atBreak}/${atEnd}`, model.halves().resultPairs[3 * i + j]!))
  )

const listed = (scores: Scores, homes: ReadonlyArray<number>, aways: ReadonlyArray<number>): Prices =>
  homes.flatMap((home) => aways.map((away) => price(`${home}-${away}`, scores.at(home, away))))

const upTo3 = [0, 1, 2, 3]

/** Sixteen scores of up to three goals each, and the rest by result. */
export const correctScore = ({ fullTime }: Model): Prices => {
  const beyond = (when: Score) => fullTime.probability((home, away) => Math.max(home, away) > 3 && when(home, away))
  return [
    ...listed(fullTime, upTo3, upTo3),
    price("any-other-home-win", beyond(homeLeads)),
    price("any-other-draw", beyond(level)),
    price("any-other-away-win", beyond(awayLeads))
  ]
}

/** A side's wins with four to seven goals against up to three, and everything else. */
export const highScore = ({ fullTime }: Model, side: Side): Prices => {
  const many = [4, 5, 6, 7]
  return withOther(side === "home" ? listed(fullTime, many, upTo3) : listed(fullTime, upTo3, many), "any-other-score")
}

/** Nine scores of up to two goals each, and the rest. */
export const halfTimeScore = (model: Model): Prices =>
  withOther(listed(model.halves().halfTime, [0, 1, 2], [0, 1, 2]), "any-other-score")
