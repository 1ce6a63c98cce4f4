import * as TtlPolicy from "@smart-cache/core/TtlPolicy"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { Api } from "../Api.ts"
import { numeric } from "../api/Numbers.ts"
import type * as Wire from "../api/Predictions.ts"
import * as Problems from "../api/Problems.ts"
import { type Calculation, Calculator, type CalculatorError } from "../Calculator.ts"
import { type Fixture, Fixtures } from "../Fixtures.ts"
import { ofCache } from "./cacheProblems.ts"
import { metadata } from "./reads.ts"

type CalculateProblem = Problems.NotFound | Problems.Unprocessable | Problems.Internal | Problems.Unavailable

const problemOf = (error: CalculatorError): Effect.Effect<never, CalculateProblem> => {
  switch (error._tag) {
    case "UnknownMatch":
      return new Problems.NotFound({ detail: error.message })
    case "UnknownMarket":
      return new Problems.Unprocessable({
        detail: error.message,
        errors: [{ path: ["payload", "market"], message: error.message }]
      })
    case "ModelFailed":
      return new Problems.Unavailable({ detail: error.message })
    default:
      return ofCache(error)
  }
}

const calculation = ({ metadata: read, prediction }: Calculation): typeof Wire.Calculation.Type => ({
  prediction: {
    match_key: prediction.match,
    market: prediction.market,
    home_team: prediction.homeTeam,
    away_team: prediction.awayTeam,
    selections: prediction.selections.map(({ probability, selection }) => ({
      selection,
      probability: numeric(probability)
    }))
  },
  metadata: metadata(read)
})

/** What the policy grants a match, as far as it needs no value for that. */
const granted = (policy: TtlPolicy.Policy, { kickoff, lineupConfirmed }: Fixture, now: number): number | null => {
  try {
    const grant = { ...TtlPolicy.plainGrant, createdAt: now, deadline: kickoff, confirmed: lineupConfirmed }
    return numeric(TtlPolicy.ttlAt(policy, grant, now))
  } catch {
    return null
  }
}

const fixtureIn = (policy: TtlPolicy.Policy) => {
  const zones = TtlPolicy.zoneNames(policy)
  const zoneAt = TtlPolicy.zoneIndexer(policy)
  return (fixture: Fixture, now: number): typeof Wire.Fixture.Type => ({
    match_key: fixture.match,
    home_team: fixture.homeTeam,
    away_team: fixture.awayTeam,
    kickoff: fixture.kickoff,
    lineup_confirmed: fixture.lineupConfirmed,
    zone: zones[zoneAt(fixture.kickoff, now)] ?? null,
    ttl_ms: granted(policy, fixture, now)
  })
}

/** Predictions, and the matches that they are about. */
export const layer = HttpApiBuilder.group(
  Api,
  "predictions",
  Effect.fnUntraced(function*(handlers) {
    const calculator = yield* Calculator
    const fixtures = yield* Fixtures
    const fixture = fixtureIn(yield* TtlPolicy.TtlPolicy)
    return handlers.handleAll({
      calculate: ({ payload: { away_team: awayTeam, home_team: homeTeam, market } }) =>
        calculator.calculate({ homeTeam, awayTeam, market }).pipe(
          Effect.map(calculation),
          Effect.catch(problemOf)
        ),
      fixtures: Effect.fnUntraced(function*() {
        const now = yield* Clock.currentTimeMillis
        return (yield* fixtures.list)
          .toSorted((a, b) => a.kickoff - b.kickoff)
          .map((each) => fixture(each, now))
      })
    })
  })
)
