import { assert, describe, it } from "@effect/vitest"
import * as CacheConfig from "@smart-cache/core/CacheConfig"
import { SmartCacheError } from "@smart-cache/core/CacheError"
import * as CacheOutcome from "@smart-cache/core/CacheOutcome"
import * as Detector from "@smart-cache/core/Detector"
import * as VixService from "@smart-cache/core/VixService"
import { Arbitrary, Effect, Layer, Option } from "effect"
import { TestClock } from "effect/testing"
import { integer, oneOf, properties } from "./arbitraries.ts"
import { runAt } from "./clock.ts"

const repeatedly = properties(150)

const thresholds = { minSamples: 4, warning: 1.5, panic: 2 }
const minute = 60_000
const options: VixService.Options = {
  detector: Detector.zScore(thresholds),
  window: 30 * minute,
  maxSamples: 360,
  maxMarkets: 100
}
const small: VixService.Options = { ...options, window: 60_000, maxSamples: 12 }

const verdictOf = (vix: VixService.Shape, odds: VixService.Odds, now: number): VixService.Verdict => {
  const verdict = vix.assess(odds, now)
  if (verdict instanceof SmartCacheError) throw verdict
  return verdict
}

/** All that can be asked of a guard about these markets. */
const stateOf = (vix: VixService.Shape, markets: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const statistics = yield* Effect.forEach(markets, vix.statistics)
    const about = markets.map((market) => [vix.lastChange({ [market]: 2 }), vix.drift({ [market]: 2 })])
    return { statistics, about, markets: vix.markets(), latest: vix.latestChange() }
  })

interface Sample {
  readonly time: number
  readonly hundredths: bigint
}

/** The guard in slow motion: an array of samples, exact sums, no ring, no cached verdicts. */
class Oracle {
  private samples: ReadonlyArray<Sample> = []
  private readonly settings: VixService.Options
  /** The last score that a read was given: it holds until a sample comes or goes. */
  private told = { hundredths: -1n, until: 0, score: Number.NaN }

  constructor(settings: VixService.Options) {
    this.settings = settings
  }

  expire(now: number): void {
    const { window } = this.settings
    this.samples = this.samples.filter((sample, i) => sample.time > now - window || i === this.samples.length - 1)
  }

  add(time: number, hundredths: bigint): void {
    this.samples = [...this.samples, { time, hundredths }].slice(-this.settings.maxSamples)
  }

  score(hundredths: bigint): number {
    const last = this.samples.at(-1)?.hundredths === hundredths
    const past = (last ? this.samples.slice(0, -1) : this.samples).map((sample) => sample.hundredths)
    if (past.length < this.settings.detector.minSamples) return Number.NaN
    const n = BigInt(past.length)
    const sum = past.reduce((a, b) => a + b, 0n)
    const spread = n * past.reduce((a, b) => a + b * b, 0n) - sum * sum
    const sigma = Math.sqrt(Number(spread) / Number(n * (n - 1n)))
    const distance = Math.abs(Number(n * hundredths - sum)) / Number(n)
    return distance === 0 ? 0 : distance / Math.max(sigma, 1)
  }

  observe(now: number, hundredths: bigint): void {
    this.expire(now)
    this.add(now, hundredths)
    this.told = { ...this.told, until: 0 }
  }

  /** A read: judged against what was there, and a sample if it says something new or the last is old enough. */
  read(now: number, hundredths: bigint): number {
    if (hundredths === this.told.hundredths && now < this.told.until) return this.told.score
    this.expire(now)
    const score = this.score(hundredths)
    const last = this.samples.at(-1)
    const { maxSamples, window } = this.settings
    const interval = window / maxSamples
    if (last === undefined || last.hundredths !== hundredths || now - last.time >= interval) this.add(now, hundredths)
    const until = Math.min(this.samples[0]!.time + window, this.samples.at(-1)!.time + interval)
    this.told = { hundredths, until, score }
    return score
  }
}

const levelOf = (score: number): CacheOutcome.VixLevel =>
  Number.isNaN(score) ? "unknown" : score >= 2 ? "panic" : score >= 1.5 ? "warning" : "normal"

const near = (score: number, bound: number) => Math.abs(score - bound) < 1e-6

const same = (score: number, expected: number) =>
  Number.isNaN(expected) ? assert.isNaN(score) : assert.closeTo(score, expected, 1e-6 * Math.max(1, expected))

