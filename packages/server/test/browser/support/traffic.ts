/** A scripted application: four matches, all their markets, readers who can be told to stop. */
import * as SmartCache from "@smart-cache/core/SmartCache"
import { Events, GoldenHour, Markets, MatchContext, MatchKey } from "@smart-cache/football"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Random from "effect/Random"
import * as Calculator from "../../../src/Calculator.ts"
import * as Fixtures from "../../../src/Fixtures.ts"

const minute = 60_000

interface Match {
  readonly match: string
  readonly homeTeam: string
  readonly awayTeam: string
  /** Time to the kickoff when the application starts. */
  readonly minutes: number
}

export const matches: ReadonlyArray<Match> = [
  { match: "liv-eve", homeTeam: "Liverpool", awayTeam: "Everton", minutes: 10 },
  { match: "ars-che", homeTeam: "Arsenal", awayTeam: "Chelsea", minutes: 40 },
  { match: "tot-new", homeTeam: "Tottenham", awayTeam: "Newcastle", minutes: 5 * 60 },
  { match: "wol-bha", homeTeam: "Wolverhampton", awayTeam: "Brighton", minutes: 30 * 60 }
]

/** Readers, each of whom reads about thirty times a second. */
const readers = 6

/** A market in so many has odds. */
const priced = 25

export interface Shape {
  /** Lets the readers read. */
  readonly go: Effect.Effect<void>
  /** Stops them; returns when the last answer has been given, and refreshes have had time to end. */
  readonly stop: Effect.Effect<void>
  /** One more read of a market, computed anew. */
  readonly force: (match: string, market: string) => Effect.Effect<void>
}

/** The readers of the application. */
export class Traffic extends Context.Service<Traffic, Shape>()("test/Traffic") {}

const keyOf = (match: string, market: string): string => `test:match:{${match}}:${market}`

const make = Effect.gen(function*() {
  const cache = yield* SmartCache.SmartCache
  const started = yield* Clock.currentTimeMillis
  const gate = yield* Latch.make(false)
  let reading = 0
  const compute = Effect.as(Effect.sleep("15 millis"), [0.5, 0.3, 0.2])
  const read = Effect.fnUntraced(function*({ match, minutes }: Match, market: string, refresh?: "force") {
    const isPriced = Markets.all.findIndex(({ id }) => id === market) % priced === 0
    const odds = isPriced ? { [market]: 2 + (yield* Random.nextIntBetween(0, 8)) / 100 } : {}
    const context = MatchContext.toRead({ match, markets: [market] }, {
      kickoff: started + minutes * minute,
      lineupConfirmed: false,
      odds
    })
    yield* cache.get(keyOf(match, market), compute, refresh === undefined ? context : { ...context, refresh })
  })
  const one = Effect.gen(function*() {
    const match = matches[yield* Random.nextIntBetween(0, matches.length - 1)]!
    const market = Markets.all[yield* Random.nextIntBetween(0, Markets.all.length - 1)]!
    reading++
    yield* Effect.ensuring(read(match, market.id), Effect.sync(() => reading--))
  })
  const reader = Effect.forever(Effect.andThen(gate.whenOpen(Effect.orDie(one)), Effect.sleep("30 millis")))
  yield* Effect.forEach(Array.from({ length: readers }), () => Effect.forkScoped(reader))
  return Traffic.of({
    go: Effect.asVoid(gate.open),
    stop: Effect.andThen(gate.close, Effect.repeat(Effect.sleep("400 millis"), { until: () => reading === 0 })),
    force: (match, market) => Effect.orDie(read(matches.find((each) => each.match === match)!, market, "force"))
  })
})

const fixtures = Layer.effect(
  Fixtures.Fixtures,
  Effect.map(Clock.currentTimeMillis, (started) => ({
    list: Effect.succeed(matches.map(({ minutes, ...match }) => ({
      ...match,
      kickoff: started + minutes * minute,
      lineupConfirmed: false
    }))),
    knows: (match) => Effect.succeed(matches.some((each) => each.match === match))
  }))
)

/** The page asks for no predictions. */
const calculator = Layer.succeed(Calculator.Calculator, {
  calculate: ({ awayTeam, homeTeam }) => Effect.fail(new Calculator.UnknownMatch({ awayTeam, homeTeam }))
})

/** The application and its cache, without their log lines. */
export const layer = Layer.mergeAll(Layer.effect(Traffic, make), fixtures, calculator).pipe(
  Layer.provideMerge(SmartCache.layer({ graph: Events.graph, ttl: GoldenHour.policy })),
  Layer.provide(Logger.layer([]))
)

export const tagOf = (match: string, market: string): string => MatchKey.tag({ match, market })
