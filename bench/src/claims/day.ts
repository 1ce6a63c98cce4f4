/** What the match day says of hit rate, strategies, waits and edge: one run for each density. */
import * as DaySource from "@smart-cache/lab/DaySource"
import * as MatchDay from "@smart-cache/lab/MatchDay"
import type { DayResult, Strategy } from "@smart-cache/lab/report/DayResult"
import { strategies } from "@smart-cache/lab/report/DayResult"
import { judge, show, targets } from "@smart-cache/lab/report/targets"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as References from "effect/References"
import { type Claim, type Finding, judged, millis, percent, seed } from "./finding.ts"

export interface Size {
  /** How many reads each day has; the densest last. */
  readonly reads: ReadonlyArray<number>
}

/** How long a compute takes on the day's virtual clock, milliseconds. */
export const computeMs = 4200

/** Of the answers that were stale. */
interface Stale {
  /** Those that took longer than 50 ms. */
  readonly slow: number
  readonly max_ms: number
}

type Day = DayResult & { readonly stale: Stale }
type Days = ReadonlyArray<Day>

const promptly = 0.05

/** How long stale answers took, from the cache's own histogram on the day's clock. */
const staleWaits: Effect.Effect<Stale> = Effect.map(Metric.snapshot, (metrics) => {
  const found = metrics.find(({ attributes, id }) =>
    id === "read_latency_seconds" && attributes?.["strategy"] === "serve_stale"
  )
  if (found?.type !== "Histogram") throw new Error("the day has no histogram of stale reads")
  const { buckets, count, max } = found.state
  const within = buckets.find(([boundary]) => boundary === promptly)
  if (within === undefined) throw new Error(`the histogram has no boundary at ${promptly} s`)
  // Of hits, which take no time here, some are timed and stand for the rest; of what waited, all are.
  return { slow: count - within[1], max_ms: 1000 * max }
})

/** The cache tells of every panic of the day. */
const quietly = Effect.provideService(References.MinimumLogLevel, "Error")

const play = Effect.fnUntraced(
  function*(reads: number) {
    let stale: Stale | undefined
    const result = yield* MatchDay.run({
      source: DaySource.simulated(),
      seed,
      reads,
      computeMs,
      // Told of the last read while the cache is still there.
      onProgress: (progress) =>
        progress.reads < progress.total ? Effect.void : Effect.map(staleWaits, (waits) => {
          stale = waits
        })
    })
    if (stale === undefined) return yield* Effect.die(new Error("reads must be a multiple of 100"))
    return { ...result, stale }
  },
  Effect.provideServiceEffect(Metric.MetricRegistry, Effect.sync(() => new Map())),
  quietly
)

const share = (day: DayResult, ...of: ReadonlyArray<Strategy>): number =>
  100 * of.reduce((sum, strategy) => sum + day.strategies[strategy], 0) / day.requests

/** Share of the stale answers that came within 50 ms. */
const prompt = (day: Day): number => 100 - 100 * day.stale.slow / Math.max(1, day.strategies.serve_stale)

const at = ({ requests }: DayResult): string => `${requests.toLocaleString("en")} reads`

/** The same of each day, in words and in numbers. */
const each = (days: Days, say: (day: Day) => string): string => days.map((day) => `${at(day)}: ${say(day)}`).join("; ")

const numbers = (days: Days, name: string, of: (day: Day) => number) =>
  days.map((day) => [`${name}@${day.requests}`, of(day)] as const)

