/** A small application: two matches, a model that answers at once, the embedded store. */
import * as SmartCache from "@smart-cache/core/SmartCache"
import { Events, GoldenHour, MatchKey } from "@smart-cache/football"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Calculator from "../../src/Calculator.ts"
import * as Fixtures from "../../src/Fixtures.ts"
import { Limits } from "../../src/internal/limits.ts"
import * as Server from "../../src/Server.ts"

export const token = "correct horse battery staple"
export const hour = 3_600_000

const matches = [
  { match: "tot-liv", homeTeam: "Tottenham", awayTeam: "Liverpool", hours: 30, lineupConfirmed: false },
  { match: "ars-che", homeTeam: "Arsenal", awayTeam: "Chelsea", hours: 3, lineupConfirmed: true }
]

export const fixtures: Layer.Layer<Fixtures.Fixtures> = Layer.succeed(Fixtures.Fixtures, {
  list: Effect.map(
    Clock.currentTimeMillis,
    (now) => matches.map(({ hours, ...match }) => ({ ...match, kickoff: now + hours * hour }))
  ),
  knows: (match) => Effect.succeed(matches.some((each) => each.match === match))
})

const market = "match-odds"

export const keyOf = (match: string): string => `prediction:${match}`

const calculate = Effect.fnUntraced(function*(cache: SmartCache.Shape, question: Calculator.Question) {
  const { awayTeam, homeTeam } = question
  if (question.market === "broken") return yield* new Calculator.ModelFailed({ message: "the model is away" })
  if (question.market === "dying") return yield* Effect.die(new Error("secret of the model"))
  if (question.market !== undefined && question.market !== market) {
    return yield* new Calculator.UnknownMarket({ market: question.market })
  }
  const found = matches.find((each) => each.homeTeam === homeTeam && each.awayTeam === awayTeam)
  if (found === undefined) return yield* new Calculator.UnknownMatch({ homeTeam, awayTeam })
  const { metadata, value } = yield* cache.get(keyOf(found.match), Effect.succeed([0.5, 0.3, 0.2]), {
    deadline: (yield* Clock.currentTimeMillis) + found.hours * hour,
    tags: [MatchKey.tag({ match: found.match, market })]
  })
  const selections = ["home", "draw", "away"].map((selection, i) => ({ selection, probability: value[i]! }))
  return { prediction: { match: found.match, market, homeTeam, awayTeam, selections }, metadata }
})

export const calculator: Layer.Layer<Calculator.Calculator, never, SmartCache.SmartCache> = Layer.effect(
  Calculator.Calculator,
  Effect.map(SmartCache.SmartCache, (cache) => ({ calculate: (question) => calculate(cache, question) }))
)

export const cache = SmartCache.layer({ graph: Events.graph, ttl: GoldenHour.policy })

/** A server on a free port over a cache of its own; the cache is there to be looked at. */
export const app = (options: Server.Options = {}, limits: Partial<Limits> = {}, over = cache) =>
  Server.layer({ port: 0, token: Redacted.make(token), ...options }).pipe(
    Layer.provideMerge(Layer.mergeAll(fixtures, calculator)),
    Layer.provideMerge(over),
    Layer.provide(Layer.effect(Limits, Effect.map(Limits, (defaults) => ({ ...defaults, ...limits }))))
  )

/** Where the server listens. */
export const port = Effect.map(HttpServer.HttpServer, ({ address }) => {
  if (address._tag === "UnixPathAddress") throw new Error("the tests listen on a port")
  return address.port
})
