/** How often and how far odds move, measured. */
import * as Odds from "@smart-cache/football/Odds"
import * as Arr from "effect/Array"
import type { MoveShare, OddsFigures, Quantiles } from "../DayFigures.ts"
import type { SparseRow, TickRow } from "./files.ts"
import { hour } from "./time.ts"

/**
 * Measured on an hourly series of 135 league matches that is not part of the folder; its SOURCES.md, "Measured", has
 * these figures.
 */
export const moveShares: ReadonlyArray<MoveShare> = [
  { withinHours: 3, share: 0.29 },
  { withinHours: 6, share: 0.22 },
  { withinHours: 24, share: 0.11 },
  { withinHours: 72, share: 0.06 },
  // "Earlier"; a year stands for no end, which JSON could not say.
  { withinHours: 8760, share: 0.03 }
]

/** One move of one price: when, and how far in logit. */
export interface Move {
  readonly at: number
  readonly logit: number
}

/** The moves of each selection's middle price, most active selection first. Quotes with an empty side are skipped. */
export const series = (rows: ReadonlyArray<TickRow>): ReadonlyArray<ReadonlyArray<Move>> => {
  const last = new Map<string, number>()
  const moves = new Map<string, Array<Move>>()
  for (const row of rows) {
    if (row.best_back === null || row.best_lay === null) continue
    const name = `${row.market_type} ${row.selection_id} ${row.handicap}`
    const logit = Odds.logit((row.best_back + row.best_lay) / 2)
    const before = last.get(name)
    last.set(name, logit)
    if (before === undefined || Math.abs(logit - before) < 1e-12) continue
    const list = moves.get(name) ?? []
    list.push({ at: row.ts_utc, logit: logit - before })
    moves.set(name, list)
  }
  return [...moves.values()].toSorted((a, b) => b.length - a.length)
}

const probabilities = [0.1, 0.25, 0.5, 0.75, 0.9, 0.95]

/** Quantiles of absolute values, from `[0, 0]` to the given probabilities. */
const quantiles = (values: ReadonlyArray<number>, of: ReadonlyArray<number>): Quantiles => {
  const sorted = values.map(Math.abs).toSorted((a, b) => a - b)
  return [
    [0, 0],
    ...of.map((p) => [p, rounded(sorted[Math.floor(p * (sorted.length - 1))] ?? 0)] as const)
  ]
}

const rounded = (value: number): number => Math.round(value * 10_000) / 10_000

/**
 * The home win's change in an hour with a move, from pairs of snapshots hours or days apart: a pair's change over the
 * square root of the number of moving hours to be expected between them. Snapshots average whichever bookmakers were
 * there, so the largest changes are changes of that company: nothing is said beyond the 95 % quantile.
 */
export const hourlyMove = (rows: ReadonlyArray<SparseRow>): Quantiles =>
  quantiles(
    pairs(rows.filter((row) => row.minutes_to_kickoff > 0)).map(([earlier, later]) => {
      const expected = movingHours(earlier.minutes_to_kickoff / 60) - movingHours(later.minutes_to_kickoff / 60)
      return (homeLogit(later) - homeLogit(earlier)) / Math.sqrt(expected)
    }),
    probabilities
  )

const pairs = (rows: ReadonlyArray<SparseRow>): ReadonlyArray<readonly [SparseRow, SparseRow]> =>
  Object.values(Arr.groupBy(rows, (row) => row.match_id)).flatMap((group) =>
    group.slice(1).map((row, index) => [group[index]!, row] as const)
  )

const homeLogit = (row: SparseRow): number => {
  const [home = 0] = Odds.proportional([row.h, row.d, row.a])
  return Math.log(home / (1 - home))
}

/** Hours with a move to be expected in the last `hours` before kickoff. */
const movingHours = (hours: number): number => {
  let from = 0
  let total = 0
  for (const { share, withinHours } of moveShares) {
    total += share * Math.max(0, Math.min(hours, withinHours) - from)
    from = withinHours
  }
  return total
}

/** All of it, in the form the simulation reads. */
export const measure = (ticks: ReadonlyArray<TickRow>, sparse: ReadonlyArray<SparseRow>): OddsFigures => {
  const moving = series(ticks)
  const moves = moving.flat().map(({ logit }) => logit)
  const hours = moving.map((each) => new Set(each.map(({ at }) => Math.floor(at / hour))).size)
  const variance = moves.reduce((sum, move) => sum + move * move, 0) / moves.length
  return {
    moveShares,
    hourlyMove: hourlyMove(sparse),
    movesPerMovingHour: rounded(moves.length / hours.reduce((sum, count) => sum + count, 0)),
    tick: {
      count: moves.length,
      deviation: rounded(Math.sqrt(variance)),
      quantiles: quantiles(moves, [...probabilities, 0.99, 1])
    }
  }
}
