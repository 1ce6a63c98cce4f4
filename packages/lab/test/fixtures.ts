/** What the tests share: seeded chance, a day of three matches, a folder of small data files. */
import * as GoalsModel from "@smart-cache/football/GoalsModel"
import type { Day } from "@smart-cache/lab/Day"
import type { Match } from "@smart-cache/lab/DayFigures"
import type * as DayResult from "@smart-cache/lab/report/DayResult"
import type { WorldAction } from "@smart-cache/lab/WorldAction"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"

export const minute = 60_000
export const hour = 60 * minute
export const dayLength = 24 * hour

export const seeded = (seed: number): Random.Random => Effect.runSync(Random.Random.pipe(Random.withSeed(seed)))

/** 2025-05-10, midnight. */
export const midnight = Date.parse("2025-05-10T00:00:00Z")

export const match = (id: string, kickoff: number, strength = 1): Match => ({
  id,
  league: "Premier League",
  home: `${id} Home`,
  away: `${id} Away`,
  kickoff,
  rates: GoalsModel.averageMatch,
  homeStrength: strength,
  awayStrength: strength
})

export const matches = [
  match("a", midnight + 12 * hour, 1.2),
  match("b", midnight + 14 * hour, 1),
  match("c", midnight + 19 * hour, 0.8)
]

export const day = (actions: ReadonlyArray<WorldAction> = []): Day => ({
  matches,
  actions,
  start: midnight - 3 * dayLength + 12 * hour,
  end: midnight + 19 * hour + 6 * minute,
  data: { source: "simulated", description: "three matches", injuries: 0, reschedulings: 0, odds_moves: 0 }
})

const iso = (at: number): string => new Date(at).toISOString()

/** A small but complete folder: two seasons of four teams, and one match on 2025-05-10. */
export const files: Readonly<Record<string, string>> = {
  "fixtures.csv": [
    "match_id,competition,kickoff_utc,home,away,home_goals,away_goals",
    ...["Ash", "Elm", "Fir", "Oak"].flatMap((home, h, teams) =>
      teams.flatMap((away, a) =>
        h === a ?
          [] :
          [`old-${home}-${away},Premier League,${iso(midnight - (40 + 4 * h + a) * dayLength)},${home},${away},${
            4 - h
          },${3 - a}`]
      )
    ),
    "today,Premier League,2025-05-10T14:00:00Z,Ash,Oak,9,9"
  ].join("\n"),
  "epl-match-facts.csv": [
    "match_id,home_corners,away_corners,home_yellow,away_yellow,home_red,away_red,ht_home,ht_away",
    "old-Ash-Elm,8,3,1,2,0,1,2,1",
    "old-Oak-Fir,3,6,2,2,0,0,0,1"
  ].join("\n"),
  "epl-player-news.csv.gz": [
    "ts_utc,season,team,player_code,status,chance_next_round",
    "2025-05-01T10:00:00Z,2024-25,Ash,1,i,0",
    "2025-05-08T10:00:00Z,2024-25,Ash,2,i,0",
    "2025-05-08T11:00:00Z,2024-25,Oak,3,s,0",
    "2025-05-08T12:00:00Z,2024-25,Oak,4,a,100",
    "2025-05-08T12:00:00Z,2024-25,Elm,5,i,0",
    "2025-05-10T14:00:00Z,2024-25,Oak,6,d,50"
  ].join("\n"),
  "epl-kickoff-changes.csv": [
    "match_id,seen_utc,old_kickoff_utc,new_kickoff_utc",
    "today,2025-05-09T09:00:00Z,2025-05-10T11:30:00Z,2025-05-10T14:00:00Z",
    "today,2025-03-01T09:00:00Z,2025-05-11T14:00:00Z,2025-05-10T11:30:00Z",
    "today,2025-05-08T09:00:00Z,2025-05-10T11:30:00Z,",
    "old-Ash-Elm,2025-05-09T09:00:00Z,2025-05-18T14:00:00Z,2025-05-19T14:00:00Z"
  ].join("\n"),
  "betfair-ticks-2025-05-07.csv.gz": [
    "ts_utc,market_type,selection_id,handicap,best_back,best_lay",
    "2025-05-07T09:00:00.000Z,MATCH_ODDS,1,,1.9,1.92",
    "2025-05-07T09:00:00.000Z,MATCH_ODDS,2,,5,",
    "2025-05-07T10:00:00.500Z,MATCH_ODDS,1,,1.9,1.94",
    "2025-05-07T10:30:00.500Z,MATCH_ODDS,1,,1.9,1.94",
    "2025-05-07T13:00:00.000Z,MATCH_ODDS,1,,1.88,1.9"
  ].join("\n")
}

/** Writes the folder, with some files replaced or, as `undefined`, left out; gives its path. */
export const folder = (changed: Readonly<Record<string, string | undefined>> = {}): string => {
  const directory = mkdtempSync(join(tmpdir(), "lab-"))
  for (const [name, content] of Object.entries({ ...files, ...changed })) {
    if (content !== undefined) writeFileSync(join(directory, name), name.endsWith(".gz") ? gzipSync(content) : content)
  }
  return directory
}

/** A result in which every figure is another number. */
export const result: DayResult.DayResult = {
  fixtures: 27,
  kickoffs: [],
  requests: 200_000,
  computes: 7_001,
  strategies: { serve_fresh: 174_000, serve_stale: 22_002, compute: 3_003, bypass: 995 },
  hit_rate_pct: 97.31,
  latency_ms: { p50: 0.04, p95: 41, p99: 4_203, max: 8_404 },
  events: [
    {
      at: midnight + 3 * hour,
      event: "weather_rain",
      matches: 5,
      affected: 195,
      preserved: 300,
      dropped: 71,
      saved_pct: 60.6
    },
    {
      at: midnight + 9 * hour,
      event: "odds_steam",
      matches: 1,
      affected: 43,
      preserved: 56,
      dropped: 17,
      saved_pct: 56.5
    },
    {
      at: midnight + 10 * hour,
      event: "odds_steam",
      matches: 1,
      affected: 43,
      preserved: 56,
      dropped: 12,
      saved_pct: 56.7
    }
  ],
  panics: { reads: 996, markets: 37, episodes: 64 },
  edge_lost_pct: 0.83,
  baselines: {
    no_cache: { computes: 200_001 },
    one_hour: { computes: 52_005, edge_lost_pct: 7.49, hit_rate_pct: 73.9 }
  },
  data: {
    source: "simulated",
    description: "Odds simulated from measured figures.",
    injuries: 21,
    reschedulings: 2,
    odds_moves: 429
  },
  seed: 4_711,
  compute_ms: 4_200,
  store: "memory",
  decisions_sha256: "c0ffee00".repeat(8),
  timeline: Array.from({ length: 40 }, (_, index) => ({
    at: midnight - 20 * hour + index * hour,
    bypass: index % 7 === 0 ? index : 0,
    compute: 10 + index,
    serve_stale: 20,
    serve_fresh: index === 3 ? 0 : 300 * index,
    computes: 12 + index,
    one_hour_computes: 50 + index
  }))
}
