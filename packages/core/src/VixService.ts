/**
 * Is the market nervous? Odds are observed per market over a sliding window; the
 * current odds of a read are judged against that history (spec §5).
 *
 * Memory is bounded per market and in the number of markets: the least recently
 * observed leaves first.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { LRUCache } from "lru-cache"
import { CacheConfig } from "./CacheConfig.ts"
import * as CacheError from "./CacheError.ts"
import type { VixLevel } from "./CacheOutcome.ts"
import { vixLevels } from "./CacheOutcome.ts"
import * as Detector from "./Detector.ts"
import { asIs } from "./internal/asIs.ts"
import { Broadcast } from "./internal/broadcast.ts"
import { OddsHistory } from "./internal/oddsHistory.ts"
import { trace, type TracePoint } from "./internal/trace.ts"

export type { TracePoint } from "./internal/trace.ts"

/** How nervous the named markets are: the worst of them decides. */
export class Verdict {
  readonly level: VixLevel
  /** Position of the level in `CacheOutcome.vixLevels`: calm first. */
  readonly code: number
  /** Score of the market that decided; `NaN` while unknown. */
  readonly z: number
  /** The market that decided; `undefined` when none was named. */
  readonly market: string | undefined

  constructor(level: VixLevel, z: number, market: string | undefined) {
    this.level = level
    this.code = vixLevels.indexOf(level)
    this.z = z
    this.market = market
  }
}

/** The verdict on a read that names no market. */
export const unnamed = new Verdict("unknown", Number.NaN, undefined)

/** What is remembered of one market; times in epoch milliseconds. */
export interface Statistics {
  readonly samples: number
  readonly mean: number
  /** Sample standard deviation (n − 1). */
  readonly sigma: number
  readonly first: number
  readonly last: number
  readonly odds: number
  /** Standard deviation of the log-odds per √second, `NaN` before the second sample. */
  readonly drift: number
}

/** A market falls into a panic, or has got over it, or is forgotten. */
export interface PanicEvent {
  readonly market: string
  readonly panic: "begins" | "ends"
}

/** Current decimal odds by market. */
export type Odds = Readonly<Record<string, number>>

export interface Observation {
  readonly market: string
  readonly odds: number
  /** Epoch milliseconds, now by default; neither in the future nor before the market's last observation. */
  readonly at?: number | undefined
}

export interface Shape {
  /** Adds to the history of a market; refuses odds ≤ 1, not finite, or out of order, and then changes nothing. */
  readonly observe: (observation: Observation) => Effect.Effect<void, CacheError.SmartCacheError>
  /** Judges odds against the history without becoming part of it. */
  readonly judge: (odds: Odds) => Effect.Effect<Verdict, CacheError.SmartCacheError>
  readonly statistics: (market: string) => Effect.Effect<Option.Option<Statistics>>
  /** How many markets are remembered. */
  readonly markets: () => number
  /** The most recently observed markets first, so many at most. */
  readonly recent: (limit: number) => ReadonlyArray<string>
  /**
   * What is remembered of a market, each sample judged against those before it that are remembered as well: the first
   * few are `unknown`, whatever they were when they came. The latest 720 at most; empty for an unknown market.
   */
  readonly trace: (market: string) => Effect.Effect<ReadonlyArray<TracePoint>>
  /** Panics as they begin and end; a slow watcher loses the oldest. */
  readonly panics: Stream.Stream<PanicEvent>
  /** Judges the odds that a read brings and makes them history; synchronous, for the hit path. */
  readonly assess: (odds: Odds, now: number) => Verdict | CacheError.SmartCacheError
  /** Number of the latest change of any market; changes are numbered from 1. */
  readonly latestChange: () => number
  /** Number of the latest change among these markets. A compute that began before it does not know these odds. */
  readonly lastChange: (odds: Odds) => number
  /** The fastest drift among these markets, `NaN` when none is known. */
  readonly drift: (odds: Odds) => number
}

export interface Options {
  readonly detector: Detector.Detector
  /** Milliseconds of history that count. */
  readonly window: number
  readonly maxSamples: number
  readonly maxMarkets: number
}

/** Odds above this overflow the squares of two-pass statistics. */
const maxOdds = 1e15

const refuse = (market: string, odds: unknown, expected: string) =>
  CacheError.make({ _tag: "InvalidOdds", market, got: CacheError.show(odds), expected })

const problemOf = (market: string, odds: number): CacheError.SmartCacheError | undefined =>
  typeof odds === "number" && odds > 1 && odds <= maxOdds
    ? undefined
    : refuse(market, odds, `a number greater than 1 and at most ${maxOdds}`)

class Market {
  readonly history: OddsHistory
  changedAt = 0
  /** The last judgement: of the newest odds, good until then or the next sample. */
  verdict: Verdict = unnamed
  verdictUntil = -Infinity

