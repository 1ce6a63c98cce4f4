/**
 * A match day through the cache: the main job.
 *
 * Readers, odds, news and events happen on a virtual clock, in order of time; the
 * cache is the real one. A seed fixes everything, so two runs make the same decisions.
 */
import * as CacheConfig from "@smart-cache/core/CacheConfig"
import type { SmartCacheError } from "@smart-cache/core/CacheError"
import * as CacheStore from "@smart-cache/core/CacheStore"
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as VixService from "@smart-cache/core/VixService"
import * as Events from "@smart-cache/football/Events"
import * as GoldenHour from "@smart-cache/football/GoldenHour"
import * as Odds from "@smart-cache/football/Odds"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import { type Day, finalKickoffs } from "./Day.ts"
import type { DaySource } from "./DaySource.ts"
import * as Feed from "./internal/feed.ts"
import * as Happening from "./internal/happening.ts"
import { Recorder } from "./internal/recorder.ts"
import { seeded } from "./internal/seeded.ts"
import { SteppedClock } from "./internal/steppedClock.ts"
import { minute } from "./internal/time.ts"
import { contextOf, keyOf, Model, Predictions } from "./Predictions.ts"
import * as Readers from "./Readers.ts"
import type { Progress } from "./report/progress.ts"
import * as SharedStore from "./SharedStore.ts"
import * as World from "./World.ts"
import type { WorldAction } from "./WorldAction.ts"

export interface Options {
  readonly source: DaySource
  /** Fixes the day, the readers and the cache's own chance. */
  readonly seed: number
  /** How many reads. */
  readonly reads: number
  /** Mean duration of a compute, milliseconds of the virtual clock. */
  readonly computeMs: number
  /** URL of a Redis that the cache lies over; in this process alone by default. */
  readonly redis?: string | undefined
  /** Told about once a percent of the reads. */
  readonly onProgress?: ((progress: Progress) => Effect.Effect<void>) | undefined
}

/** The feed reports each market this often. */
const feedEvery = minute

/** Everything one day's run works with. */
interface Run {
  readonly day: Day
  readonly clock: SteppedClock
  readonly world: World.World
  readonly recorder: Recorder
  readonly cache: SmartCache.SmartCache["Service"]
  readonly predictions: Predictions["Service"]
  readonly vix: VixService.VixService["Service"]
}

/** What happens is taken down when the cache had to hear of it. */
const happen = ({ cache, recorder, world }: Run, action: WorldAction) =>
  Effect.map(Happening.happen({ cache, world }, action), (report) => {
    if (action._tag !== "Event" || report === undefined) return
    recorder.invalidated(action.at, action.event, action.matches.length, report)
  })

/** One reader: asks with what it knows, waits if it must, and is taken down. */
const read = ({ predictions, recorder, world }: Run, { at, market, match }: Readers.Read, index: number) =>
  Effect.suspend(() => {
    const wanted = { match, market }
    const key = keyOf(wanted)
    recorder.asked(at, key, world.probability(match, market))
    return Effect.flatMap(
      predictions.get(wanted, contextOf(world, wanted, world.odds(match, market))),
      (result) =>
        Effect.map(Clock.currentTimeMillis, (answeredAt) =>
          recorder.answered({
            index,
            key,
            askedAt: at,
            answeredAt,
            result,
            probability: world.probability(match, market)
          }))
    )
  })

/** Moves the clock to a moment, with the feed's reports on the way. */
const makeAdvance = (run: Run) => {
  let nextFeed = run.day.start
  return Effect.fnUntraced(function*(to: number) {
    while (nextFeed <= to) {
      yield* run.clock.setTime(nextFeed)
      yield* Feed.report(run, nextFeed)
      nextFeed += feedEvery
    }
    yield* run.clock.setTime(to)
  })
}

/** Everything due up to a moment: actions and the feed's reports in order, then the moment itself. */
const makeUntil = (run: Run) => {
  const { actions } = run.day
  const advance = makeAdvance(run)
  let next = 0
  return Effect.fnUntraced(function*(at: number) {
    for (; next < actions.length && actions[next]!.at <= at; next++) {
      yield* advance(actions[next]!.at)
      yield* happen(run, actions[next]!)
    }
    yield* advance(at)
  })
}

const play = Effect.fnUntraced(function*(run: Run, { onProgress, reads, seed }: Options) {
  const { day, recorder } = run
  const until = makeUntil(run)
  const readers = Readers.make({ day, random: yield* seeded(seed, "readers"), total: reads })
  // Readers under way; one that fails stays, so that the end of the day fails with its error.
  const waiting = new Set<Fiber.Fiber<void, SmartCacheError>>()
  const step = Math.max(1, Math.floor(reads / 100))
  let index = 0
  for (const one of readers) {
    yield* until(one.at)
    const fiber = yield* Effect.forkChild(read(run, one, index++), { startImmediately: true })
    waiting.add(fiber)
    fiber.addObserver((exit) => Exit.isSuccess(exit) && waiting.delete(fiber))
    if (onProgress !== undefined && index % step === 0) {
      const { computes, eventCount, hitRate } = recorder
      yield* onProgress({ at: one.at, reads: index, total: reads, computes, hit_rate_pct: hitRate, events: eventCount })
    }
  }
  yield* until(day.end)
  yield* run.clock.setTime(day.end + 5 * minute)
  yield* Fiber.joinAll(waiting)
})

/** The cache, embedded or over a Redis; a store that fails ends the day, for its figures would be another cache's. */
const cacheOn = Effect.fnUntraced(function*(redis: string | undefined, clock: SteppedClock) {
  const options = { ttl: GoldenHour.policy, graph: Events.graph, vix: { ticks: Odds.ticks } }
  if (redis === undefined) return SmartCache.layer(options)
  const config = { onStoreError: "fail" } as const
  const store = yield* SharedStore.open(redis, config)
  return SmartCache.layerOn(options, {
    config: CacheConfig.layer(config),
    store: Layer.succeed(CacheStore.CacheStore, SharedStore.through(store, clock.outside))
  })
})

/**
 * Plays the day and reports it.
 *
 * A seed makes the same decisions over Redis as embedded. Fails with `DataError` when the day's data
 * cannot be used, with `RedisUnavailable`, and with the cache's error if a read fails: nothing is swallowed.
 */
export const run = Effect.fnUntraced(function*(options: Options) {
  const { computeMs, seed, source } = options
  const day = yield* Effect.provideService(source.day, Random.Random, yield* seeded(seed, "day"))
  const world = World.make(day.matches)
  const clock = new SteppedClock(day.start)
  const recorder = new Recorder(day.start, day.end, computeMs)
  const model = Layer.succeed(Model, { world, computeMs, onCompute: (at) => recorder.computed(at) })
  const cache = yield* cacheOn(options.redis, clock)
  yield* Effect.gen(function*() {
    const services = {
      cache: yield* SmartCache.SmartCache,
      predictions: yield* Predictions,
      vix: yield* VixService.VixService
    }
    yield* play({ day, clock, world, recorder, ...services }, options)
  }).pipe(
    Effect.provide(Predictions.layer.pipe(Layer.provideMerge(cache), Layer.provide(model))),
    Effect.provideService(Random.Random, yield* seeded(seed, "cache")),
    clock.provide
  )
  return recorder.result({
    fixtures: day.matches.length,
    kickoffs: Array.from(finalKickoffs(day).values()),
    data: day.data,
    seed,
    compute_ms: computeMs,
    store: options.redis === undefined ? "memory" : "memory over redis"
  })
}, Effect.scoped)