const waits = (days: Days): Finding => ({
  claim: "P95 of a read on the match day, a compute takes 4.2 s",
  method:
    "Waits of all reads of the match day on its virtual clock, where a hit waits 0 and a compute as long as it takes.",
  asked: "P95 45 ms; of a fresh hit < 10 ms, of a stale one < 50 ms",
  measured: each(
    days,
    (day) =>
      `P95 ${millis(day.latency_ms.p95)}, P99 ${millis(day.latency_ms.p99)}; ${
        percent(share(day, "compute", "bypass"))
      } `
      + `compute or bypass; fresh at once; of stale ${percent(prompt(day))} within 50 ms, the rest within ${
        millis(day.stale.max_ms)
      }`
  ),
  ...judged(
    days.every((day) => day.latency_ms.p95 <= 45 && prompt(day) >= 95),
    "A P95 is a hit's only where less than 5 % of the reads wait: those that compute, and those that find a value too stale and "
      + "get it after softTimeout, 250 ms, in which a compute could have brought a better one. How many they are is a question of "
      + "how often a key is read, not of the cache's speed."
  ),
  figures: Object.fromEntries([
    ...numbers(days, "p50_ms", (day) => day.latency_ms.p50),
    ...numbers(days, "p95_ms", (day) => day.latency_ms.p95),
    ...numbers(days, "p99_ms", (day) => day.latency_ms.p99),
    ...numbers(days, "stale_within_50_ms_pct", prompt),
    ...numbers(days, "waiting_pct", (day) => share(day, "compute", "bypass"))
  ])
})

const hits = (days: Days): Finding => ({
  claim: "hit rate",
  method:
    "Share of the match day's reads that were served fresh or stale; beside it what a one-hour TTL would have served.",
  asked: "98 %",
  measured: each(
    days,
    (day) => `${percent(day.hit_rate_pct)} (one-hour TTL ${percent(day.baselines.one_hour.hit_rate_pct)})`
  ),
  ...judged(
    days.every((day) => day.hit_rate_pct >= 98),
    "Misses are first reads of 27 × 99 keys, events, kickoffs coming nearer and panics, and weigh less the more a key is read. "
      + "In the steady state, without any of them, it is above 99 % from one read a TTL on."
  ),
  figures: Object.fromEntries(numbers(days, "hit_rate_pct", (day) => day.hit_rate_pct))
})

const inBand = (days: Days, strategy: Strategy): boolean =>
  days.every((day) => judge(share(day, strategy), targets[strategy]) === "within")

const bands = (days: Days): Finding => ({
  claim: "strategies over the match day",
  method: "Share of each strategy among all reads of the match day, its cold start, events and panics included.",
  asked: strategies.map((strategy) => `${strategy} ${show(targets[strategy])}`).join(", "),
  measured: each(
    days,
    (day) => strategies.map((strategy) => `${strategy} ${percent(share(day, strategy))}`).join(", ")
  ),
  ...judged(
    strategies.every((strategy) => inBand(days, strategy)),
    "With more reads of a key fresh rises and compute falls; the bands cross at no one density, as the steady state shows."
  ),
  figures: Object.fromEntries(
    strategies.flatMap((strategy) => numbers(days, `${strategy}_pct`, (day) => share(day, strategy)))
  )
})

const edge = (days: Days): Finding => ({
  claim: "edge lost",
  method:
    "Share of the match day's answers whose market had moved by more than 0.01 in probability since they were computed; beside it that of a one-hour TTL over the same reads.",
  asked: "measured, near zero (taken as < 1 %)",
  measured: each(
    days,
    (day) => `${day.edge_lost_pct.toFixed(2)} % (one-hour TTL ${day.baselines.one_hour.edge_lost_pct.toFixed(2)} %)`
  ),
  ...judged(
    days.every((day) => day.edge_lost_pct < 1),
    "It is a fraction of a one-hour TTL's, and not zero: a market that moves without news and without a panic is noticed when "
      + "its TTL ends."
  ),
  figures: Object.fromEntries([
    ...numbers(days, "edge_lost_pct", (day) => day.edge_lost_pct),
    ...numbers(days, "one_hour_edge_lost_pct", (day) => day.baselines.one_hour.edge_lost_pct)
  ])
})

export const run: Claim<Size> = async ({ reads }) => {
  const days: Array<Day> = []
  for (const count of reads) {
    days.push(await Effect.runPromise(play(count)))
  }
  return [waits(days), hits(days), bands(days), edge(days)]
}