  constructor(maxSamples: number) {
    this.history = new OddsHistory(maxSamples)
  }
}

class Vix {
  private readonly markets: LRUCache<string, Market>
  private readonly options: Options
  /** Unchanged odds that reads bring become a sample again after this long: many readers are not many samples. */
  private readonly interval: number
  private changes = 0
  readonly panics = new Broadcast<PanicEvent>()

  constructor(options: Options) {
    this.options = options
    this.interval = options.window / options.maxSamples
    this.markets = new LRUCache({
      max: options.maxMarkets,
      dispose: ({ verdict }, market) => {
        if (verdict.level === "panic") this.panics.publish({ market, panic: "ends" })
      }
    })
  }

  assess(odds: Odds, now: number): Verdict | CacheError.SmartCacheError {
    let worst = unnamed
    for (const name in odds) {
      const market = this.markets.peek(name, asIs())
      if (market === undefined || market.history.last !== odds[name] || now >= market.verdictUntil) {
        return this.assessAnew(odds, now)
      }
      if (worse(market.verdict, worst)) worst = market.verdict
    }
    return worst
  }

  /** Refused odds change nothing, so every price is looked at before the first one is recorded. */
  private assessAnew(odds: Odds, now: number): Verdict | CacheError.SmartCacheError {
    for (const name in odds) {
      const problem = problemOf(name, odds[name]!)
      if (problem !== undefined) return problem
    }
    let worst = unnamed
    for (const name in odds) {
      const verdict = this.record(name, odds[name]!, now)
      if (worse(verdict, worst)) worst = verdict
    }
    return worst
  }

  /** Judges a price against what was there before it, then makes it history. */
  private record(name: string, price: number, now: number): Verdict {
    const market = this.open(name)
    const { history } = market
    // The clock may have gone back since an observation; the market's own time does not.
    const time = Number.isNaN(history.lastTime) ? now : Math.max(now, history.lastTime)
    history.expire(time - this.options.window)
    const verdict = this.verdict(name, market, price, time)
    if (history.last !== price || time - history.lastTime >= this.interval) this.push(market, time, price)
    this.settle(name, market, verdict)
    market.verdictUntil = Math.min(history.firstTime + this.options.window, history.lastTime + this.interval)
    return verdict
  }

  private verdict(name: string, market: Market, price: number, time: number): Verdict {
    const alarmed = market.verdict.level === "panic"
    const { level, score } = Detector.judge(this.options.detector, market.history, price, time, alarmed)
    return new Verdict(level, score, name)
  }

  private settle(name: string, market: Market, verdict: Verdict): void {
    const before = market.verdict.level
    market.verdict = verdict
    if ((before === "panic") === (verdict.level === "panic")) return
    this.panics.publish({ market: name, panic: before === "panic" ? "ends" : "begins" })
  }

  private push(market: Market, time: number, price: number): void {
    if (market.history.last !== price) market.changedAt = ++this.changes
    market.history.push(time, price)
  }

  observe(name: string, price: number, at: number, now: number): CacheError.SmartCacheError | undefined {
    const problem = problemOf(name, price)
    if (problem !== undefined) return problem
    const last = this.markets.peek(name, asIs())?.history.lastTime ?? -Infinity
    if (!(at >= last && at <= now && at > -Infinity)) {
      return refuse(name, at, `observed after ${last} at the earliest and at ${now} (now) at the latest`)
    }
    const market = this.open(name)
    market.history.expire(at - this.options.window)
    this.settle(name, market, this.verdict(name, market, price, at))
    market.verdictUntil = -Infinity
    this.push(market, at, price)
    return undefined
  }

  judge(odds: Odds, now: number): Verdict | CacheError.SmartCacheError {
    let worst = unnamed
    for (const [name, price] of Object.entries(odds)) {
      const problem = problemOf(name, price)
      if (problem !== undefined) return problem
      const market = this.markets.peek(name, asIs()) ?? new Market(1)
      market.history.expire(now - this.options.window)
      const verdict = this.verdict(name, market, price, now)
      if (worse(verdict, worst)) worst = verdict
    }
    return worst
  }

  statistics(name: string, now: number): Statistics | undefined {
    const history = this.markets.peek(name, asIs())?.history
    if (history === undefined) return undefined
    history.expire(now - this.options.window)
    return {
      ...history.moments(),
      first: history.firstTime,
      last: history.lastTime,
      odds: history.last,
      drift: Math.sqrt(history.speed.slow)
    }
  }

  /** The most recently observed first. */
  recent(limit: number): ReadonlyArray<string> {
    const names: Array<string> = []
    for (const name of this.markets.keys()) {
      if (names.length >= limit) break
      names.push(name)
    }
    return names
  }

  trace(name: string, now: number): ReadonlyArray<TracePoint> {
    const history = this.markets.peek(name, asIs())?.history
    if (history === undefined) return []
    history.expire(now - this.options.window)
    return trace(history, this.options.detector)
  }

