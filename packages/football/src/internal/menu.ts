/**
 * The menu as data: families of markets, what each pays on, and what its price
 * rests on. A family names the factors that all its markets share; a row adds the
 * factors of that row alone.
 */
import type { Factor } from "../Factors.ts"

export type Side = "home" | "away"

export type Group =
  | "result"
  | "handicap"
  | "asian-handicap"
  | "totals"
  | "goal-lines"
  | "both-score"
  | "combos"
  | "halves"
  | "correct-score"
  | "corners"
  | "discipline"
  | "scorers"

/** What a market pays on. Lines of handicaps are added to the home side's goals. */
export type Bet =
  | { readonly _tag: "MatchOdds" | "DoubleChance" | "DrawNoBet" | "HalfTime" | "HalfTimeFullTime" }
  | { readonly _tag: "PlusHandicap"; readonly side: Side; readonly start: number }
  | { readonly _tag: "AsianHandicap"; readonly line: number }
  | { readonly _tag: "Goals"; readonly of: "match" | "first-half" | Side; readonly line: number }
  | { readonly _tag: "GoalLine"; readonly line: number }
  | { readonly _tag: "OddEven" | "FirstGoalTime" | "BothScore" | "ResultAndBothScore" }
  | { readonly _tag: "CleanSheet" | "WinToNil" | "ScoreInBothHalves" | "WinBothHalves"; readonly side: Side }
  | { readonly _tag: "ResultAndGoals"; readonly line: number }
  | { readonly _tag: "CorrectScore" | "HalfTimeScore" }
  | { readonly _tag: "HighScore"; readonly side: Side }
  | { readonly _tag: "MostCorners" | "CornerBands" | "MostCards" | "BookingPoints" }
  | { readonly _tag: "Corners"; readonly line: number }
  | { readonly _tag: "Cards"; readonly of: "match" | Side; readonly line: number }
  | { readonly _tag: "SendingOff" | "ShownACard" | "PenaltyTaken" }
  | { readonly _tag: "FirstScorer" | "HatTrickScored" | "Scorecast" }
  | { readonly _tag: "ToScore"; readonly times: 1 | 2 | 3 }

export interface Market {
  readonly id: string
  /** As shown to people, with `{home}` and `{away}` for the teams. */
  readonly name: string
  readonly group: Group
  readonly bet: Bet
  /** The factors it rests on directly. */
  readonly dependsOn: ReadonlyArray<Factor>
}

interface Entry {
  readonly id: string
  readonly name: string
  readonly bet: Bet
}
type Row = ReadonlyArray<Entry & { readonly factors: ReadonlyArray<Factor> }>

const family = (group: Group, shared: ReadonlyArray<Factor>, ...rows: ReadonlyArray<Row>): ReadonlyArray<Market> =>
  rows.flat().map(({ bet, factors, id, name }) => ({ id, name, group, bet, dependsOn: [...shared, ...factors] }))

const row = <A>(values: ReadonlyArray<A>, entry: (value: A) => Entry, ...factors: ReadonlyArray<Factor>): Row =>
  values.map((value) => ({ ...entry(value), factors }))

const one = (id: string, name: string, bet: Bet, ...factors: ReadonlyArray<Factor>): Row => [{ id, name, bet, factors }]

const sides: ReadonlyArray<Side> = ["home", "away"]

/** 2.25 → `2-25`, as the menu writes it. */
const slug = (line: number): string => String(line).replace(".", "-")

const signed = (line: number): string => line > 0 ? `+${line}` : String(line)

const signedSlug = (line: number): string => line === 0 ? "0" : `${line < 0 ? "minus" : "plus"}-${slug(Math.abs(line))}`

const plus = (side: Side) => (start: number): Entry => ({
  id: `${side}-plus-${start}`,
  name: `{${side}} +${start}`,
  bet: { _tag: "PlusHandicap", side, start }
})

const asianHandicap = (line: number): Entry => ({
  id: `asian-handicap-home-${signedSlug(line)}`,
  name: `Asian Handicap {home} ${signed(line)}`,
  bet: { _tag: "AsianHandicap", line }
})

const goals = (line: number): Entry => ({
  id: `over-under-${slug(line)}-goals`,
  name: `Over/Under ${line} Goals`,
  bet: { _tag: "Goals", of: "match", line }
})

