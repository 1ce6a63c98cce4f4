/** What the live match day tells the HTTP service: its matches, and predictions of them. */
import * as Markets from "@smart-cache/football/Markets"
import * as Calculator from "@smart-cache/server/Calculator"
import * as Fixtures from "@smart-cache/server/Fixtures"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Live } from "./Live.ts"
import * as Teams from "./teams.ts"

/** The matches on offer, those that kicked off within two minutes included. */
export const fixtures: Layer.Layer<Fixtures.Fixtures, never, Live> = Layer.effect(
  Fixtures.Fixtures,
  Effect.map(Live, ({ onOffer, world }) => ({
    list: Effect.map(onOffer, (matches) =>
      matches.map(({ away, home, id }) => ({
        match: id,
        homeTeam: home,
        awayTeam: away,
        kickoff: world.kickoff(id),
        lineupConfirmed: world.lineupConfirmed(id)
      }))),
    knows: (match) => Effect.map(onOffer, (matches) => matches.some(({ id }) => id === match))
  }))
)

/** The teams do not play each other; says which matches were perhaps meant. */
class NoSuchMatch extends Calculator.UnknownMatch {
  readonly similar: ReadonlyArray<string>

  constructor(question: Calculator.Question, similar: ReadonlyArray<string>) {
    super({ homeTeam: question.homeTeam, awayTeam: question.awayTeam })
    this.similar = similar
  }

  override get message(): string {
    return this.similar.length === 0 ? super.message : `${super.message}; perhaps ${this.similar.join(", or ")}`
  }
}

/** What is predicted for those who name no market. */
const headMarket = "match-odds"

/** Predictions as the day's readers are given them. */
export const calculator: Layer.Layer<Calculator.Calculator, never, Live> = Layer.effect(
  Calculator.Calculator,
  Effect.map(Live, ({ onOffer, read, world }) => ({
    calculate: Effect.fnUntraced(function*(question: Calculator.Question) {
      const { market = headMarket } = question
      if (!Markets.byId.has(market)) return yield* new Calculator.UnknownMarket({ market })
      const matches = yield* onOffer
      const teams = { home: question.homeTeam, away: question.awayTeam }
      const now = yield* Clock.currentTimeMillis
      // The same teams may have kicked off a moment ago, and play again on the next day.
      const ahead = matches.filter(({ id }) => now < world.kickoff(id))
      const match = Teams.find(ahead, teams) ?? Teams.find(matches, teams)
      if (match === undefined) return yield* new NoSuchMatch(question, Teams.similar(matches, teams))
      const { metadata, value } = yield* read({ match: match.id, market })
      const prediction = { ...value, homeTeam: match.home, awayTeam: match.away }
      return { prediction, metadata }
    })
  }))
)
