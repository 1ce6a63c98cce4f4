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

/** What each event may mean; the two that bring prices say nothing about the match. */
const happenings: Readonly<
  Record<Exclude<Events.Event, "odds_steam" | "line_movement">, Partial<MatchState.MatchState>>
> = {
  weather_rain: { weather: "rain" },
  weather_snow: { weather: "snow" },
  weather_wind: { weather: "wind" },
  player_injury: { absences: { home: { ...nobody, regulars: 1 }, away: nobody } },
  gk_change: { goalkeepers: { home: "reserve", away: "first" } },
  lineup_confirmed: { lineup: { _tag: "Confirmed", homeStrength: 1.06, awayStrength: 0.96 } },
  key_player_suspended: { absences: { home: { ...nobody, keyPlayers: 1 }, away: nobody } },
  referee_assigned: { strictness: 1.12 },
  venue_changed: { homeAdvantage: 0 }
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
      weather_snow: 48,
      weather_wind: 26,
      player_injury: 52,
      gk_change: 28,
      lineup_confirmed: 70,
      key_player_suspended: 69,
      referee_assigned: 21,
      venue_changed: 57,
      odds_steam: 34,
      line_movement: 38
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
    const before = GoalsModel.priceAll(GoalsModel.averageMatch)
    for (const [event, change] of Object.entries(happenings)) {
      const after = GoalsModel.priceAll(
        MatchState.adjust(GoalsModel.averageMatch, { ...MatchState.unknown, ...change })
      )
      const shift = (market: string) =>
        Math.max(...before[market]!.map(({ probability }, i) => Math.abs(probability - after[market]![i]!.probability)))
      const mean = (markets: ReadonlyArray<string>) =>
        markets.reduce((sum, market) => sum + shift(market), 0) / markets.length
      const hit = new Set(affected(event as Events.Event))
      assert.isAbove(mean(Array.from(hit)), mean(Events.graph.markets.filter((market) => !hit.has(market))), event)
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
