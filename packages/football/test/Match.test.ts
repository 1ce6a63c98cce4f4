import { assert, describe, it } from "@effect/vitest"
import * as KeyFactory from "@smart-cache/core/KeyFactory"
import * as TtlPolicy from "@smart-cache/core/TtlPolicy"
import { Events, GoldenHour, Markets, MatchContext, MatchKey } from "@smart-cache/football"
import { Schema } from "effect"
import { anyText, properties } from "../../core/test/arbitraries.ts"

const minute = 60_000
const hour = 60 * minute

/** What a Cluster places a name by. */
const hashTag = (text: string): string | undefined => /\{([^}]+)\}/.exec(text)?.[1]

describe("GoldenHour", () => {
  const kickoff = 100 * hour
  const ttl = (before: number, confirmed = false) =>
    TtlPolicy.ttlAt(
      GoldenHour.policy,
      { ...TtlPolicy.plainGrant, deadline: kickoff, confirmed },
      kickoff - before
    )

  it("has the TTLs of the zones, their near edges included", () => {
    const rows = [
      [24 * hour + 1, 6 * hour],
      [24 * hour, hour],
      [6 * hour + 1, hour],
      [6 * hour, 15 * minute],
      [hour + 1, 15 * minute],
      [hour, 60_000],
      [15 * minute + 1, 60_000],
      [15 * minute, 30_000],
      [1, 30_000],
      [0, 0]
    ] as const
    for (const [before, expected] of rows) {
      assert.strictEqual(ttl(before), expected, `${before} ms before the kickoff`)
      assert.strictEqual(ttl(before, true), 2 * expected, `${before} ms before the kickoff, lineup confirmed`)
    }
  })

  it("names its zones far to near", () => {
    const names = ["standard", "prematch", "active", "golden", "warmup", "match_started"]
    assert.deepStrictEqual(TtlPolicy.zoneNames(GoldenHour.policy), names)
  })
})

describe("MatchKey", () => {
  const keys = KeyFactory.make({ app: "odds", env: "prod", version: "v1" })

  it("puts the match in braces and the market and variant after it", () => {
    const key = MatchKey.key(keys, { match: "ars-che", market: "match-odds", variant: "dc" })
    assert.strictEqual(key, "odds:prod:v1:match:{ars-che}:match-odds:dc")
  })

  it("tags a market as the graph of events does, one tag a market and match", () => {
    const tags = Markets.all.flatMap(({ id }) => ["a", "b"].map((match) => MatchKey.tag({ match, market: id })))
    assert.strictEqual(new Set(tags).size, 198)
    assert.strictEqual(MatchKey.tag({ match: "a", market: "match-odds" }), Events.graph.tag("a", "match-odds"))
  })

  it.prop(
    "gives key and tag of a market one hash tag, and no two markets of matches one tag",
    [anyText, anyText, anyText, anyText],
    ([match, market, otherMatch, otherMarket]) => {
      const tag = MatchKey.tag({ match, market })
      assert.isDefined(hashTag(tag))
      assert.strictEqual(hashTag(MatchKey.key(keys, { match, market, variant: "" })), hashTag(tag))
      const same = otherMatch === match && otherMarket === market
      assert.strictEqual(MatchKey.tag({ match: otherMatch, market: otherMarket }) === tag, same)
      assert.strictEqual(MatchKey.tag({ match, market: otherMarket }) === tag, otherMarket === market)
    },
    properties(500)("match tags")
  )

  it("tells an empty match from one that is called as it is written down", () => {
    assert.notStrictEqual(MatchKey.tag({ match: "", market: "m" }), MatchKey.tag({ match: "~", market: "m" }))
  })
})

describe("MatchContext", () => {
  const isContext = Schema.is(MatchContext.MatchContext)
  const context = { kickoff: 1_700_000_000_000, lineupConfirmed: false, odds: { "match-odds": 2.1 } }

  it("accepts odds of known markets and refuses others", () => {
    assert.isTrue(isContext(context))
    assert.isFalse(isContext({ ...context, odds: { "to-qualify": 2 } }))
    assert.isFalse(isContext({ ...context, odds: { "match-odds": 1 } }))
    assert.isFalse(isContext({ ...context, kickoff: Number.NaN }))
  })

  it("becomes a read with a deadline, odds named by match, and a tag a market", () => {
    assert.deepStrictEqual(MatchContext.toRead({ match: "ars-che", markets: ["match-odds", "draw-no-bet"] }, context), {
      deadline: context.kickoff,
      confirmed: false,
      odds: { "{ars-che}:match-odds": 2.1 },
      tags: ["{ars-che}:match-odds", "{ars-che}:draw-no-bet"]
    })
  })
})
