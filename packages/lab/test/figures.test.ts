import { assert, describe, it } from "@effect/vitest"
import * as DayFigures from "@smart-cache/lab/DayFigures"
import { readFileSync } from "node:fs"
import { matchDay } from "../src/data/matchDay.ts"
import { print } from "../src/derive/print.ts"
import * as CountRates from "../src/internal/countRates.ts"
import * as Draw from "../src/internal/draw.ts"
import type { FactRow, NewsRow, SparseRow, TickRow } from "../src/internal/files.ts"
import * as NewsRates from "../src/internal/newsRates.ts"
import * as OddsMovement from "../src/internal/oddsMovement.ts"
import * as RecordedOdds from "../src/internal/recordedOdds.ts"
import { dayLength, hour, match, midnight, seeded } from "./fixtures.ts"

const tick = (at: number, selection: string, back: number | null, lay: number | null): TickRow => ({
  ts_utc: at,
  market_type: "MATCH_ODDS",
  selection_id: selection,
  handicap: null,
  best_back: back,
  best_lay: lay
})

const snapshot = (hours: number, home: number): SparseRow => ({
  match_id: "m",
  minutes_to_kickoff: hours * 60,
  h: home,
  d: 3.4,
  a: 4
})

const homeLogit = (home: number): number => {
  const p = 1 / home / (1 / home + 1 / 3.4 + 1 / 4)
  return Math.log(p / (1 - p))
}

describe("OddsMovement", () => {
  it("takes a move of the middle price for a move, and neither a repeated quote nor half a quote", () => {
    const series = OddsMovement.series([
      tick(0, "calm", 3, 3.1),
      tick(1, "busy", 1.9, 2.1),
      tick(2, "busy", 1.9, 2.1),
      tick(3, "busy", null, 2.2),
      tick(4, "busy", 2.9, 3.1),
      tick(5, "calm", 3.1, 3.2),
      tick(6, "busy", 1.9, 2.1)
    ])
    assert.deepStrictEqual(series.map((moves) => moves.map(({ at }) => at)), [[4, 6], [5]])
    assert.closeTo(series[0]![0]!.logit, -Math.log(2), 1e-12)
    assert.closeTo(series[0]![1]!.logit, Math.log(2), 1e-12)
  })

  it("scales a change between snapshots to one moving hour", () => {
    // 29 % of each of the last three hours: from 3 h to 1 h before kickoff, 0.58 moving hours.
    const change = Math.abs(homeLogit(2.1) - homeLogit(2)) / Math.sqrt(0.58)
    const quantiles = OddsMovement.hourlyMove([snapshot(3, 2), snapshot(1, 2.1), snapshot(-1, 9)])
    for (const [, value] of quantiles.slice(1)) assert.closeTo(value, change, 1e-4)
  })

  it("counts moves in hours that have any", () => {
    const rows = [0, 1, 2, 3 * hour, 3 * hour + 1].map((at, index) => tick(at, "s", 2 + index / 10, 2.1 + index / 10))
    assert.strictEqual(OddsMovement.measure(rows, []).movesPerMovingHour, 2)
  })
})

const shareAt = (hours: number): number => DayFigures.moveShare(matchDay.odds, hours * hour)

describe("DayFigures.moveShare", () => {
  it("is the band's that the time to kickoff falls into", () => {
    assert.deepStrictEqual([0, 2.9, 3, 5.9, 6, 23, 24, 71, 72, 9000].map(shareAt), [
      0.29,
      0.29,
      0.22,
      0.22,
      0.11,
      0.11,
      0.06,
      0.06,
      0.03,
      0.03
    ])
  })
})

const facts = (id: string, corners: DayFigures.Pair): FactRow => ({
  match_id: id,
  home_corners: corners[0],
  away_corners: corners[1],
  home_yellow: 2,
  away_yellow: 2,
  home_red: 0,
  away_red: 1,
  ht_home: 1,
  ht_away: 0
})

describe("CountRates", () => {
  const results = ["1", "2", "3", "4"].map((matchId, index) => ({
    matchId,
    home: index % 2 === 0 ? "Wide" : "Narrow",
    away: index % 2 === 0 ? "Narrow" : "Wide",
    homeGoals: 2,
    awayGoals: 1
  }))
  const rates = CountRates.fit(
    results,
    results.map(({ home, matchId }) => facts(matchId, home === "Wide" ? [9, 3] : [5, 7]))
  )

  it("expects more corners of the side that had more, between the means and what it had", () => {
    const { corners } = CountRates.of(rates, "Wide", "Narrow", [1, 1])
    assert.isTrue(corners[0] > 7 && corners[0] < 9)
    assert.isTrue(corners[1] < 5 && corners[1] > 3)
  })

  it("scales the mean by expected goals for teams without facts", () => {
    assert.deepStrictEqual(CountRates.of(rates, "X", "Y", [4, 0.5]).corners, [14, 2.5])
    assert.deepStrictEqual(CountRates.of(rates, "X", "Y", [4, 0.5]).cards, [2, 3])
  })

  it("finds the first half's share of the goals", () => {
    assert.closeTo(rates.firstHalfShare, 1 / 3, 1e-12)
  })
})

const row = (at: number, team: string, status: NewsRow["status"]): NewsRow => ({
  ts_utc: at,
  season: "s",
  team,
  player_code: "1",
  status,
  chance_next_round: null
})

describe("NewsRates", () => {
  it("counts items per team and day of the season", () => {
    const rows = [row(0, "A", "i"), row(dayLength, "B", "d"), row(10 * dayLength, "A", "i"), row(5, "B", "a")]
    assert.deepStrictEqual(NewsRates.measure(rows), { injured: 0.1, doubtful: 0.05, suspended: 0 })
  })
})

describe("RecordedOdds.replay", () => {
  it("deals series in turn, repeats them to kickoff, and does not drift", () => {
    const series = [[{ at: 0, logit: 0.1 }, { at: 7 * hour, logit: 0.2 }], [{ at: hour, logit: 0.3 }]]
    const dealt = [
      match("a", midnight + 28.5 * hour),
      match("b", midnight + 4 * hour),
      match("c", midnight + 7.5 * hour)
    ]
    const moves = RecordedOdds.replay(dealt, series, midnight)
    const of = (id: string) =>
      moves.filter((move) => move.match === id).map(({ at, homeWin }) => [(at - midnight) / hour, homeWin])
    assert.deepStrictEqual(of("b"), [[1, 0.3]])
    assert.deepStrictEqual(of("c"), [[0, 0.1], [7, 0.2], [7, -0.1]])
    assert.closeTo(of("a").slice(0, 8).reduce((sum, [, step]) => sum + step!, 0), 0, 1e-12)
    assert.deepStrictEqual(RecordedOdds.replay(dealt, [], midnight), [])
  })
})

describe("Draw.fromQuantiles", () => {
  it("has the quantiles that it was given and nothing beyond the last", () => {
    const random = seeded(1)
    const drawn = Array.from({ length: 20_000 }, () => Draw.fromQuantiles(random, [[0, 0], [0.5, 1], [0.9, 5]]))
      .toSorted((a, b) => a - b)
    assert.closeTo(drawn[10_000]!, 1, 0.05)
    assert.closeTo(drawn[17_999]!, 5, 0.1)
    assert.strictEqual(drawn.at(-1), 5)
  })
})

describe("the derivation", () => {
  it("prints the module that is committed from the figures in it", () => {
    const committed = readFileSync(new URL("../src/data/matchDay.ts", import.meta.url), "utf8")
    assert.strictEqual(print(matchDay), committed)
  })
})
