import { assert, describe, it } from "@effect/vitest"
import * as Events from "@smart-cache/football/Events"
import * as Day from "@smart-cache/lab/Day"
import * as DaySource from "@smart-cache/lab/DaySource"
import * as World from "@smart-cache/lab/World"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { matchDay } from "../src/data/matchDay.ts"
import { dayLength, files, folder, hour } from "./fixtures.ts"

const simulated = (seed: number): Day.Day =>
  Effect.runSync(DaySource.simulated().day.pipe(Effect.orDie, Random.withSeed(seed)))

const recorded = (directory: string, seed = 1) => DaySource.recorded({ directory }).day.pipe(Random.withSeed(seed))

const news = (day: Day.Day) => day.actions.filter((action) => action._tag === "Event")

const checkOrder = (day: Day.Day): void => {
  const times = day.actions.map(({ at }) => at)
  assert.deepStrictEqual(times, times.toSorted((a, b) => a - b))
  assert.isTrue(times.every((at) => at >= day.start && at <= day.end))
  assert.isTrue(times.every(Number.isInteger))
}

const checkLineups = (day: Day.Day): void => {
  const kickoffs = Day.finalKickoffs(day)
  const lineups = news(day).filter(({ event }) => event === "lineup_confirmed")
  assert.sameMembers(lineups.flatMap(({ matches }) => matches), day.matches.map(({ id }) => id))
  for (const { at, matches: [match] } of lineups) assert.strictEqual(kickoffs.get(match!)! - at, hour)
}

describe("the committed match day", () => {
  it("has the 27 matches of five leagues, each with rates that can be priced", () => {
    assert.strictEqual(matchDay.fixtures.length, 27)
    assert.strictEqual(new Set(matchDay.fixtures.map(({ league }) => league)).size, 5)
    assert.strictEqual(new Set(matchDay.fixtures.flatMap(({ away, home }) => [home, away])).size, 54)
    assert.doesNotThrow(() => World.make(simulated(1).matches))
  })

  it("names a source for every figure", () => {
    for (
      const name of [...Object.keys(matchDay.odds), "goals", "corners", "cards", "fixtures", "firstHalfShare", "news"]
    ) {
      assert.isString(matchDay.sources[name], name)
    }
  })
})

const play = (): ReadonlyArray<number> => {
  const day = simulated(7)
  const world = World.make(day.matches)
  day.actions.forEach(world.apply)
  return day.matches.map(({ id }) => world.odds(id, "match-odds"))
}

describe("DaySource.simulated", () => {
  it.each([1, 2, 3])("is the same day for the same seed, and another for another (seed %i)", (seed) => {
    assert.deepStrictEqual(simulated(seed), simulated(seed))
    assert.notDeepEqual(simulated(seed).actions, simulated(seed + 1).actions)
  })

  it.each([1, 2, 3, 4, 5])("is in order of time and inside its window (seed %i)", (seed) => checkOrder(simulated(seed)))

  it.each([1, 2, 3])(
    "confirms every lineup exactly an hour before kickoff (seed %i)",
    (seed) => checkLineups(simulated(seed))
  )

  it("begins three days before the first kickoff and ends minutes after the last", () => {
    const day = simulated(1)
    const kickoffs = day.matches.map(({ kickoff }) => kickoff)
    assert.strictEqual(day.start, Math.min(...kickoffs) - 3 * dayLength)
    assert.isAbove(day.end, Math.max(...kickoffs))
    assert.isBelow(day.end, Math.max(...kickoffs) + hour)
  })

  it("kicks every match off once, and says nothing of it afterwards", () => {
    const day = simulated(4)
    const over = new Set<string>()
    for (const action of day.actions) {
      const concerned = action._tag === "Event" ? action.matches : [action.match]
      for (const match of concerned) assert.isFalse(over.has(match), `${action._tag} of ${match} after its kickoff`)
      if (action._tag === "Kickoff") over.add(action.match)
    }
    assert.strictEqual(over.size, day.matches.length)
  })

  it("counts what it holds and says that odds are simulated", () => {
    const day = simulated(5)
    assert.strictEqual(day.data.source, "simulated")
    assert.include(day.data.description, "Odds simulated from measured figures")
    assert.strictEqual(day.data.odds_moves, day.actions.filter(({ _tag }) => _tag === "OddsMoved").length)
    assert.strictEqual(
      day.data.injuries,
      news(day).filter(({ event }) => event === "player_injury" || event === "key_player_suspended").length
    )
  })

  it("moves odds more often near kickoff, by about the measured share of hours", () => {
    let near = 0
    let far = 0
    for (let seed = 0; seed < 20; seed++) {
      const day = simulated(seed)
      const kickoffs = Day.finalKickoffs(day)
      const hours = new Set(
        day.actions.flatMap((action) =>
          action._tag === "OddsMoved" ? [`${action.match} ${Math.floor((action.at - day.start) / hour)}`] : []
        )
      )
      for (const each of hours) {
        const [match, index] = each.split(" ") as [string, string]
        const left = kickoffs.get(match)! - day.start - Number(index) * hour
        if (left <= 3 * hour) near++
        else if (left > 24 * hour && left <= 72 * hour) far++
      }
    }
    // Bursts come on top of the measured 29 %.
    assert.closeTo(near / (20 * 27 * 3), 0.33, 0.06)
    assert.closeTo(far / (20 * 27 * 48), 0.06, 0.01)
  })

  it("has weather over several matches of a league at once, steam, moved lines, referees and no snow in May", () => {
    const events = news(simulated(6))
    const weather = events.filter(({ event }) => event.startsWith("weather"))
    assert.isTrue(weather.length === 3 && weather.every(({ matches }) => matches.length >= 2))
    const kinds = new Set(events.map(({ event }) => event))
    for (const kind of ["odds_steam", "line_movement", "referee_assigned", "player_injury"] as const) {
      assert.isTrue(kinds.has(kind))
    }
    assert.isFalse(kinds.has("weather_snow"))
    assert.isTrue([...kinds].every((kind) => kind in Events.changes))
  })

  it("leads to the same world for the same seed", () => {
    assert.deepStrictEqual(play(), play())
  })
})