const prices = Arbitrary.flatMap(
  integer(0, 19),
  (kind) => kind === 0 ? oneOf(100_000_000_000) : kind < 8 ? oneOf(250, 251) : integer(200, 300)
)

const streams = Arbitrary.array(
  Arbitrary.all([oneOf("read", "read", "observe"), prices, oneOf(0, 1, 500, 4999, 5000, 12_000, 70_000)]),
  { maxLength: 60 }
)

describe("the z-score of a stream", () => {
  it.prop("is that of exact sums over the window, the current odds left out", [streams], ([stream]) => {
    const vix = VixService.make(small)
    const oracle = new Oracle(small)
    let now = 0
    for (const [kind, hundredths, gap] of stream) {
      now += gap
      if (kind === "observe") {
        runAt(now, vix.observe({ market: "m", odds: hundredths / 100 }))
        oracle.observe(now, BigInt(hundredths))
        continue
      }
      const judged = runAt(now, vix.judge({ m: hundredths / 100 }))
      oracle.expire(now)
      same(judged.z, oracle.score(BigInt(hundredths)))
      const verdict = verdictOf(vix, { m: hundredths / 100 }, now)
      const score = oracle.read(now, BigInt(hundredths))
      same(verdict.z, score)
      if (!near(score, 1.5) && !near(score, 2)) assert.strictEqual(verdict.level, levelOf(score))
      assert.strictEqual(verdict.market, "m")
      assert.strictEqual(CacheOutcome.vixLevels[verdict.code], verdict.level)
    }
  }, repeatedly("z-score"))
})

describe("a market", () => {
  it.effect("sees small moves again after a spike of 1e9 has left the window", () =>
    Effect.gen(function*() {
      const vix = VixService.make(options)
      const quiet = (from: number) =>
        Effect.forEach(
          Array.from({ length: 30 }, (_, i) => from + i * minute),
          (at) =>
            Effect.andThen(
              TestClock.setTime(at),
              vix.observe({ market: "m", odds: at % (2 * minute) === 0 ? 2 : 2.01 })
            ),
          { discard: true }
        )
      yield* quiet(0)
      yield* TestClock.setTime(30 * minute)
      yield* vix.observe({ market: "m", odds: 1e9 })
      yield* quiet(31 * minute)
      yield* TestClock.setTime(61 * minute)
      const { mean, samples, sigma } = Option.getOrThrow(yield* vix.statistics("m"))
      assert.strictEqual(samples, 29)
      assert.closeTo(mean, 2.005, 1e-3)
      assert.closeTo(sigma, 0.005, 1e-3)
      assert.strictEqual(verdictOf(vix, { m: 2.05 }, 61 * minute).level, "panic")
    }))

  it("that never moved does not panic at one tick and does at a jump, by either detector", () => {
    for (const detector of [Detector.zScore(thresholds), Detector.ewma(thresholds)]) {
      for (const [jump, level] of [[0.01, "normal"], [0.3, "panic"]] as const) {
        const vix = VixService.make({ ...options, detector })
        for (let now = 0; now < 20 * minute; now += 1000) verdictOf(vix, { m: 2.5 }, now)
        assert.strictEqual(verdictOf(vix, { m: 2.5 + jump }, 20 * minute).level, level, `${detector._tag} ${jump}`)
      }
    }
  })

  it("is sampled by reads of unchanged odds once an interval, however many readers there are", () => {
    const vix = VixService.make(small)
    for (let now = 0; now < 30_000; now += 10) verdictOf(vix, { m: 2 }, now)
    assert.strictEqual(Option.getOrThrow(runAt(30_000, vix.statistics("m"))).samples, 6)
    for (let now = 30_000; now < 300_000; now += 10) verdictOf(vix, { m: 2 }, now)
    const { first, last, samples } = Option.getOrThrow(runAt(299_999, vix.statistics("m")))
    assert.deepStrictEqual([samples, first, last], [12, 240_000, 295_000])
  })

  it("never holds more samples than allowed, the oldest leaving first", () => {
    for (const maxSamples of [5, 8, 9, 64, 100]) {
      const vix = VixService.make({ ...options, maxSamples })
      for (let i = 0; i < 300; i++) verdictOf(vix, { m: 2 + (i % 50) / 100 }, i)
      const { first, last, samples } = Option.getOrThrow(runAt(300, vix.statistics("m")))
      assert.deepStrictEqual([samples, first, last], [maxSamples, 300 - maxSamples, 299])
    }
  })

  it.effect("tells its history: samples, mean, σ, first and last time, the odds, and nothing of a stranger", () =>
    Effect.gen(function*() {
      const vix = VixService.make(options)
      assert.isTrue(Option.isNone(yield* vix.statistics("m")))
      yield* TestClock.setTime(3000)
      yield* vix.observe({ market: "m", odds: 2, at: 1000 })
      const alone = Option.getOrThrow(yield* vix.statistics("m"))
      assert.deepStrictEqual(alone, {
        samples: 1,
        mean: 2,
        sigma: 0,
        first: 1000,
        last: 1000,
        odds: 2,
        drift: Number.NaN
      })
      yield* vix.observe({ market: "m", odds: 4, at: 2000 })
      const both = Option.getOrThrow(yield* vix.statistics("m"))
      assert.deepInclude(both, { samples: 2, mean: 3, sigma: Math.SQRT2, first: 1000, last: 2000, odds: 4 })
      assert.closeTo(both.drift, Math.log(3), 1e-12)
      assert.closeTo(vix.drift({ m: 9, stranger: 2 }), Math.log(3), 1e-12)
      assert.isNaN(vix.drift({ stranger: 2 }))
      yield* vix.observe({ market: "fast", odds: 2, at: 2000 })
      yield* vix.observe({ market: "fast", odds: 8, at: 2100 })
      assert.isAbove(vix.drift({ m: 4, fast: 8 }), 5)
      assert.strictEqual(vix.drift({ m: 4, fast: 8 }), vix.drift({ fast: 8, m: 4 }))
    }))
})

