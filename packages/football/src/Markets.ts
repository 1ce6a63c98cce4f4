/**
 * The 99 markets of a match.
 *
 * Keys and names of the exchange's own markets are those of one real menu, of
 * Bayern Munich v Lazio, 2021-03-17 (`market-catalog.json`, from
 * limx0/betfair_parser, BSD-2-Clause), with `{home}` and `{away}` for the teams and
 * both sides spelt alike.
 * Where that menu has one market with many lines (`asian-handicap`,
 * `goal-lines`), each line is a market here, and the lines are those of the same
 * file. Its card and corner lines are continued by analogy: cards over/under 1.5
 * and 5.5, the cards of one side, the cards match bet.
 */
import { menu } from "./internal/menu.ts"
import type { Market } from "./internal/menu.ts"

export type { Bet, Group, Market, Side } from "./internal/menu.ts"

/** Every market, family by family. */
export const all: ReadonlyArray<Market> = menu

/** Every market by its id. */
export const byId: ReadonlyMap<string, Market> = new Map(all.map((market) => [market.id, market]))

/** The market of an id; throws `RangeError` when there is none. */
export const get = (id: string): Market => {
  const market = byId.get(id)
  if (market === undefined) {
    throw new RangeError(`Markets.get: id must be one of the ${all.length} markets, got "${id}"`)
  }
  return market
}
