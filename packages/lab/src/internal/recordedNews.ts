/** Recorded news of players and recorded reschedulings of the day's matches. */
import type { Match } from "../DayFigures.ts"
import type { News, Rescheduled } from "../WorldAction.ts"
import type { Window } from "./calendar.ts"
import type { ChangeRow, NewsRow } from "./files.ts"

/**
 * Injured, doubtful and unavailable players are `player_injury`, suspended ones `key_player_suspended`. A player who is
 * available again is no event: the eleven have none for it. News counts until the match of the player's team begins.
 */
export const players = (
  matches: ReadonlyArray<Match>,
  rows: ReadonlyArray<NewsRow>,
  window: Window
): ReadonlyArray<News> =>
  rows.flatMap((row) => {
    const match = matches.find(({ away, home }) => home === row.team || away === row.team)
    if (match === undefined || row.ts_utc < window.start || row.ts_utc >= match.kickoff) return []
    const kind = kindOf(row.status)
    if (kind === undefined) return []
    const side = match.home === row.team ? "home" as const : "away" as const
    return [{
      _tag: "Event",
      at: row.ts_utc,
      event: kind.event,
      matches: [match.id],
      cause: `a player of ${row.team} is ${kind.word}`,
      impact: { _tag: "Absence", side, of: kind.of }
    }]
  })

interface Kind {
  readonly event: "player_injury" | "key_player_suspended"
  readonly of: "regulars" | "keyPlayers"
  readonly word: string
}

const kindOf = (status: NewsRow["status"]): Kind | undefined => {
  switch (status) {
    case "i":
      return { event: "player_injury", of: "regulars", word: "injured" }
    case "d":
      return { event: "player_injury", of: "regulars", word: "doubtful" }
    case "u":
      return { event: "player_injury", of: "regulars", word: "unavailable" }
    case "s":
      return { event: "key_player_suspended", of: "keyPlayers", word: "suspended" }
    case "a":
    case "n":
      return undefined
  }
}

export interface Schedule {
  /** With the kickoffs that were in force when the window began. */
  readonly matches: ReadonlyArray<Match>
  readonly reschedulings: ReadonlyArray<Rescheduled>
}

/**
 * Changes of the day's matches that were seen in the window, before either kickoff. The matches come with their last
 * kickoff; those with a change go back to the one before it. A change to "not scheduled yet" is left out: the old
 * kickoff stands until the new one is known.
 */
export const reschedule = (
  matches: ReadonlyArray<Match>,
  rows: ReadonlyArray<ChangeRow>,
  window: Window
): Schedule => {
  const changes = rows.toSorted((a, b) => a.seen_utc - b.seen_utc).flatMap((row) => {
    const { match_id, new_kickoff_utc, old_kickoff_utc, seen_utc } = row
    if (new_kickoff_utc === null || old_kickoff_utc === null) return []
    const known = matches.some(({ id }) => id === match_id)
    const inTime = seen_utc >= window.start && seen_utc < Math.min(old_kickoff_utc, new_kickoff_utc)
    return known && inTime ? [{ match: match_id, at: seen_utc, from: old_kickoff_utc, to: new_kickoff_utc }] : []
  })
  return {
    matches: matches.map((match) => {
      const first = changes.find((change) => change.match === match.id)
      return first === undefined ? match : { ...match, kickoff: first.from }
    }),
    reschedulings: changes.map(({ at, match, to }) => ({ _tag: "Rescheduled", at, match, kickoff: to }))
  }
}
