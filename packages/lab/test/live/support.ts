/** A live match day of three matches, on a clock that the tests move. */
import type * as Invalidation from "@smart-cache/core/Invalidation"
import * as SmartCache from "@smart-cache/core/SmartCache"
import type * as VixService from "@smart-cache/core/VixService"
import * as Events from "@smart-cache/football/Events"
import * as GoldenHour from "@smart-cache/football/GoldenHour"
import * as Odds from "@smart-cache/football/Odds"
import type * as DaySource from "@smart-cache/lab/DaySource"
import * as Answers from "@smart-cache/lab/live/Answers"
import * as Live from "@smart-cache/lab/live/Live"
import type { WorldAction } from "@smart-cache/lab/WorldAction"
import type * as Calculator from "@smart-cache/server/Calculator"
import type * as Fixtures from "@smart-cache/server/Fixtures"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import { TestClock } from "effect/testing"
import { day, seeded } from "../fixtures.ts"

export const start = Date.parse("2026-03-01T10:03:00Z")
/** The next full ten minutes that are five away. */
export const firstKickoff = Date.parse("2026-03-01T10:10:00Z")

export const rain = (at: number, ...matches: ReadonlyArray<string>): WorldAction => ({
  _tag: "Event",
  at,
  event: "weather_rain",
  matches,
  cause: "it rains",
  impact: { _tag: "Weather", weather: "rain" }
})

/** Matches a, b and c kick off at 12, 14 and 19 o'clock of their own day. */
export const source = (...actions: ReadonlyArray<WorldAction>): DaySource.DaySource => ({
  source: "simulated",
  day: Effect.succeed(day(actions))
})

export type Services =
  | Live.Live
  | SmartCache.SmartCache
  | VixService.VixService
  | Fixtures.Fixtures
  | Calculator.Calculator

export interface Options extends Partial<Live.Options> {
  /** When the day begins; {@link start} by default. */
  readonly at?: number | undefined
  /** Stands between the day and the cache's own `invalidate`. */
  readonly invalidate?: ((own: SmartCache.Shape["invalidate"]) => SmartCache.Shape["invalidate"]) | undefined
}

/** What a live day needs and gives; few readers unless more are asked for. */
export const layer = ({ invalidate, ...options }: Options = {}) => {
  const cache = SmartCache.layer({ ttl: GoldenHour.policy, graph: Events.graph, vix: { ticks: Odds.ticks } })
  const between = Layer.effect(
    SmartCache.SmartCache,
    Effect.map(SmartCache.SmartCache, (own) => ({ ...own, invalidate: (invalidate ?? ((it) => it))(own.invalidate) }))
  )
  return Layer.merge(Answers.fixtures, Answers.calculator).pipe(
    Layer.provideMerge(Live.layer({ source: source(), seed: 1, speed: 4, rate: 0.01, computeMs: 400, ...options })),
    Layer.provideMerge(between),
    Layer.provideMerge(cache)
  )
}

/** Runs a test with a match day; the cache's own chance is fixed. */
export const live = <A, E>(body: Effect.Effect<A, E, Services>, { at = start, ...options }: Options = {}) =>
  Effect.andThen(TestClock.setTime(at), Effect.provide(body, layer(options))).pipe(
    Effect.provideService(Random.Random, seeded(1))
  )

/** Takes down what the cache is told to invalidate. */
export const listener = () => {
  const heard: Array<Invalidation.Invalidation> = []
  const invalidate: Options["invalidate"] = (own) => (what) =>
    Effect.tap(own(what), () => Effect.sync(() => heard.push(what)))
  return { heard, invalidate }
}

/** The test's clock on a machine that may sleep: the time of day goes on meanwhile, the timers do not. */
export const sleepyClock = Effect.map(Clock.Clock, (test) => {
  let slept = 0
  const clock: Clock.Clock = Object.assign(Object.create(test), {
    currentTimeMillisUnsafe: () => test.currentTimeMillisUnsafe() + slept,
    currentTimeMillis: Effect.map(test.currentTimeMillis, (now) => now + slept)
  })
  return { clock, sleep: (millis: number) => void (slept += millis) }
})
