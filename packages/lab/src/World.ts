/**
 * The matches of a day as they stand right now: what is known, what the market thinks, what a bet pays.
 *
 * A match only changes by {@link World.apply}, so the same actions make the same world.
 */
import * as GoalsModel from "@smart-cache/football/GoalsModel"
import * as Markets from "@smart-cache/football/Markets"
import * as MatchState from "@smart-cache/football/MatchState"
import type { Match } from "./DayFigures.ts"
import * as Sensitivity from "./internal/sensitivity.ts"
import type { Impact, WorldAction } from "./WorldAction.ts"

export interface World {
  readonly matches: ReadonlyArray<Match>
  /** Takes in matches about which nothing has happened yet. */
  readonly admit: (matches: ReadonlyArray<Match>) => void
  /** Forgets matches. */
  readonly dismiss: (matches: ReadonlyArray<Match>) => void
  /** Changes of any match so far. */
  readonly version: number
  readonly apply: (action: WorldAction) => void
  /** Changes of one match so far: equal versions mean equal rates, probabilities and odds. */
  readonly versionOf: (match: string) => number
  readonly kickoff: (match: string) => number
  readonly lineupConfirmed: (match: string) => boolean
  readonly state: (match: string) => MatchState.MatchState
  /** Expected counts with everything that is known and thought. */
  readonly rates: (match: string) => GoalsModel.MatchRates
  /** Fair probability of a market's first selection. */
  readonly probability: (match: string, market: string) => number
  /** Decimal odds of that selection with the bookmaker's margin, in [1.01, 1000]. */
  readonly odds: (match: string, market: string) => number
}

/** What a bookmaker keeps: odds are `1 / (p · (1 + margin))`. */
export const margin = 0.05

interface Situation {
  readonly match: Match
  readonly sensitivity: Sensitivity.Sensitivity
  state: MatchState.MatchState
  /** What the market thinks beyond what is known: logarithms on expected goals. */
  readonly latent: { home: number; away: number }
  kickoff: number
  version: number
  /** Prices of this version; made on demand, dropped at the next change. */
  priced: Priced | undefined
}

interface Priced {
  readonly rates: GoalsModel.MatchRates
  readonly joint: GoalsModel.Joint
  readonly probabilities: Map<string, number>
}

/** A world before anything happened. Its functions throw `RangeError` on a match or market that it does not have. */
export const make = (matches: ReadonlyArray<Match>): World => {
  const situations = new Map<string, Situation>()
  let present: ReadonlyArray<Match> = []
  const list = (): void => {
    present = Array.from(situations.values(), ({ match }) => match)
  }
  const admit = (matches: ReadonlyArray<Match>): void => {
    for (const match of matches) situations.set(match.id, begin(match))
    list()
  }
  admit(matches)
  let version = 0
  const at = (match: string): Situation => {
    const situation = situations.get(match)
    if (situation === undefined) throw new RangeError(`World: match must be one of the day's, got "${match}"`)
    return situation
  }
  const touch = (situation: Situation, change: () => void): void => {
    change()
    situation.version++
    situation.priced = undefined
    version++
  }
  const probability = (match: string, market: string): number => probabilityOf(at(match), market)
  return {
    get matches() {
      return present
    },
    admit,
    dismiss: (matches) => {
      for (const { id } of matches) situations.delete(id)
      list()
    },
    get version() {
      return version
    },
    apply: (action) => {
      switch (action._tag) {
        case "OddsMoved": {
          const situation = at(action.match)
          return touch(situation, () => move(situation, action.homeWin, action.goals))
        }
        case "Event": {
          const { impact } = action
          if (impact._tag === "Nothing") return
          return action.matches.forEach((match) => touch(at(match), () => suffer(at(match), impact)))
        }
        case "Rescheduled":
          return touch(at(action.match), () => at(action.match).kickoff = action.kickoff)
        case "Kickoff":
          return
      }
    },
    versionOf: (match) => at(match).version,
    kickoff: (match) => at(match).kickoff,
    lineupConfirmed: (match) => at(match).state.lineup._tag === "Confirmed",
    state: (match) => at(match).state,
    rates: (match) => priced(at(match)).rates,
    probability,
    odds: (match, market) => Math.min(1000, Math.max(1.01, 1 / (probability(match, market) * (1 + margin))))
  }
}

const begin = (match: Match): Situation => ({
  match,
  sensitivity: Sensitivity.of(match.rates),
  state: MatchState.unknown,
  latent: { home: 0, away: 0 },
  kickoff: match.kickoff,
  version: 0,
  priced: undefined
})

const move = ({ latent, sensitivity }: Situation, homeWin: number, goals: number): void => {
  const balance = homeWin / sensitivity.homeWin
  const total = goals / sensitivity.goals
  latent.home += balance + total
  latent.away += total - balance
}

const suffer = (situation: Situation, impact: Exclude<Impact, { readonly _tag: "Nothing" }>): void => {
  const { state } = situation
  switch (impact._tag) {
    case "Weather":
      situation.state = { ...state, weather: impact.weather }
      break
    case "Absence": {
      const missing = state.absences[impact.side]
      const more = { ...missing, [impact.of]: missing[impact.of] + 1 }
      situation.state = { ...state, absences: { ...state.absences, [impact.side]: more } }
      break
    }
    case "Goalkeeper":
      situation.state = { ...state, goalkeepers: { ...state.goalkeepers, [impact.side]: "reserve" } }
      break
    case "Lineup":
      situation.state = { ...state, lineup: impact.lineup }
      break
    case "Referee":
      situation.state = { ...state, strictness: impact.strictness }
      break
  }
}

const probabilityOf = (situation: Situation, market: string): number => {
  const { joint, probabilities } = priced(situation)
  const known = probabilities.get(market)
  if (known !== undefined) return known
  const probability = joint.price(Markets.get(market))[0]!.probability
  probabilities.set(market, probability)
  return probability
}

const priced = (situation: Situation): Priced => {
  if (situation.priced === undefined) {
    const rates = currentRates(situation)
    situation.priced = { rates, joint: GoalsModel.joint(rates), probabilities: new Map() }
  }
  return situation.priced
}

const currentRates = ({ latent, match, state }: Situation): GoalsModel.MatchRates => {
  const rates = MatchState.adjust(match.rates, state)
  return {
    ...rates,
    homeGoals: plausible(rates.homeGoals * Math.exp(latent.home)),
    awayGoals: plausible(rates.awayGoals * Math.exp(latent.away))
  }
}

/** No run of moves may leave what the goals model can price. */
const plausible = (goals: number): number => Math.min(6, Math.max(0.1, goals))
