/**
 * A match day on the real clock: days follow each other, readers come, odds move, news is heard, through a real cache.
 *
 * Everything runs in the layer's scope. The days are fixed by a seed, the readers by it and by when they begin.
 */
import * as CacheConfig from "@smart-cache/core/CacheConfig"
import type { SmartCacheError } from "@smart-cache/core/CacheError"
import type { CacheResult } from "@smart-cache/core/CacheResult"
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as VixService from "@smart-cache/core/VixService"
import * as MatchKey from "@smart-cache/football/MatchKey"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { DataError } from "../DataError.ts"
import type { Match } from "../DayFigures.ts"
import type { DaySource } from "../DaySource.ts"
import { contextOf, Model, type Prediction, Predictions, type Wanted } from "../Predictions.ts"
import * as World from "../World.ts"
import * as Calendar from "./calendar.ts"
import * as Crowd from "./Crowd.ts"
import * as Traffic from "./traffic.ts"

export interface Options {
  readonly source: DaySource
  /** Fixes what is drawn. */
  readonly seed: number
  /** How many times faster than the clock a day's calendar goes by, 1 or more. */
  readonly speed: number
  /** Readers a second, on average. */
  readonly rate: number
  /** Mean duration of a compute, milliseconds. */
  readonly computeMs: number
  /** Readers who wait at one time; more than that are turned away. 500 by default. */
  readonly maxReaders?: number | undefined
}

export interface Shape {
  /** The matches as they stand. */
  readonly world: World.World
  /** The matches that can be asked for now, by kickoff. */
  readonly onOffer: Effect.Effect<ReadonlyArray<Match>>
  /** Reads as any reader does: with the odds that the market shows now. */
  readonly read: (wanted: Wanted) => Effect.Effect<CacheResult<Prediction>, SmartCacheError>
  /** What came of the readers so far. */
  readonly tally: Effect.Effect<Traffic.Tally>
}

/** The match day that is going on. */
export class Live extends Context.Service<Live, Shape>()("smart-cache/lab/Live") {}

/**
 * The odds that a reader sees: the last ones that were reported, by the feed or by anybody else, or what the market thinks.
 *
 * A report stands for the time after which the guard takes the odds of a read for a sample again: what a
 * reader says must not pass for a report. It is no shorter than the feed's interval, 5 seconds, by default.
 */
const makeOddsOf = Effect.fnUntraced(function*({ vix, world }: Pick<Calendar.Stage, "vix" | "world">) {
  const { vixMaxSamples, vixWindow } = yield* CacheConfig.CacheConfig
  return Effect.fnUntraced(function*(wanted: Wanted) {
    const seen = yield* vix.statistics(MatchKey.tag(wanted))
    const now = yield* Clock.currentTimeMillis
    return Option.match(Option.filter(seen, ({ last }) => now - last < vixWindow / vixMaxSamples), {
      onNone: () => world.odds(wanted.match, wanted.market),
      onSome: ({ odds }) => odds
    })
  })
})

const make = Effect.fnUntraced(function*(options: Options, world: World.World) {
  const stage: Calendar.Stage = {
    world,
    cache: yield* SmartCache.SmartCache,
    vix: yield* VixService.VixService
  }
  const predictions = yield* Predictions
  const oddsOf = yield* makeOddsOf(stage)
  const read = (wanted: Wanted) =>
    Effect.flatMap(oddsOf(wanted), (odds) => predictions.get(wanted, contextOf(world, wanted, odds)))
  yield* Calendar.play(stage, options)
  const readers = yield* Traffic.start(read, world, options)
  return Live.of({
    world,
    onOffer: Effect.map(
      Clock.currentTimeMillis,
      (now) => Crowd.onOffer(world, now).toSorted((a, b) => world.kickoff(a.id) - world.kickoff(b.id))
    ),
    read,
    tally: Effect.sync(() => readers.tally)
  })
})

/** Begins the match day; fails with `DataError` when the first days' data cannot be used. */
export const layer = (
  options: Options
): Layer.Layer<
  Live | Predictions,
  DataError,
  SmartCache.SmartCache | VixService.VixService | CacheConfig.CacheConfig
> => {
  const world = World.make([])
  const model = Layer.succeed(Model, { world, computeMs: options.computeMs, onCompute: () => {} })
  return Layer.effect(Live, make(options, world)).pipe(
    Layer.provideMerge(Predictions.layer),
    Layer.provide(model)
  )
}