  latestChange(): number {
    return this.changes
  }

  lastChange(odds: Odds): number {
    let latest = 0
    // A market that was forgotten may have changed since: as if it changed just now.
    for (const name in odds) latest = Math.max(latest, this.markets.peek(name, asIs())?.changedAt ?? this.changes)
    return latest
  }

  drift(odds: Odds): number {
    let fastest = Number.NaN
    for (const name in odds) {
      const drift = Math.sqrt(this.markets.peek(name, asIs())?.history.speed.slow ?? Number.NaN)
      if (!(drift <= fastest) && !Number.isNaN(drift)) fastest = drift
    }
    return fastest
  }

  get size(): number {
    return this.markets.size
  }

  /** The market, made when new; opening it makes it the most recently observed. */
  private open(name: string): Market {
    const held = this.markets.get(name, asIs())
    if (held !== undefined) return held
    const market = new Market(this.options.maxSamples)
    this.markets.set(name, market)
    return market
  }
}

const worse = (a: Verdict, b: Verdict): boolean => {
  if (b.market === undefined) return true
  return a.code === b.code ? a.z > b.z : a.code > b.code
}

const orFail = <A>(result: A | CacheError.SmartCacheError): Effect.Effect<A, CacheError.SmartCacheError> =>
  result instanceof CacheError.SmartCacheError ? Effect.fail(result) : Effect.succeed(result)

const check = ({ detector, maxMarkets, maxSamples, window }: Options): void => {
  if (!(window > 0 && window < Infinity)) {
    throw new RangeError(`VixService.make: window must be positive and finite, got ${window}`)
  }
  // The current odds are a sample, but not one of those that they are judged against.
  if (!(Number.isInteger(maxSamples) && maxSamples > detector.minSamples)) {
    throw new RangeError(
      `VixService.make: maxSamples must be an integer greater than minSamples (${detector.minSamples}), got ${maxSamples}`
    )
  }
  if (!(Number.isInteger(maxMarkets) && maxMarkets > 0)) {
    throw new RangeError(`VixService.make: maxMarkets must be a positive integer, got ${maxMarkets}`)
  }
}

/** Makes the service around one detector; throws `RangeError` on a bound that makes no sense. */
export const make = (options: Options): Shape => {
  check(options)
  const vix = new Vix(options)
  return {
    observe: ({ at, market, odds }) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        const problem = vix.observe(market, odds, at ?? now, now)
        return problem === undefined ? Effect.void : Effect.fail(problem)
      }),
    judge: (odds) => Effect.flatMap(Clock.currentTimeMillis, (now) => orFail(vix.judge(odds, now))),
    statistics: (market) =>
      Effect.map(Clock.currentTimeMillis, (now) => Option.fromUndefinedOr(vix.statistics(market, now))),
    markets: () => vix.size,
    recent: (limit) => vix.recent(limit),
    trace: (market) => Effect.map(Clock.currentTimeMillis, (now) => vix.trace(market, now)),
    panics: vix.panics.stream,
    assess: (odds, now) => vix.assess(odds, now),
    latestChange: () => vix.latestChange(),
    lastChange: (odds) => vix.lastChange(odds),
    drift: (odds) => vix.drift(odds)
  }
}

/** A service that never worries and remembers nothing. */
export const off: Shape = {
  observe: () => Effect.void,
  judge: () => Effect.succeed(unnamed),
  statistics: () => Effect.succeedNone,
  markets: () => 0,
  recent: () => [],
  trace: () => Effect.succeed([]),
  panics: Stream.empty,
  assess: () => unnamed,
  latestChange: () => 0,
  lastChange: () => 0,
  drift: () => Number.NaN
}

/** The volatility guard in use. */
export class VixService extends Context.Service<VixService, Shape>()("smart-cache/VixService") {}

/** Which detector the settings are given to; ticks as in {@link Detector.Options}. */
export interface Choice {
  readonly detector?: "zScore" | "ewma" | "off" | undefined
  readonly ticks?: ReadonlyArray<Detector.TickBand> | undefined
}

/** The guard with the thresholds of the settings; z-score by default. */
export const layer = (choice: Choice = {}): Layer.Layer<VixService, never, CacheConfig> =>
  Layer.effect(
    VixService,
    Effect.map(CacheConfig, (settings) => {
      const detector = choice.detector ?? "zScore"
      if (detector === "off") return off
      const thresholds = {
        minSamples: settings.vixMinSamples,
        warning: settings.vixWarning,
        panic: settings.vixPanic,
        ticks: choice.ticks
      }
      return make({
        detector: detector === "ewma" ? Detector.ewma(thresholds) : Detector.zScore(thresholds),
        window: settings.vixWindow,
        maxSamples: settings.vixMaxSamples,
        maxMarkets: settings.vixMaxMarkets
      })
    })
  )
