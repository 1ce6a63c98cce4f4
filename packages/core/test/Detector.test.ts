import { assert, describe, it } from "@effect/vitest"
import * as Detector from "@smart-cache/core/Detector"
import { OddsHistory } from "../src/internal/oddsHistory.ts"

const thresholds = { minSamples: 4, warning: 1.5, panic: 2 }
const zScore = Detector.zScore(thresholds)
const ewma = Detector.ewma(thresholds)

/** A history of these odds, half a minute apart. */
const historyOf = (...odds: ReadonlyArray<number>): OddsHistory => {
  const history = new OddsHistory(360)
  odds.forEach((each, i) => history.push(i * 30_000, each))
  return history
}

const judge = (detector: Detector.Detector, history: OddsHistory, odds: number, alarmed = false) =>
  Detector.judge(detector, history, odds, history.lastTime + 30_000, alarmed)

describe("the z-score", () => {
  it("is unknown with too few samples, not counting the odds that are judged", () => {
    assert.strictEqual(judge(zScore, historyOf(2, 2, 2), 5).level, "unknown")
    assert.strictEqual(judge(zScore, historyOf(2, 2, 2, 2), 5).level, "panic")
    assert.strictEqual(judge(zScore, historyOf(2, 2, 2, 2), 2).level, "unknown", "the last sample is these odds")
    assert.strictEqual(judge(zScore, historyOf(2, 2, 2, 2, 2), 2).level, "normal")
    assert.isNaN(judge(zScore, historyOf(), 2).score)
  })

  it("has a floor of one tick: a market that never moved is calm at its first tick and in panic at a jump", () => {
    for (const price of [1.01, 1.5, 2, 2.1, 3.3, 7.7, 100.01]) {
      const flat = historyOf(...Array.from({ length: 30 }, () => price))
      assert.strictEqual(judge(zScore, flat, price + 0.01).level, "normal", `${price}`)
      assert.closeTo(judge(zScore, flat, price).score, 0, 1e-9)
      assert.strictEqual(judge(zScore, flat, price + 0.05).level, "panic")
    }
  })

  it("takes the tick of the band that the odds lie in", () => {
    const ticks = [{ below: 2, tick: 0.01 }, { below: 10, tick: 0.1 }, { below: Infinity, tick: 5 }]
    assert.deepStrictEqual([1.5, 2, 9.99, 10, 1e9].map((odds) => Detector.tickAt(ticks, odds)), [0.01, 0.1, 0.1, 5, 5])
    const detector = Detector.zScore({ ...thresholds, ticks })
    assert.strictEqual(judge(detector, historyOf(20, 20, 20, 20), 25).level, "normal")
    assert.strictEqual(judge(detector, historyOf(20, 20, 20, 20), 30).level, "panic")
  })

  it("says normal, warning and panic at its thresholds, and panic there exactly", () => {
    const detector = Detector.zScore({ ...thresholds, ticks: [{ below: Infinity, tick: 0.5 }] })
    const flat = historyOf(4, 4, 4, 4)
    assert.strictEqual(judge(detector, flat, 4.625).level, "normal")
    assert.strictEqual(judge(detector, flat, 4.75).level, "warning")
    assert.strictEqual(judge(detector, flat, 5).level, "panic")
    assert.strictEqual(judge(detector, flat, 3).level, "panic", "a fall counts like a rise")
    assert.strictEqual(judge(detector, flat, 5).score, 2)
  })
})

/** Odds whose logit moves by ± so much each half minute. */
const zigzag = (steps: ReadonlyArray<number>): ReadonlyArray<number> => {
  let logit = 0
  return steps.map((step, i) => {
    logit += i % 2 === 0 ? step : -step
    return 1 + Math.exp(-logit)
  })
}