const firstHalfGoals = (line: number): Entry => ({
  id: `first-half-goals-${slug(line)}`,
  name: `First Half Goals ${line}`,
  bet: { _tag: "Goals", of: "first-half", line }
})

const teamGoals = (side: Side) => (line: number): Entry => ({
  id: `${side}-over-under-${slug(line)}-goals`,
  name: `{${side}} Over/Under ${line} Goals`,
  bet: { _tag: "Goals", of: side, line }
})

const goalLine = (line: number): Entry => ({
  id: `goal-line-${slug(line)}`,
  name: `Goal Line ${line}`,
  bet: { _tag: "GoalLine", line }
})

const resultAndGoals = (line: number): Entry => ({
  id: `match-odds-and-over-under-${slug(line)}-goals`,
  name: `Match Odds and Over/Under ${line} Goals`,
  bet: { _tag: "ResultAndGoals", line }
})

const ofSide =
  (key: string, name: string, tag: "CleanSheet" | "WinToNil" | "ScoreInBothHalves" | "WinBothHalves") =>
  (side: Side): Entry => ({
    id: key.replace("SIDE", side),
    name: name.replace("SIDE", `{${side}}`),
    bet: { _tag: tag, side }
  })

const corners = (line: number): Entry => ({
  id: `corners-over-under-${slug(line)}`,
  name: `Corners Over/Under ${line}`,
  bet: { _tag: "Corners", line }
})

const cards = (line: number): Entry => ({
  id: `cards-over-under-${slug(line)}`,
  name: `Cards Over/Under ${line}`,
  bet: { _tag: "Cards", of: "match", line }
})

const teamCards = (side: Side) => (line: number): Entry => ({
  id: `${side}-cards-over-under-${slug(line)}`,
  name: `{${side}} Cards Over/Under ${line}`,
  bet: { _tag: "Cards", of: side, line }
})