describe("several markets", () => {
  it("are as nervous as the worst of them, in whatever order", () => {
    const moved = { calm: 2, nervous: 2.016, panicking: 2.5 }
    const names = Object.keys(moved) as ReadonlyArray<keyof typeof moved>
    const orders = names.flatMap((a) => names.flatMap((b) => names.map((c) => Array.from(new Set([a, b, c])))))
    for (const order of orders) {
      const vix = VixService.make(options)
      for (let i = 0; i < 10; i++) verdictOf(vix, { calm: 2, nervous: 2, panicking: 2 }, i * 5000)
      const read = Object.fromEntries(order.map((name) => [name, moved[name]]))
      const worst = order.includes("panicking") ? "panicking" : order.includes("nervous") ? "nervous" : "calm"
      const verdict = verdictOf(vix, read, 50_000)
      assert.strictEqual(verdict.market, worst)
      assert.strictEqual(verdict.level, { calm: "normal", nervous: "warning", panicking: "panic" }[worst])
    }
  })

  it("of one level are as nervous as the one with the highest score, in whatever order", () => {
    for (const read of [{ a: 2.5, b: 3 }, { b: 3, a: 2.5 }]) {
      const vix = VixService.make(options)
      for (let i = 0; i < 10; i++) verdictOf(vix, { a: 2, b: 2 }, i * 5000)
      const { market, z } = verdictOf(vix, read, 50_000)
      assert.strictEqual(market, "b")
      assert.closeTo(z, 100, 1e-6)
    }
  })

  it("unknown ones among them do not hide a panic", () => {
    const vix = VixService.make(options)
    for (let i = 0; i < 10; i++) verdictOf(vix, { old: 2 }, i * 5000)
    assert.strictEqual(verdictOf(vix, { young: 9, old: 3, younger: 4 }, 50_000).level, "panic")
    assert.strictEqual(verdictOf(vix, { young: 9 }, 50_001).level, "unknown")
    assert.strictEqual(verdictOf(vix, {}, 50_002), VixService.unnamed)
  })

  it.effect("are bounded in number, the least recently observed leaving first", () =>
    Effect.gen(function*() {
      const vix = VixService.make({ ...options, maxMarkets: 3 })
      for (const market of ["a", "b", "c"]) yield* vix.observe({ market, odds: 2 })
      yield* vix.observe({ market: "a", odds: 2 })
      verdictOf(vix, { d: 2 }, 0)
      const known = yield* Effect.filter(["a", "b", "c", "d"], (market) =>
        Effect.map(vix.statistics(market), Option.isSome))
      assert.deepStrictEqual(known, ["a", "c", "d"])
      for (let i = 0; i < 10_000; i++) {
        verdictOf(vix, { [`market ${i}`]: 2 }, 0)
      }
      assert.strictEqual(vix.markets(), 3)
      yield* vix.judge({ stranger: 2 })
      assert.isTrue(Option.isNone(yield* vix.statistics("stranger")), "to judge is not to observe")
    }))
})

