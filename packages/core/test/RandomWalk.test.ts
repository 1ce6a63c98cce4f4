import { assert, describe, it } from "@effect/vitest"
import * as Detector from "@smart-cache/core/Detector"
import * as VixService from "@smart-cache/core/VixService"
import { Effect, Random } from "effect"
import { TestClock } from "effect/testing"

const steps = 20_000
/** Standard deviation of the log-odds over one step. */
const sd = 0.02

/** One step of the walk: uniform, of mean 0. */
const step = Random.nextBetween(-sd * Math.sqrt(3), sd * Math.sqrt(3))

/** How often the z-score reaches 2 on a pure random walk of log-odds, in a window of 30 minutes. */
const alarmShare = (samplesPerMinute: number) =>
  Effect.gen(function*() {
    const vix = VixService.make({
      // Ticks far below the steps: σ is that of the walk.
      detector: Detector.zScore({ minSamples: 10, warning: 1.5, panic: 2, ticks: [{ below: Infinity, tick: 1e-6 }] }),
      window: 30 * 60_000,
      maxSamples: 360,
      maxMarkets: 1
    })
    let logOdds = 0
    let judged = 0
    let alarms = 0
    for (let i = 0; i < steps; i++) {
      logOdds += yield* step
      const odds = 1 + Math.exp(logOdds)
      const { level } = yield* vix.judge({ market: odds })
      if (level !== "unknown") judged++
      if (level === "panic") alarms++
      yield* vix.observe({ market: "market", odds })
      yield* TestClock.adjust(60_000 / samplesPerMinute)
    }
    assert.strictEqual(judged, steps - 10)
    return alarms / judged
  }).pipe(Random.withSeed("random walk"))

describe("the z-score on a pure random walk", () => {
  it.effect("alarms about 17 % of the time at one sample a minute: it detects departure from the recent mean", () =>
    Effect.gen(function*() {
      const share = yield* alarmShare(1)
      assert.isAtLeast(share, 0.14)
      assert.isAtMost(share, 0.20)
    }))

  it.effect("alarms more often with fewer samples in the window", () =>
    Effect.gen(function*() {
      assert.isAbove(yield* alarmShare(1 / 2), yield* alarmShare(1))
    }))
})
