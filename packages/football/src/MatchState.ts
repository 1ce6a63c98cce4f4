/**
 * What is known about a match beside its teams, and what it does to the rates.
 *
 * Each event changes one part of the state, each part only rates, and prices
 * follow from rates. Sizes without a source are assumptions, chosen to be plausible
 * and to have the right sign.
 */
import type { MatchRates } from "./GoalsModel.ts"
import type { Side } from "./Markets.ts"

export type Weather = "fair" | "rain" | "snow" | "wind"

/** Relative strength of an eleven, 1 as expected. */
export type Lineup =
  | { readonly _tag: "Expected" }
  | { readonly _tag: "Confirmed"; readonly homeStrength: number; readonly awayStrength: number }

/** Men missing from a side whom its strength does not account for yet. */
export interface Absences {
  readonly regulars: number
  readonly keyPlayers: number
}

export interface MatchState {
  readonly weather: Weather
  readonly lineup: Lineup
  readonly goalkeepers: Readonly<Record<Side, "first" | "reserve">>
  readonly absences: Readonly<Record<Side, Absences>>
  /** Cards and penalties this referee gives against the average one, 1 until he is known. */
  readonly strictness: number
  /** 1 at the home side's ground, 0 at a neutral one, −1 at the visitors'. */
  readonly homeAdvantage: number
}

const nobody: Absences = { regulars: 0, keyPlayers: 0 }

/** A match of which nothing is known beside its teams. */
export const unknown: MatchState = {
  weather: "fair",
  lineup: { _tag: "Expected" },
  goalkeepers: { home: "first", away: "first" },
  absences: { home: nobody, away: nobody },
  strictness: 1,
  homeAdvantage: 1
}

type Factors = Partial<Record<keyof MatchRates, number>>

const times = (rates: MatchRates, factors: Factors): MatchRates => {
  const scaled: { -readonly [K in keyof MatchRates]: number } = { ...rates }
  for (const name of Object.keys(factors) as Array<keyof MatchRates>) scaled[name] *= factors[name] ?? 1
  return scaled
}

/** Assumptions: a wet ground slows the ball, a white one more so, and the wind costs precision in front of goal. */
const weather: Readonly<Record<Weather, Factors>> = {
  fair: {},
  rain: { homeGoals: 0.96, awayGoals: 0.96, homeCorners: 1.03, awayCorners: 1.03 },
  snow: { homeGoals: 0.88, awayGoals: 0.88, firstHalfShare: 0.96, homeCorners: 0.94, awayCorners: 0.94 },
  wind: { homeGoals: 0.98, awayGoals: 0.98, firstHalfShare: 0.97, homeCorners: 1.05, awayCorners: 1.05 }
}

/** Assumption: a stronger eleven gains in attack what its strength says, and half of that, in logarithms, in defence. */
const lineup = (state: Lineup): Factors =>
  state._tag === "Expected" ? {} : {
    homeGoals: state.homeStrength / Math.sqrt(state.awayStrength),
    awayGoals: state.awayStrength / Math.sqrt(state.homeStrength)
  }

/** Assumption: a reserve concedes some 0.1 goals a match more. */
const reserveConcedes = 1.08

const goalkeepers = (state: MatchState["goalkeepers"]): Factors => ({
  homeGoals: state.away === "reserve" ? reserveConcedes : 1,
  awayGoals: state.home === "reserve" ? reserveConcedes : 1
})

/** Assumptions: what one missing man takes from his side's goals, and adds to the other's. */
const scores = ({ keyPlayers, regulars }: Absences): number => 0.97 ** regulars * 0.9 ** keyPlayers
const concedes = ({ keyPlayers, regulars }: Absences): number => 1.01 ** regulars * 1.03 ** keyPlayers

const absences = ({ away, home }: MatchState["absences"]): Factors => ({
  homeGoals: scores(home) * concedes(away),
  awayGoals: scores(away) * concedes(home)
})

/**
 * The means of 19 Premier League referees with 30 matches or more, 2022–25, lie between 0.92 and 1.12 times the average
 * of 4.06 cards (football-datasets, PDDL); that penalties go with cards is an assumption.
 */
const referee = (strictness: number): Factors => ({
  homeCards: strictness,
  awayCards: strictness,
  redCards: strictness,
  penalties: strictness
})

/**
 * Home to away: goals 1.22 over 5,310 matches of five leagues, 2022–25 (openfootball, CC0), corners 1.22 and cards 0.87
 * over the Premier League's 1,140. A neutral ground takes half of it, in logarithms, from one side and gives it to the other.
 */
const venue = (homeAdvantage: number): Factors => {
  const half = (homeAdvantage - 1) / 2
  return {
    homeGoals: 1.22 ** half,
    awayGoals: 1.22 ** -half,
    homeCorners: 1.22 ** half,
    awayCorners: 1.22 ** -half,
    homeCards: 0.87 ** half,
    awayCards: 0.87 ** -half
  }
}

const positive = (name: string, value: number): void => {
  if (!(value > 0 && value < Infinity)) {
    throw new RangeError(`MatchState.adjust: ${name} must be positive and finite, got ${value}`)
  }
}

const check = (state: MatchState): void => {
  positive("strictness", state.strictness)
  if (state.lineup._tag === "Confirmed") {
    positive("homeStrength", state.lineup.homeStrength)
    positive("awayStrength", state.lineup.awayStrength)
  }
  for (const side of ["home", "away"] as const) {
    for (const [name, count] of Object.entries(state.absences[side])) {
      if (!(Number.isInteger(count) && count >= 0)) {
        throw new RangeError(`MatchState.adjust: ${name} of the ${side} side must be a count, got ${count}`)
      }
    }
  }
  if (!(Math.abs(state.homeAdvantage) <= 1)) {
    throw new RangeError(`MatchState.adjust: homeAdvantage must be in [-1, 1], got ${state.homeAdvantage}`)
  }
}

/** The rates of a match in this state; `unknown` leaves them as they are. Throws `RangeError` on a senseless state. */
export const adjust = (rates: MatchRates, state: MatchState): MatchRates => {
  check(state)
  return [
    weather[state.weather],
    lineup(state.lineup),
    goalkeepers(state.goalkeepers),
    absences(state.absences),
    referee(state.strictness),
    venue(state.homeAdvantage)
  ].reduce(times, rates)
}
