/**
 * The eleven events of a match, the factors each changes, and the graph from
 * events over factors to markets (spec §6).
 *
 * Which markets an event affects is nowhere listed: it follows from what every
 * market declares to depend on.
 */
import * as KeyFactory from "@smart-cache/core/KeyFactory"
import * as TagGraph from "@smart-cache/core/TagGraph"
import * as Factors from "./Factors.ts"
import * as Markets from "./Markets.ts"

export type Event =
  | "weather_rain"
  | "weather_snow"
  | "weather_wind"
  | "player_injury"
  | "gk_change"
  | "lineup_confirmed"
  | "key_player_suspended"
  | "referee_assigned"
  | "venue_changed"
  | "odds_steam"
  | "line_movement"

/** Event → the factors it changes. */
export const changes: Readonly<Record<Event, ReadonlyArray<Factors.Factor>>> = {
  weather_rain: ["pitch"],
  weather_snow: ["snow"],
  weather_wind: ["flight"],
  player_injury: ["squad"],
  gk_change: ["goalkeeper"],
  lineup_confirmed: ["lineup"],
  key_player_suspended: ["key_player"],
  referee_assigned: ["referee"],
  venue_changed: ["home_advantage"],
  odds_steam: ["price"],
  line_movement: ["line"]
}

/** The match is the hash tag, as in its keys: a Redis Cluster holds a match's entries and their marks in one slot. */
const tag = (match: string, market: string): string =>
  `{${match === "" ? "~" : KeyFactory.escape(match)}}:${KeyFactory.escape(market)}`

/** The graph of a match; its subject is the match id. */
export const graph: TagGraph.Graph = TagGraph.make({
  events: changes,
  factors: Factors.changes,
  markets: Object.fromEntries(Markets.all.map((market) => [market.id, market.dependsOn])),
  tag
})
