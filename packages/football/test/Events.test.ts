import { assert, describe, it } from "@effect/vitest"
import { Events, Factors, GoalsModel, Markets, MatchState } from "@smart-cache/football"

const names = Object.keys(Events.changes) as ReadonlyArray<Events.Event>
const affected = (event: Events.Event): ReadonlyArray<string> => Events.graph.affected(event) ?? []

/** Every factor that changes with these, found by adding until nothing is new. */
const closure = (start: ReadonlyArray<Factors.Factor>): ReadonlySet<Factors.Factor> => {
  const changed = new Set(start)
  for (let before = -1; before !== changed.size;) {
    before = changed.size
    for (const factor of Array.from(changed)) for (const further of Factors.changes[factor]) changed.add(further)
  }
  return changed
}

const nobody: MatchState.Absences = { regulars: 0, keyPlayers: 0 }

const { averageMatch } = GoalsModel
const adjusted = (change: Partial<MatchState.MatchState>): ReadonlyArray<GoalsModel.MatchRates> => [
  MatchState.adjust(averageMatch, { ...MatchState.unknown, ...change })
]

/** Either way: this much, in logarithms, from the goals of one side to the other's. */
const balance = (by: number): ReadonlyArray<GoalsModel.MatchRates> =>
  [by, -by].map((step) => ({
    ...averageMatch,
    homeGoals: averageMatch.homeGoals * Math.exp(step),
    awayGoals: averageMatch.awayGoals * Math.exp(-step)
  }))

/** Either way: this much, in logarithms, on the goals of both sides. */
const total = (by: number): ReadonlyArray<GoalsModel.MatchRates> =>
  [by, -by].map((step) => ({
    ...averageMatch,
    homeGoals: averageMatch.homeGoals * Math.exp(step),
    awayGoals: averageMatch.awayGoals * Math.exp(step)
  }))

/** What each event may make of the average match. */
const happenings: Readonly<Record<Events.Event, ReadonlyArray<GoalsModel.MatchRates>>> = {
  weather_rain: adjusted({ weather: "rain" }),
  weather_snow: adjusted({ weather: "snow" }),
  weather_wind: adjusted({ weather: "wind" }),
  player_injury: adjusted({ absences: { home: { ...nobody, regulars: 1 }, away: nobody } }),
  gk_change: adjusted({ goalkeepers: { home: "reserve", away: "first" } }),
  lineup_confirmed: adjusted({ lineup: { _tag: "Confirmed", homeStrength: 1.06, awayStrength: 0.96 } }),
  key_player_suspended: adjusted({ absences: { home: { ...nobody, keyPlayers: 1 }, away: nobody } }),
  referee_assigned: adjusted({ strictness: 1.12 }),
  venue_changed: adjusted({ homeAdvantage: 0 }),
  odds_steam: balance(0.13),
  line_movement: total(0.09)
}

/** How far an event moves each market: the most that one of its probabilities changes. */
const shifts = (event: Events.Event): ReadonlyMap<string, number> => {
  const before = GoalsModel.priceAll(averageMatch)
  const afters = happenings[event].map(GoalsModel.priceAll)
  const shift = (market: string) =>
    Math.max(
      ...afters.flatMap((after) =>
        before[market]!.map(({ probability }, i) => Math.abs(probability - after[market]![i]!.probability))
      )
    )
  return new Map(Events.graph.markets.map((market) => [market, shift(market)]))
}

const preserved = (event: Events.Event): ReadonlyArray<string> => {
  const hit = new Set(affected(event))
  return Events.graph.markets.filter((market) => !hit.has(market))
}

describe("Events", () => {
  it("knows the eleven events", () => {
    assert.strictEqual(names.length, 11)
    assert.deepStrictEqual(Events.graph.events, names)
    assert.strictEqual(Events.graph.markets.length, 99)
  })

  it("affects as many markets as their declared dependencies give", () => {
    assert.deepStrictEqual(Object.fromEntries(names.map((event) => [event, affected(event).length])), {
      weather_rain: 39,
      weather_snow: 53,
      weather_wind: 26,
      player_injury: 52,
      gk_change: 28,
      lineup_confirmed: 70,
      key_player_suspended: 69,
      referee_assigned: 21,
      venue_changed: 57,
      odds_steam: 55,
      line_movement: 64
    })
  })

  it("affects what is reachable, and nothing else", () => {
    for (const event of names) {
      const changed = closure(Events.changes[event])
      const reachable = Markets.all.filter((market) => market.dependsOn.some((factor) => changed.has(factor)))
      assert.deepStrictEqual(affected(event), reachable.map((market) => market.id), event)
    }
  })

  it("moves with snow whatever rain and wind move", () => {
    const snow = new Set(affected("weather_snow"))
    for (const event of ["weather_rain", "weather_wind"] as const) {
      for (const market of affected(event)) assert.isTrue(snow.has(market), `${event}: ${market}`)
    }
  })

  it("moves with a confirmed lineup whatever a goalkeeper, a key player or an injury moves", () => {
    const lineup = new Set(affected("lineup_confirmed"))
    for (const event of ["gk_change", "key_player_suspended", "player_injury"] as const) {
      for (const market of affected(event)) assert.isTrue(lineup.has(market), `${event}: ${market}`)
    }
  })

  it("moves prices of the markets it affects more, on average, than prices of those it leaves alone", () => {
    for (const event of names) {
      const moved = shifts(event)
      const mean = (markets: ReadonlyArray<string>) =>
        markets.reduce((sum, market) => sum + moved.get(market)!, 0) / markets.length
      assert.isAbove(mean(affected(event)), mean(preserved(event)), event)
    }
  })

  it("leaves alone only markets that move by at most 0.035, and by 0.02 when odds move", () => {
    for (const event of names) {
      const moved = shifts(event)
      const bound = event === "odds_steam" || event === "line_movement" ? 0.02 : 0.035
      for (const market of preserved(event)) assert.isAtMost(moved.get(market)!, bound, `${event}: ${market}`)
    }
  })

  it("leaves no market that no event reaches, and no factor that reaches no market", () => {
    const touched = new Set(names.flatMap(affected))
    assert.strictEqual(touched.size, 99)
    for (const factor of Object.keys(Factors.changes) as ReadonlyArray<Factors.Factor>) {
      const changed = closure([factor])
      assert.isTrue(Markets.all.some((market) => market.dependsOn.some((each) => changed.has(each))), factor)
    }
  })
})
