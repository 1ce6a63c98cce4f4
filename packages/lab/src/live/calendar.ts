/** Plays days on the clock: the feed's reports, what happens, and one day after another. */
import type { Invalidation } from "@smart-cache/core/Invalidation"
import type * as SmartCache from "@smart-cache/core/SmartCache"
import type * as VixService from "@smart-cache/core/VixService"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import type { Day } from "../Day.ts"
import type { DaySource } from "../DaySource.ts"
import * as Feed from "../internal/feed.ts"
import * as Happening from "../internal/happening.ts"
import { seeded } from "../internal/seeded.ts"
import type { World } from "../World.ts"
import type { WorldAction } from "../WorldAction.ts"
import * as Background from "./background.ts"
import { layOut } from "./layOut.ts"
import * as Series from "./Series.ts"

/** What happens happens to these. */
export interface Stage {
  readonly world: World
  readonly cache: SmartCache.SmartCache["Service"]
  readonly vix: VixService.VixService["Service"]
}

export interface Options {
  readonly source: DaySource
  readonly seed: number
  readonly speed: number
}

/** The feed reports each head market this often. */
const feedEvery = "5 seconds"

/** News that the store did not take is told again this often. */
const again = { schedule: Schedule.spaced("5 seconds"), times: 60 }

/** The world changes once, however often the cache must be told. */
const happen = ({ cache, world }: Stage, action: WorldAction) => {
  const insistent = { invalidate: (what: Invalidation) => Effect.retry(cache.invalidate(what), again) }
  return Happening.happen({ cache: insistent, world }, action).pipe(
    Effect.ignoreCause({ log: "Error", message: "the cache did not take an invalidation" })
  )
}

/** Plays one day to its end. What happened before is known by now, and news to nobody. */
const playDay = Effect.fnUntraced(function*(stage: Stage, day: Day) {
  const { world } = stage
  const begun = yield* Clock.currentTimeMillis
  world.admit(day.matches)
  for (const action of day.actions) {
    if (action.at <= begun) {
      world.apply(action)
      continue
    }
    yield* Background.until(action.at)
    yield* Background.run("an event", happen(stage, action))
  }
  yield* Background.until(day.end)
  world.dismiss(day.matches)
}, Effect.scoped)

const makeDay = Effect.fnUntraced(function*({ seed, source }: Options, speed: number, number: number, kickoff: number) {
  const day = yield* Effect.provideService(
    source.day,
    Random.Random,
    yield* seeded(seed, `day ${number} at speed ${speed}`)
  )
  // By what tells one day from another among processes that share a store.
  const name = [seed, speed, number, (kickoff / 60_000).toString(36)].join("-")
  return layOut(day, { kickoff, name, speed })
})

/** The first day at once, and then one after the other for as long as the scope is open. */
const playSeries = Effect.fnUntraced(function*(stage: Stage, options: Options, series: Series.Series) {
  const begin = Effect.fnUntraced(function*(number: number, kickoff: number) {
    const day = yield* makeDay(options, series.speed, number, kickoff)
    yield* Background.run("a match day", playDay(stage, day))
    return day
  })
  const first = yield* begin(0, series.first)
  const rest = Effect.gen(function*() {
    for (let day = first, number = 1;; number++) {
      yield* Background.until(series.offeredAt(day))
      day = yield* begin(number, series.following(day, yield* Clock.currentTimeMillis)).pipe(
        Effect.tapError((error) => Effect.logError(`the next day cannot be made: ${error.message}`)),
        Effect.retry(Schedule.spaced("1 minute"))
      )
    }
  })
  yield* Background.run("the calendar", rest)
})

/** The guard refuses odds from before others that it knows (the clock was put back); the next report comes soon. */
const feed = ({ vix, world }: Stage) => {
  const lenient = { observe: (odds: VixService.Observation) => Effect.ignore(vix.observe(odds), { log: "Debug" }) }
  return Effect.flatMap(Clock.currentTimeMillis, (now) => Feed.report({ vix: lenient, world }, now)).pipe(
    Effect.repeat(Schedule.fixed(feedEvery))
  )
}

/** Starts the days and the feed in the scope; when it returns, the first matches are on offer. */
export const play = Effect.fnUntraced(function*(stage: Stage, options: Options) {
  const now = yield* Clock.currentTimeMillis
  const near = Series.near(now, options.speed)
  yield* playSeries(stage, options, near)
  yield* playSeries(stage, options, Series.far(near))
  yield* Background.run("the odds feed", feed(stage))
})
