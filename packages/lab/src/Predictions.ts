/**
 * The cache that a match day reads: the price of one market of one match.
 *
 * The compute is the goals model on what is known when it begins. How long it takes is
 * declared (`computeMs`): the model itself needs well under a millisecond, a production
 * model with simulations and remote inputs needs seconds.
 */
import * as CacheDefinition from "@smart-cache/core/CacheDefinition"
import * as KeyFactory from "@smart-cache/core/KeyFactory"
import * as GoalsModel from "@smart-cache/football/GoalsModel"
import * as Markets from "@smart-cache/football/Markets"
import * as MatchContext from "@smart-cache/football/MatchContext"
import * as MatchKey from "@smart-cache/football/MatchKey"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import type { World } from "./World.ts"

/** The world that a compute looks at, and how long a compute takes. */
export class Model extends Context.Service<Model, {
  readonly world: World
  /** Mean duration of a compute, milliseconds; single ones vary by a quarter. */
  readonly computeMs: number
  /** Told when a compute begins, epoch milliseconds. */
  readonly onCompute: (at: number) => void
}>()("smart-cache/lab/Model") {}

export interface Wanted {
  readonly match: string
  readonly market: string
}

export const Prediction = Schema.Struct({
  match: Schema.String,
  market: Schema.String,
  selections: Schema.Array(Schema.Struct({
    selection: Schema.String,
    probability: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 + 1e-9 }))
  }))
})
export type Prediction = typeof Prediction.Type

const keys = KeyFactory.make({ app: "lab", env: "local", version: "v1" })

/** The key under which a prediction is held. */
export const keyOf = ({ market, match }: Wanted): string => MatchKey.key(keys, { match, market, variant: "goals" })

/** What a reader says with its question: the match as it stands, and the odds that it sees. */
export const contextOf = (world: World, { market, match }: Wanted, odds: number): MatchContext.MatchContext => ({
  kickoff: world.kickoff(match),
  lineupConfirmed: world.lineupConfirmed(match),
  odds: { [market]: odds }
})

const predict = Effect.fnUntraced(function*({ market, match }: Wanted) {
  const { computeMs, onCompute, world } = yield* Model
  onCompute(yield* Clock.currentTimeMillis)
  const rates = world.rates(match)
  yield* Effect.sleep(Math.round(computeMs * (yield* Random.nextBetween(0.75, 1.25))))
  return { match, market, selections: GoalsModel.price(rates, Markets.get(market)) }
})

/** Typed predictions: `yield* Predictions`, then `get({ match, market }, { kickoff, lineupConfirmed, odds })`. */
export class Predictions extends CacheDefinition.Service<Predictions>()("smart-cache/lab/Predictions", {
  key: keyOf,
  value: Prediction,
  compute: predict,
  context: ({ market, match }: Wanted, context: MatchContext.MatchContext) =>
    MatchContext.toRead({ match, markets: [market] }, context)
}) {}
