import { partsOf } from "../../data/decisions.ts"
import type { Fixture } from "../../data/types.ts"

/** A market in words: the teams where the match is known. */
export const nameOf = (marketKey: string, fixtures: ReadonlyArray<Fixture> = []): string => {
  const parts = partsOf(marketKey)
  if (parts === undefined) return marketKey
  const fixture = fixtures.find(({ match_key }) => match_key === parts.match)
  const match = fixture === undefined ? parts.match : `${fixture.home_team} – ${fixture.away_team}`
  return `${match}: ${parts.market}`
}