const badOdds = [1, 0.99, 0, -3, Number.NaN, Infinity, -Infinity, 1e16, "2" as never, null as never, undefined as never]

const refused = (error: unknown, market: string) => {
  assert.instanceOf(error, SmartCacheError)
  assert.strictEqual(error.reason._tag, "InvalidOdds")
  assert.include(error.message, market)
  assert.include(error.message, "nothing was recorded")
}

describe("odds that cannot be", () => {
  for (const detector of [Detector.zScore(thresholds), Detector.ewma(thresholds)]) {
    it.effect(`are refused and change nothing, one bad price among good ones neither (${detector._tag})`, () =>
      Effect.gen(function*() {
        const vix = VixService.make({ ...options, detector })
        const markets = ["a", "b", "c", "new"]
        for (let i = 0; i < 20; i++) verdictOf(vix, { a: 2 + i % 3 / 100, b: 3, c: 4 + i / 10 }, i * 4000)
        yield* TestClock.setTime(100_000)
        const before = yield* stateOf(vix, markets)
        for (const bad of badOdds) {
          refused(yield* Effect.flip(vix.observe({ market: "a", odds: bad })), "a")
          refused(yield* Effect.flip(vix.observe({ market: "new", odds: bad })), "new")
          refused(yield* Effect.flip(vix.judge({ a: 2, b: bad })), "b")
          for (
            const read of [{ b: bad }, { a: 2.5, b: bad }, { b: bad, a: 2.5 }, { new: 2, b: bad }, { a: 2.5, new: bad }]
          ) {
            const answer = vix.assess(read, 100_000)
            refused(answer, Number.isNaN(read.b) || read.b === bad ? "b" : "new")
          }
          assert.deepStrictEqual(yield* stateOf(vix, markets), before)
        }
        for (const at of [75_999, 100_001, Number.NaN, Infinity, -Infinity, -1]) {
          refused(yield* Effect.flip(vix.observe({ market: "a", odds: 2, at })), "a")
          assert.deepStrictEqual(yield* stateOf(vix, markets), before)
        }
        for (const at of [100_001, Number.NaN, Infinity, -Infinity]) {
          refused(yield* Effect.flip(vix.observe({ market: "new", odds: 2, at })), "new")
          assert.deepStrictEqual(yield* stateOf(vix, markets), before)
        }
        yield* vix.observe({ market: "a", odds: 2, at: 76_000 })
        yield* vix.observe({ market: "new", odds: 1e15, at: -5 })
      }))
  }
})

describe("a change of odds", () => {
  it.effect("is numbered only when the odds differ, by reads and observations alike", () =>
    Effect.gen(function*() {
      const vix = VixService.make(options)
      assert.strictEqual(vix.latestChange(), 0)
      verdictOf(vix, { a: 2, b: 3 }, 0)
      assert.deepStrictEqual([vix.lastChange({ a: 2 }), vix.lastChange({ b: 3 }), vix.latestChange()], [1, 2, 2])
      verdictOf(vix, { a: 2, b: 3 }, 10 * minute)
      yield* TestClock.setTime(10 * minute)
      yield* vix.observe({ market: "a", odds: 2 })
      assert.strictEqual(vix.latestChange(), 2, "a repeated price is no change")
      yield* vix.observe({ market: "a", odds: 2.1 })
      assert.deepStrictEqual([vix.lastChange({ a: 0 }), vix.lastChange({ b: 0 }), vix.lastChange({ b: 0, a: 0 })], [
        3,
        2,
        3
      ])
      yield* vix.judge({ b: 9 })
      assert.strictEqual(vix.latestChange(), 3, "to judge changes nothing")
      assert.strictEqual(vix.lastChange({}), 0)
    }))

  it("of a market that was forgotten, or never seen, counts as just now", () => {
    const vix = VixService.make({ ...options, maxMarkets: 2 })
    for (const market of ["a", "b", "c"]) verdictOf(vix, { [market]: 2 }, 0)
    assert.strictEqual(vix.lastChange({ a: 2 }), 3)
    assert.strictEqual(vix.lastChange({ b: 2 }), 2)
    assert.strictEqual(vix.lastChange({ stranger: 2 }), 3)
  })
})