export const menu: ReadonlyArray<Market> = [
  // Who wins: the balance of the sides, and what the liquid markets say about it.
  ...family(
    "result",
    ["squad", "home_advantage", "price", "line"],
    one("match-odds", "Match Odds", { _tag: "MatchOdds" }),
    one("double-chance", "Double Chance", { _tag: "DoubleChance" }),
    one("draw-no-bet", "Draw no Bet", { _tag: "DrawNoBet" }),
    one("half-time", "Half Time", { _tag: "HalfTime" }, "flight"),
    one("half-time-full-time", "Half Time/Full Time", { _tag: "HalfTimeFullTime" }, "flight")
  ),
  ...family(
    "handicap",
    ["squad", "home_advantage", "price", "line"],
    ...sides.map((side) => row([1, 2, 3], plus(side)))
  ),
  ...family(
    "asian-handicap",
    ["squad", "home_advantage", "price", "line"],
    row([-1.5, -1.25, -1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1, 1.25, 1.5], asianHandicap)
  ),
  // How many goals: the ground, then who plays where the line lies near the balance. The tails are priced near
  // certainty, and a usual change of the eleven moves them by less than 0.01.
  ...family(
    "totals",
    ["pitch"],
    row([0.5], goals),
    row([1.5, 2.5, 3.5], goals, "key_player", "goalkeeper", "price", "line"),
    row([4.5], goals, "key_player", "flight", "line"),
    row([5.5], goals, "flight", "line"),
    row([6.5, 7.5, 8.5], goals, "flight"),
    row([0.5], firstHalfGoals, "key_player", "goalkeeper", "flight", "line"),
    row([1.5], firstHalfGoals, "key_player", "flight", "line"),
    row([2.5], firstHalfGoals, "flight", "line"),
    ...sides.map((side) =>
      row([0.5, 1.5, 2.5], teamGoals(side), "squad", "goalkeeper", "home_advantage", "price", "line")
    )
  ),
  ...family(
    "totals",
    [],
    // A coin toss at any usual rate, near (1 − e^(−2λ)) / 2: only a collapse of the total moves it.
    one("total-goals-odd-even", "Total Goals Odd/Even", { _tag: "OddEven" }, "snow"),
    one("time-of-first-goal", "Time Of First Goal", { _tag: "FirstGoalTime" }, "lineup", "flight", "line")
  ),
  ...family(
    "goal-lines",
    ["pitch", "line"],
    row([1], goalLine),
    row([1.25, 1.75], goalLine, "key_player"),
    row([2, 2.25, 2.75, 3], goalLine, "key_player", "goalkeeper", "price"),
    row([3.25], goalLine, "key_player"),
    row([3.75, 4, 4.25], goalLine, "key_player", "flight"),
    row([4.75], goalLine, "flight")
  ),
  ...family(
    "both-score",
    ["goalkeeper"],
    one("both-teams-to-score", "Both teams to Score?", { _tag: "BothScore" }, "key_player", "pitch", "line"),
    row(
      sides,
      ofSide("SIDE-clean-sheet", "SIDE Clean Sheet", "CleanSheet"),
      "squad",
      "home_advantage",
      "pitch",
      "price",
      "line"
    ),
    row(sides, ofSide("SIDE-win-to-nil", "SIDE Win to Nil", "WinToNil"), "squad", "home_advantage", "price")
  ),
  ...family(
    "combos",
    ["squad", "goalkeeper", "home_advantage", "snow", "price", "line"],
    one(
      "match-odds-and-both-teams-to-score",
      "Match Odds and Both teams to Score",
      { _tag: "ResultAndBothScore" }
    ),
    row([2.5, 3.5], resultAndGoals)
  ),
  ...family(
    "halves",
    ["squad", "home_advantage", "flight", "price"],
    row(
      sides,
      ofSide("SIDE-to-score-in-both-halves", "SIDE To Score in Both Halves", "ScoreInBothHalves"),
      "goalkeeper",
      "line"
    ),
    row(sides, ofSide("SIDE-win-both-halves", "SIDE Win Both Halves", "WinBothHalves"))
  ),
  ...family(
    "correct-score",
    ["squad", "goalkeeper", "home_advantage", "price", "line"],
    one("correct-score", "Correct Score", { _tag: "CorrectScore" }),
    one("correct-score-2-home", "Correct Score 2 Home", { _tag: "HighScore", side: "home" }),
    one("correct-score-2-away", "Correct Score 2 Away", { _tag: "HighScore", side: "away" }),
    one("half-time-score", "Half Time Score", { _tag: "HalfTimeScore" }, "flight")
  ),
  ...family(
    "corners",
    ["pitch", "flight"],
    one("corners-match-bet", "Corners Match Bet", { _tag: "MostCorners" }, "home_advantage"),
    one("corners-odds", "Corners Odds", { _tag: "CornerBands" }),
    row([5.5, 8.5, 10.5, 13.5], corners)
  ),
  ...family(
    "discipline",
    ["referee"],
    one("bookings-odds", "Bookings Odds", { _tag: "BookingPoints" }),
    row([1.5, 2.5, 3.5, 4.5, 5.5, 6.5], cards),
    // Visitors see more cards: 2.17 to 1.89 a match in 1,140 Premier League matches, 2022–25.
    ...sides.map((side) => row([1.5, 2.5], teamCards(side), "home_advantage")),
    one("cards-match-bet", "Cards Match Bet", { _tag: "MostCards" }, "home_advantage"),
    one("sending-off", "Sending Off?", { _tag: "SendingOff" }),
    one("shown-a-card", "Shown a card?", { _tag: "ShownACard" }, "scorer_roles", "home_advantage"),
    one("penalty-taken", "Penalty Taken?", { _tag: "PenaltyTaken" })
  ),
  // The referee gives the penalties, and named players take them.
  ...family(
    "scorers",
    ["scorer_roles", "referee"],
    one("first-goalscorer", "First Goalscorer", { _tag: "FirstScorer" }, "home_advantage", "snow", "price"),
    one("to-score", "To Score", { _tag: "ToScore", times: 1 }, "home_advantage", "snow", "price", "line"),
    one(
      "to-score-2-goals-or-more",
      "To Score 2 Goals or more",
      { _tag: "ToScore", times: 2 },
      "home_advantage",
      "price"
    ),
    one("to-score-a-hat-trick", "To Score a Hat-trick?", { _tag: "ToScore", times: 3 }, "home_advantage"),
    one("hat-trick-scored", "Hat-trick Scored?", { _tag: "HatTrickScored" }),
    one("scorecast", "Scorecast", { _tag: "Scorecast" }, "home_advantage")
  )
]
