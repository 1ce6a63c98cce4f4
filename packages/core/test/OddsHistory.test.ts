import { assert, describe, it } from "@effect/vitest"
import { Arbitrary } from "effect"
import { OddsHistory } from "../src/internal/oddsHistory.ts"
import { finite, integer, oneOf, properties } from "./arbitraries.ts"

const repeatedly = properties(300)

interface Sample {
  readonly time: number
  readonly odds: number
}

/** Mean and sample σ of odds in hundredths, exact until the last division. */
const exactMoments = (hundredths: ReadonlyArray<bigint>) => {
  const n = BigInt(hundredths.length)
  const sum = hundredths.reduce((a, b) => a + b, 0n)
  const squares = hundredths.reduce((a, b) => a + b * b, 0n)
  const mean = Number(sum) / Number(n) / 100
  return { mean, sigma: n < 2n ? 0 : Math.sqrt(Number(n * squares - sum * sum) / Number(n * (n - 1n))) / 100 }
}

/** Quiet prices, the same price again, and a slip of the keyboard now and then. */
const hundredths = Arbitrary.flatMap(
  integer(0, 9),
  (kind) => kind === 0 ? oneOf(100_000_000_000) : kind < 4 ? oneOf(250) : integer(101, 5000)
)

const streams = Arbitrary.array(Arbitrary.all([hundredths, integer(0, 9000), oneOf(false, false, true)]), {
  maxLength: 80
})

describe("the window of odds", () => {
  it.prop(
    "has the moments of the samples that count, spikes of 1e9 or not, and forgets a spike that left without a trace",
    [streams, oneOf(2, 3, 7, 8, 9, 16, 100), oneOf(1, 5000, 20_000, 1e9)],
    ([stream, maxSamples, window]) => {
      const history = new OddsHistory(maxSamples)
      let kept: ReadonlyArray<Sample & { readonly exact: bigint }> = []
      let now = 0
      for (const [odds, gap, expires] of stream) {
        now += gap
        if (expires) {
          history.expire(now - window)
          kept = kept.filter((sample, i) => sample.time > now - window || i === kept.length - 1)
        }
        history.push(now, odds / 100)
        kept = [...kept, { time: now, odds: odds / 100, exact: BigInt(odds) }].slice(-maxSamples)
        assert.strictEqual(history.size, kept.length)
        assert.strictEqual(history.firstTime, kept[0]!.time)
        assert.strictEqual(history.lastTime, now)
        assert.strictEqual(history.last, odds / 100)
        for (const { mean, samples, sigma } of [history.moments(), history.momentsBefore()]) {
          if (samples === 0) continue
          const exact = exactMoments(kept.slice(0, samples).map((sample) => sample.exact))
          assert.closeTo(mean, exact.mean, 1e-12 * exact.mean)
          assert.closeTo(sigma, exact.sigma, 1e-9 * Math.max(exact.sigma, 1e-3))
        }
      }
    },
    repeatedly("moments")
  )

  it("is empty at first, and says so", () => {
    const history = new OddsHistory(4)
    assert.isNaN(history.last)
    assert.isNaN(history.firstTime)
    assert.isNaN(history.lastTime)
    assert.deepStrictEqual(history.moments(), { samples: 0, mean: Number.NaN, sigma: 0 })
    history.expire(1e9)
    assert.strictEqual(history.size, 0)
  })

  it("keeps the last sample however old, because it is what the market says", () => {
    const history = new OddsHistory(4)
    history.push(0, 2)
    history.push(1, 3)
    history.expire(1e12)
    assert.strictEqual(history.size, 1)
    assert.strictEqual(history.last, 3)
  })
})

const logOdds = (odds: number) => -Math.log(odds - 1)

/** Weighted mean of squared returns per second: each return weighs as much of the memory as its time takes. */
const speedByWords = (samples: ReadonlyArray<Sample>, tau: number) => {
  let weights = 0
  let sum = 0
  for (let i = 1; i < samples.length; i++) {
    const elapsed = Math.max(samples[i]!.time - samples[i - 1]!.time, 1) / 1000
    const later = samples.slice(i + 1).reduce((t, s, j) => t + Math.max(s.time - samples[i + j]!.time, 1) / 1000, 0)
    const weight = Math.exp(-later / tau) * -Math.expm1(-elapsed / tau)
    weights += weight
    sum += weight * (logOdds(samples[i]!.odds) - logOdds(samples[i - 1]!.odds)) ** 2 / elapsed
  }
  return sum / weights
}

describe("the speed of the odds", () => {
  it.prop(
    "is the mean of squared returns per second, the recent weighing more, whatever the times between them",
    [Arbitrary.array(Arbitrary.all([finite(1.01, 50), integer(0, 600_000)]), { minLength: 2, maxLength: 20 })],
    ([steps]) => {
      const history = new OddsHistory(4)
      let time = 0
      const samples = steps.map(([odds, gap]) => ({ time: time += gap, odds }))
      for (const sample of samples) history.push(sample.time, sample.odds)
      const { fast, returns, slow } = history.speed
      assert.strictEqual(returns, samples.length - 1)
      for (const [actual, tau] of [[fast, 120], [slow, 1800]] as const) {
        const expected = speedByWords(samples, tau)
        assert.closeTo(actual, expected, 1e-9 * expected)
      }
    },
    repeatedly("speed")
  )

  it("does not remember a hasty first move for half an hour", () => {
    const history = new OddsHistory(100)
    history.push(0, 2)
    history.push(1, 2.02)
    for (let i = 1; i <= 10; i++) history.push(i * 30_000, 2.02)
    // One move of 0.02 in five minutes: as fast as that, and not as fast as 0.02 a millisecond.
    assert.closeTo(history.speed.slow, logOdds(2.02) ** 2 / 300, 0.2 * logOdds(2.02) ** 2 / 300)
  })

  it("is not known before the second sample", () => {
    const history = new OddsHistory(4)
    assert.isNaN(history.speed.slow)
    history.push(0, 2)
    assert.isNaN(history.speed.fast)
    assert.strictEqual(history.speed.returns, 0)
  })
})