const middle = (back: number, lay: number): number => -Math.log((back + lay) / 2 - 1)

describe("DaySource.recorded", () => {
  it.effect("takes the players' news of the day's teams in the window, and no other", () =>
    Effect.gen(function*() {
      const day = yield* recorded(folder())
      const heard = news(day).filter(({ event }) => event !== "lineup_confirmed")
      assert.deepStrictEqual(heard.map(({ at, event, impact }) => [new Date(at).toISOString(), event, impact]), [
        ["2025-05-08T10:00:00.000Z", "player_injury", { _tag: "Absence", side: "home", of: "regulars" }],
        ["2025-05-08T11:00:00.000Z", "key_player_suspended", { _tag: "Absence", side: "away", of: "keyPlayers" }]
      ])
      assert.strictEqual(day.data.injuries, 2)
    }))

  it.effect("reschedules the day's matches as was seen in the window, and lineups follow", () =>
    Effect.gen(function*() {
      const day = yield* recorded(folder())
      assert.deepStrictEqual(day.actions.filter(({ _tag }) => _tag === "Rescheduled"), [{
        _tag: "Rescheduled",
        at: Date.parse("2025-05-09T09:00:00Z"),
        match: "today",
        kickoff: Date.parse("2025-05-10T14:00:00Z")
      }])
      assert.strictEqual(day.matches[0]!.kickoff, Date.parse("2025-05-10T11:30:00Z"))
      assert.strictEqual(day.data.reschedulings, 1)
      checkLineups(day)
      checkOrder(day)
    }))

  it.effect("counts no rescheduling when none was seen in the window", () =>
    Effect.gen(function*() {
      const day = yield* recorded(folder({
        "epl-kickoff-changes.csv":
          "match_id,seen_utc,old_kickoff_utc,new_kickoff_utc\ntoday,2025-05-01T09:00:00Z,2025-05-10T11:30:00Z,2025-05-10T14:00:00Z"
      }))
      assert.strictEqual(day.data.reschedulings, 0)
      assert.strictEqual(day.matches[0]!.kickoff, Date.parse("2025-05-10T14:00:00Z"))
    }))

  it.effect("moves odds by the recorded steps and gaps, turned round in every second pass", () =>
    Effect.gen(function*() {
      const day = yield* recorded(folder())
      const moves = day.actions.filter(({ _tag }) => _tag === "OddsMoved") as ReadonlyArray<
        Extract<Day.Day["actions"][number], { _tag: "OddsMoved" }>
      >
      const first = middle(1.9, 1.94) - middle(1.9, 1.92)
      const second = middle(1.88, 1.9) - middle(1.9, 1.94)
      const expected = [first, second, -first, -second]
      for (const [index, step] of expected.entries()) assert.closeTo(moves[index]!.homeWin, step, 1e-12)
      assert.strictEqual(moves[1]!.at - moves[0]!.at, 3 * hour - 500)
      assert.strictEqual(day.data.odds_moves, moves.length)
    }))

  it.effect("does not know how the day's matches ended", () =>
    Effect.gen(function*() {
      const told = folder()
      const other = folder({
        "fixtures.csv": (yield* Effect.promise(() => read(told))).replace("Ash,Oak,9,9", "Ash,Oak,0,0")
      })
      assert.deepStrictEqual((yield* recorded(told)).matches, (yield* recorded(other)).matches)
    }))

  it.effect("says where its odds are from", () =>
    Effect.gen(function*() {
      const { data } = yield* recorded(folder())
      assert.strictEqual(data.source, "recorded")
      assert.include(data.description, "another match")
      assert.include(data.description, "90 to 103 hours before its kickoff")
    }))

  it.effect("refuses a match whose teams have no results before the day, and odds that are none", () =>
    Effect.gen(function*() {
      const strangers = files["fixtures.csv"]!.replace(
        "today,Premier League,2025-05-10T14:00:00Z,Ash,Oak",
        "today,Premier League,2025-05-10T14:00:00Z,New,Newer"
      )
      const unrated = yield* Effect.flip(recorded(folder({ "fixtures.csv": strangers })))
      assert.match(unrated.message, /fixtures\.csv: needs results before 2025-05-10 of New or Newer/)
      const cheap = files["betfair-ticks-2025-05-07.csv.gz"]!.replace("1.9,1.92", "0.5,1.92")
      const impossible = yield* Effect.flip(recorded(folder({ "betfair-ticks-2025-05-07.csv.gz": cheap })))
      assert.match(impossible.message, /line 2, column "best_back": expected decimal odds above 1.*got "0\.5"/)
    }))

  it("refuses a date that is none", () => {
    assert.throws(() => DaySource.recorded({ directory: ".", date: "10 May" }), /YYYY-MM-DD, got 10 May/)
    assert.throws(() => DaySource.recorded({ directory: ".", date: "2025-13-01" }), /got 2025-13-01/)
  })
})

const read = (directory: string): Promise<string> =>
  import("node:fs/promises").then((fs) => fs.readFile(`${directory}/fixtures.csv`, "utf8"))
