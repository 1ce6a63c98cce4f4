import { assert, describe, it } from "@effect/vitest"
import type { Entry } from "@smart-cache/core/CacheEntry"
import * as Decision from "@smart-cache/core/Decision"
import * as TtlPolicy from "@smart-cache/core/TtlPolicy"
import * as XFetch from "@smart-cache/core/XFetch"
import { finite, integer, oneOf, properties } from "./arbitraries.ts"

const repeatedly = properties(200)

const rulesOf = (beta: number): Decision.Rules => ({
  policy: TtlPolicy.fixed(1),
  enabled: true,
  beta,
  staleFactor: 1,
  failSafe: 0,
  warningTtl: Infinity
})

/** An entry of the engine's making: created at 0, fresh for `ttl`. */
const entryOf = (ttl: number, delta: number, beta: number): Entry => ({
  value: "value",
  createdAt: 0,
  freshUntil: ttl,
  earlyFrom: XFetch.earliest(XFetch.scale(beta, delta, ttl), ttl),
  staleUntil: 2 * ttl,
  deadline: Infinity,
  confirmed: false,
  delta,
  stamp: 1,
  tags: []
})

const largestDraw = 1 - 2 ** -53
const strata = 20_000

/** Share of evenly spread draws at which a read with so much freshness left refreshes early. */
const shareOfEarly = (entry: Entry, remaining: number, beta: number): number => {
  const rules = rulesOf(beta)
  let early = 0
  for (let i = 0; i < strata; i++) {
    const draw = (i + 0.5) / strata
    const decision = Decision.decide(entry, "ok", entry.freshUntil - remaining, "normal", draw, {}, rules)
    if (decision === Decision.freshEarly) early++
    else assert.strictEqual(decision, Decision.fresh)
  }
  return early / strata
}

describe("early refresh", () => {
  it("strikes a share exp(−r/βδ) of the reads with r left, whatever β", () => {
    for (const [delta, beta] of [[800, 1], [800, 2], [800, 0.5], [50, 1], [1, 1]] as const) {
      const entry = entryOf(60_000, delta, beta)
      for (const lives of [0.01, 0.1, 0.5, 1, 2, 3, 5, 8]) {
        const remaining = lives * beta * delta
        const expected = Math.exp(-remaining / (beta * delta))
        assert.closeTo(
          shareOfEarly(entry, remaining, beta),
          expected,
          1 / strata,
          `${delta} ms, β ${beta}, r ${remaining}`
        )
        assert.closeTo(XFetch.probability(beta * delta, remaining), expected, 1e-12)
      }
    }
  })

  it("matches the published figures of a compute of 0.8 s", () => {
    const entry = entryOf(60_000, 800, 1)
    assert.closeTo(shareOfEarly(entry, 100, 1), 0.8825, 1e-4)
    assert.closeTo(shareOfEarly(entry, 2000, 1), 0.0821, 1e-4)
    assert.closeTo(shareOfEarly(entry, 4000, 1), 0.00674, 1e-4)
  })

  it.prop(
    "hardly ever strikes a value just cached, however slow the compute and however large β",
    [finite(1, 1e7), finite(0, 1e9), finite(0, 1000)],
    ([ttl, delta, beta]) => {
      const scale = Decision.scaleOf(entryOf(ttl, delta, beta), rulesOf(beta))
      assert.isAtMost(scale, ttl / 10 * (1 + 1e-12))
      assert.isAtMost(XFetch.probability(scale, ttl), 4.6e-5)
    },
    repeatedly("clamp")
  )

  it.prop(
    "is impossible before the bound for every draw there is, and certain of the largest draw at it",
    [integer(1000, 10_000_000), integer(1, 100_000), oneOf(0.25, 0.5, 1, 1.5, 2)],
    ([ttl, delta, beta]) => {
      const entry = entryOf(ttl, delta, beta)
      const rules = rulesOf(beta)
      const decide = (now: number, draw: number) => Decision.decide(entry, "ok", now, "normal", draw, {}, rules)
      const before = entry.earlyFrom - 1e-6 * ttl
      if (before >= 0) {
        assert.isFalse(Decision.needsDraw(entry, before))
        assert.strictEqual(decide(before, largestDraw), Decision.fresh)
      }
      const scale = Decision.scaleOf(entry, rules)
      assert.isBelow(XFetch.lead(scale, largestDraw), ttl - before, "the bound hides no draw that would have struck")
      assert.closeTo(XFetch.lead(scale, largestDraw), ttl - entry.earlyFrom, 1e-9 * ttl)
      assert.strictEqual(decide(Math.max(0, entry.earlyFrom + 1e-6 * ttl), largestDraw), Decision.freshEarly)
    },
    repeatedly("bound")
  )

  it.prop(
    "is never struck by a draw of 0 before the expiry, nor by any draw while β is 0",
    [integer(1, 1_000_000), finite(0, 1e6), finite(0, 1), finite(0, largestDraw)],
    ([ttl, delta, share, draw]) => {
      const now = Math.min(share * ttl, ttl * (1 - 1e-9))
      const decide = (beta: number, draw: number) =>
        Decision.decide(entryOf(ttl, delta, beta), "ok", now, "normal", draw, {}, rulesOf(beta))
      assert.strictEqual(decide(1, 0), Decision.fresh)
      assert.strictEqual(decide(0, draw), Decision.fresh)
      assert.strictEqual(decide(0, largestDraw), Decision.fresh)
    },
    repeatedly("draw 0")
  )

  it("has a lead that is finite, never negative, and never less for a larger draw", () => {
    const draws = [0, 2 ** -53, 0.1, 0.5, 0.9, 0.999, largestDraw]
    const leads = draws.map((draw) => XFetch.lead(800, draw))
    assert.isTrue(leads.every((lead) => Number.isFinite(lead) && lead >= 0))
    leads.slice(1).forEach((lead, i) => assert.isAtLeast(lead, leads[i]!))
    assert.strictEqual(XFetch.lead(0, largestDraw) + 0, 0)
  })

  it("is certain at the expiry and past it, and impossible before it for a compute that takes no time", () => {
    assert.strictEqual(XFetch.probability(800, 0), 1)
    assert.strictEqual(XFetch.probability(800, -5), 1)
    assert.strictEqual(XFetch.probability(0, 0.001), 0)
    assert.strictEqual(XFetch.probability(0, 0), 1)
  })
})

describe("the smoothed compute time", () => {
  it("takes the first value whole and then moves three tenths of the way", () => {
    assert.strictEqual(XFetch.smooth(undefined, 100), 100)
    assert.strictEqual(XFetch.smooth(100, 200), 130)
    assert.strictEqual(XFetch.smooth(0, 100), 30)
  })

  it.prop("stays between the values it is made of", [finite(0, 1e6), finite(0, 1e6)], ([before, measured]) => {
    const smoothed = XFetch.smooth(before, measured)
    assert.isAtLeast(smoothed, Math.min(before, measured) - 1e-6)
    assert.isAtMost(smoothed, Math.max(before, measured) + 1e-6)
  }, repeatedly("smooth"))
})
