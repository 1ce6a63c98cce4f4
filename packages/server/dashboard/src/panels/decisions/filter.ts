import { matchOf, type Row } from "../../data/decisions.ts"
import type { Fixture, Reason, Strategy } from "../../data/types.ts"

export interface Filter {
  readonly strategy: Strategy | ""
  readonly reason: Reason | ""
  /** Part of a key or of a team's name; capitals do not matter. */
  readonly text: string
}

export const everything: Filter = { strategy: "", reason: "", text: "" }

type Teams = ReadonlyMap<string, string>

/** The teams of a match key. */
export const teamsOf = (fixtures: ReadonlyArray<Fixture> = []): Teams =>
  new Map(fixtures.map(({ away_team, home_team, match_key }) => [match_key, `${home_team} – ${away_team}`]))

export const passes = ({ reason, strategy, text }: Filter, teams: Teams) => {
  const wanted = text.trim().toLowerCase()
  return (row: Row): boolean =>
    (strategy === "" || row.strategy === strategy) &&
    (reason === "" || row.reason === reason) &&
    (wanted === "" || `${row.key} ${teams.get(matchOf(row) ?? "") ?? ""}`.toLowerCase().includes(wanted))
}
