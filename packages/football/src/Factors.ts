/**
 * What a price rests on, in the words of people who bet, and what moves what.
 *
 * A market depends on a factor when a change of the factor is the first reason to
 * price it anew. That is a judgement, not a bound: through the goals everything
 * hangs together, and what an event leaves alone moves too, only less. A change of a
 * factor also changes the factors named in {@link changes}, so an event names its
 * cause once.
 *
 * A test holds the graph to the goals model, on the average match and one size of
 * each event (for `price` 0.13 from one side's log goals to the other's, for `line`
 * 0.09 on both, either way); a market moves by the most that one of its
 * probabilities changes:
 * - on average, the markets an event affects move more than those it leaves alone;
 * - what `odds_steam` and `line_movement` leave alone moves by at most 0.02 each;
 * - what any event leaves alone moves by at most 0.035. The widest is the goalkeeper,
 *   whose change also moves draw-no-bet and the handicaps by up to 0.033; they stay
 *   until their TTL.
 */

/**
 * - `pitch`: how the ball runs on the ground: goals, tempo, corners.
 * - `flight`: how the ball flies: corners, long tails of goals, and the split between halves, one of which is played
 *   into the wind.
 * - `snow`: lies on the pitch and fills the air.
 * - `goalkeeper`: who keeps goal: what is conceded.
 * - `scorer_roles`: who shoots, takes penalties and tackles: markets on named players.
 * - `squad`: what each side scores and concedes, by who is available.
 * - `key_player`: a man whom the eleven is built around; without him the total of the goals changes, not only the
 *   balance.
 * - `lineup`: the eleven as announced.
 * - `referee`: cards and penalties.
 * - `home_advantage`: whose ground it is.
 * - `price`: the consensus of the liquid markets.
 * - `line`: where the balanced handicap and goal line lie.
 */
export type Factor =
  | "pitch"
  | "flight"
  | "snow"
  | "goalkeeper"
  | "scorer_roles"
  | "squad"
  | "key_player"
  | "lineup"
  | "referee"
  | "home_advantage"
  | "price"
  | "line"

/** Factor → the factors that change with it. */
export const changes: Readonly<Record<Factor, ReadonlyArray<Factor>>> = {
  pitch: [],
  flight: [],
  snow: ["pitch", "flight"],
  goalkeeper: [],
  scorer_roles: [],
  squad: ["scorer_roles"],
  key_player: ["squad"],
  lineup: ["key_player", "goalkeeper"],
  referee: [],
  home_advantage: [],
  price: [],
  line: []
}