describe("the volatility ratio as a guard", () => {
  it("says of a read what it then says of the same odds judged, and calms down in silence", () => {
    const vix = VixService.make({ ...options, detector: Detector.ewma(thresholds) })
    for (let i = 0; i < 60; i++) verdictOf(vix, { m: i % 2 === 0 ? 2 : 2.06 }, i * 30_000)
    const now = 60 * 30_000
    assert.strictEqual(runAt(now, vix.judge({ m: 2 })).level, "normal")
    const judged = runAt(now, vix.judge({ m: 3 }))
    assert.strictEqual(judged.level, "panic")
    assert.deepStrictEqual(verdictOf(vix, { m: 3 }, now), judged)
    assert.strictEqual(verdictOf(vix, { m: 3 }, now + 1).level, "panic")
    assert.strictEqual(verdictOf(vix, { m: 3 }, now + 60 * minute).level, "normal", "an hour of silence later")
  })

  it("knows of observations that no read brought", () => {
    const vix = VixService.make({ ...options, detector: Detector.ewma(thresholds) })
    for (let i = 0; i < 60; i++) runAt(i * 30_000, vix.observe({ market: "m", odds: i % 2 === 0 ? 2 : 2.06 }))
    runAt(60 * 30_000, vix.observe({ market: "m", odds: 3 }))
    assert.strictEqual(verdictOf(vix, { m: 3 }, 60 * 30_000 + 1).level, "panic")
  })
})

describe("a clock that goes back", () => {
  it("leaves the market's own time where it was", () => {
    const vix = VixService.make(options)
    for (let i = 0; i < 10; i++) verdictOf(vix, { m: 2 }, 1_000_000 + i * 5000)
    assert.strictEqual(verdictOf(vix, { m: 3 }, 0).level, "panic")
    const { first, last, samples } = Option.getOrThrow(runAt(0, vix.statistics("m")))
    assert.deepStrictEqual([first, last, samples], [1_000_000, 1_045_000, 11])
  })
})

const layerOf = (choice: VixService.Choice, config: CacheConfig.Options = {}) =>
  Effect.provide(VixService.VixService, Layer.provide(VixService.layer(choice), CacheConfig.layer(config)))

describe("the guard of the settings", () => {
  it.effect("that is off never worries and remembers nothing", () =>
    Effect.gen(function*() {
      const vix = yield* layerOf({ detector: "off" })
      assert.strictEqual(vix, VixService.off)
      yield* vix.observe({ market: "m", odds: Number.NaN })
      assert.strictEqual(vix.assess({ m: -1 }, 0), VixService.unnamed)
      assert.deepStrictEqual(yield* stateOf(vix, ["m"]), {
        statistics: [Option.none()],
        about: [[0, Number.NaN]],
        markets: 0,
        latest: 0
      })
      assert.strictEqual((yield* vix.judge({ m: 1e99 })).level, "unknown")
    }))

  it.effect("takes its thresholds, its window and its bounds from them", () =>
    Effect.gen(function*() {
      const vix = yield* layerOf({}, {
        vixMinSamples: 2,
        vixWarning: 5,
        vixPanic: 50,
        vixWindow: "1 minute",
        vixMaxMarkets: 1
      })
      for (let i = 0; i < 4; i++) verdictOf(vix, { m: 2 }, i * 1000)
      assert.strictEqual(verdictOf(vix, { m: 2.2 }, 4000).level, "warning")
      assert.strictEqual(verdictOf(vix, { other: 2.2 }, 4000).level, "unknown")
      assert.strictEqual(vix.markets(), 1)
      const ewma = yield* layerOf({ detector: "ewma" })
      for (let i = 0; i < 60; i++) verdictOf(ewma, { m: i % 2 === 0 ? 2 : 2.06 }, i * 30_000)
      assert.strictEqual(verdictOf(ewma, { m: 3 }, 1_800_000).level, "panic")
    }))

  it("that makes no sense is refused by the name of what is wrong", () => {
    for (const bad of [0, -1, Number.NaN, Infinity]) {
      for (const field of ["window", "maxSamples", "maxMarkets"] as const) {
        assert.throws(
          () => VixService.make({ ...options, [field]: bad }),
          RangeError,
          new RegExp(`VixService.make: ${field} .*got ${bad}$`)
        )
      }
    }
    assert.throws(() => VixService.make({ ...options, maxSamples: 4 }), RangeError, /maxSamples .*got 4$/)
  })
})