describe("the volatility ratio", () => {
  const calm = Array.from({ length: 60 }, () => 0.05)

  it("is unknown during the warm-up, and says nothing before", () => {
    assert.strictEqual(judge(ewma, historyOf(2, 2.1, 2), 2.1).level, "unknown")
    assert.strictEqual(judge(ewma, historyOf(2, 2.1, 2, 2.1), 2).level, "normal")
  })

  it("is 1 in a market of constant volatility, whatever its scale", () => {
    for (const scale of [0.04, 0.2, 1]) {
      const [last, ...before] = zigzag(calm.map(() => scale)).toReversed()
      assert.closeTo(judge(ewma, historyOf(...before.toReversed()), last!).score, 1, 1e-9)
    }
  })

  it("panics within three returns of a volatility four times as large, and holds on until it is calm", () => {
    const odds = zigzag([...calm, ...calm.slice(0, 6).map((step) => 4 * step), ...calm])
    let alarmed = false
    const levels = odds.map((each, i) => {
      const { level, score } = judge(ewma, historyOf(...odds.slice(0, i)), each, alarmed)
      const before = alarmed
      alarmed = level === "panic"
      if (before && score > 2 / Math.SQRT2) assert.strictEqual(level, "panic", "held by hysteresis")
      if (!before && score < 2) assert.notStrictEqual(level, "panic")
      return level
    })
    const first = levels.indexOf("panic")
    assert.isTrue(first >= 60 && first < 63, `first panic at ${first}`)
    assert.strictEqual(levels.at(-1), "normal")
    const panics = levels.map((level, i) => level === "panic" ? i : -1).filter((i) => i >= 0)
    assert.deepStrictEqual(panics, panics.map((_, i) => first + i), "one panic without a break")
    assert.isAbove(panics.length, 6)
  })

  it("has a floor of one tick: a market that never moved is calm at its first tick and in panic at a jump", () => {
    for (const minutes of [3, 12, 60, 600]) {
      for (const price of [1.5, 2, 7.7]) {
        const flat = historyOf(...Array.from({ length: minutes * 2 }, () => price))
        assert.strictEqual(judge(ewma, flat, price + 0.01).level, "normal", `${price} after ${minutes} min`)
        // In its first ten minutes a market has too little past to tell a jump from its pace.
        const jump = minutes < 10 ? "normal" : "panic"
        assert.strictEqual(judge(ewma, flat, price + 0.05).level, jump, `${price} after ${minutes} min`)
        assert.strictEqual(judge(ewma, flat, price).level, "normal")
      }
    }
  })

  it("judges the odds that it is given, and leaves the history as it was", () => {
    const history = historyOf(...zigzag(calm))
    const before = JSON.stringify(history)
    const jump = history.last * 1.5
    assert.strictEqual(judge(ewma, history, history.last).level, "normal")
    assert.strictEqual(judge(ewma, history, jump).level, "panic")
    assert.strictEqual(JSON.stringify(history), before)
  })

  it("calms down when nothing happens", () => {
    const history = historyOf(...zigzag([...calm, 0.4]))
    assert.strictEqual(Detector.judge(ewma, history, history.last, history.lastTime, true).level, "panic")
    assert.strictEqual(Detector.judge(ewma, history, history.last, history.lastTime + 1_800_000, true).level, "normal")
  })
})

describe("a detector that makes no sense", () => {
  it("is refused by the name of what is wrong", () => {
    for (const make of [Detector.zScore, Detector.ewma]) {
      const refused = (change: Partial<Detector.Options>, says: RegExp) =>
        assert.throws(() => make({ ...thresholds, ...change }), RangeError, says)
      for (const minSamples of [1, 0, -4, 2.5, Number.NaN, Infinity]) {
        refused({ minSamples }, new RegExp(`minSamples .*got ${minSamples}$`))
      }
      refused({ warning: 0 }, /got 0 and 2$/)
      refused({ warning: 3 }, /got 3 and 2$/)
      refused({ warning: Number.NaN }, /got NaN and 2$/)
      refused({ panic: Infinity }, /got 1.5 and Infinity$/)
      refused({ ticks: [] }, /last band must end at Infinity, got no bands$/)
      refused({ ticks: [{ below: 5, tick: 1 }] }, /last band must end at Infinity, got 5$/)
      refused({ ticks: [{ below: 5, tick: 1 }, { below: 5, tick: 1 }] }, /got 1 below 5$/)
      for (const tick of [0, -1, Number.NaN, Infinity]) {
        refused({ ticks: [{ below: Infinity, tick }] }, new RegExp(`got ${tick} below Infinity$`))
      }
    }
  })
})
