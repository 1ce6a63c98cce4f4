/** The day's report for a terminal. */
import * as Arr from "effect/Array"
import { show } from "../internal/time.ts"
import * as Result from "./DayResult.ts"
import * as Format from "./format.ts"
import * as Targets from "./targets.ts"

/** Whether the report may use ANSI colours; the caller knows where it goes. */
export type Style = "plain" | "ansi"

const indent = 2
const longestLine = 100
/** Fewer columns than this leave out when events happened. */
const widestTable = 115

/** The whole report, sections divided by empty lines, ending in a line break; made for so many columns. */
export const report = (
  result: Result.DayResult,
  style: Style = "plain",
  columns = Number.POSITIVE_INFINITY
): string => {
  const width = Math.min(longestLine, columns - indent)
  const title = (text: string): string => style === "ansi" ? `\u001b[1m${text}\u001b[0m` : text
  const sections: ReadonlyArray<readonly [heading: string, lines: ReadonlyArray<string>]> = [
    ["A match day through the cache", day(result, width)],
    ["How reads were answered", answers(result, style, width)],
    ["What it cost", cost(result, width)],
    ["How long readers waited", waits(result)],
    ["Events", events(result, width, columns < widestTable ? eventColumns - 2 : eventColumns)],
    ["Market nerves", nerves(result)],
    ["To reproduce", reproduction(result)]
  ]
  return sections
    .map(([heading, lines]) =>
      [title(heading), ...lines.map((line) => line === "" ? "" : `${" ".repeat(indent)}${line}`)].join("\n")
    )
    .join("\n\n") + "\n"
}

const day = ({ data, fixtures, requests, store }: Result.DayResult, width: number): ReadonlyArray<string> => [
  ...Format.table([
    ["matches", Format.count(fixtures)],
    ["reads", Format.count(requests)],
    ["store", store],
    ["data", data.source],
    ["player news", Format.count(data.injuries)],
    ["reschedulings", Format.count(data.reschedulings)],
    ["odds moves", Format.count(data.odds_moves)]
  ], [1]),
  "",
  ...Format.wrap(data.description, width)
]

const verdictColours: Readonly<Record<Targets.Verdict, string>> = { within: "32", above: "33", below: "33" }

const answers = (result: Result.DayResult, style: Style, width: number): ReadonlyArray<string> => {
  const colour = (verdict: Targets.Verdict): string =>
    style === "ansi" ? `\u001b[${verdictColours[verdict]}m${verdict}\u001b[0m` : verdict
  const rows = Result.strategies.map((strategy) => {
    const reads = result.strategies[strategy]
    const percent = Format.share(reads, result.requests)
    const target = Targets.targets[strategy]
    const verdict = colour(Targets.judge(percent, target))
    return [strategy, Format.count(reads), Format.percent(percent), Targets.show(target), verdict]
  })
  return [
    ...Format.table([["strategy", "reads", "share", "target", ""], ...rows], [4]),
    "",
    `hit rate ${Format.percent(result.hit_rate_pct)}`,
    "",
    ...Format.wrap(
      "Targets are for a steady state: a key that is read many times within its TTL. Here TTLs shrink to a minute and " +
        "less before each kickoff, and more reads (--reads) bring more hits.",
      width
    )
  ]
}

const cost = (result: Result.DayResult, width: number): ReadonlyArray<string> => {
  const { no_cache: none, one_hour: oneHour } = result.baselines
  const row = (name: string, computes: number, hits: number, edge: string): ReadonlyArray<string> => [
    name,
    Format.count(computes),
    Format.percent(Format.share(none.computes - computes, none.computes)),
    Format.percent(hits),
    edge
  ]
  return [
    ...Format.table([
      ["", "computes", "saved", "hit rate", "edge lost"],
      row("smart-cache", result.computes, result.hit_rate_pct, Format.percent(result.edge_lost_pct)),
      row("one-hour TTL", oneHour.computes, oneHour.hit_rate_pct, Format.percent(oneHour.edge_lost_pct)),
      row("no cache", none.computes, 0, "-")
    ]),
    "",
    ...Format.wrap(
      "Edge lost: served values whose first selection had moved by more than 0.01 in probability since their compute " +
        `began. A compute takes ${Format.millis(result.compute_ms)}. The one-hour TTL is a plain cache on the same ` +
        "reads: computing less often than the zones ask for is what its edge is lost by.",
      width
    )
  ]
}

const waits = ({ latency_ms: latency }: Result.DayResult): ReadonlyArray<string> =>
  Format.table([
    ["p50", "p95", "p99", "max"].map((name) => name.padStart(8)),
    [latency.p50, latency.p95, latency.p99, latency.max].map((value) => Format.millis(value).padStart(8))
  ]).concat("", "On the virtual clock: a hit is one step and takes no time on it.")

const eventColumns = 9

const events = ({ events }: Result.DayResult, width: number, columns: number): ReadonlyArray<string> => {
  if (events.length === 0) return ["none"]
  return [
    ...Format.table([
      ["event", "times", "matches", "affected", "preserved", "dropped", "saved", "first (UTC)", "last (UTC)"],
      ...Object.entries(Arr.groupBy(events, (each) => each.event)).map(([event, of]) => eventRow(event, of)),
      eventRow("all", events)
    ].map((row) => row.slice(0, columns))),
    "",
    ...Format.wrap(
      "Markets affected and preserved over the matches concerned, entries dropped (Redis does not count them), and the " +
        "mean share of recomputation saved.",
      width
    )
  ]
}

const eventRow = (name: string, events: ReadonlyArray<Result.EventOutcome>): ReadonlyArray<string> => {
  const sum = (of: (each: Result.EventOutcome) => number): number => events.reduce((total, each) => total + of(each), 0)
  const times = events.map(({ at }) => at)
  return [
    name,
    Format.count(events.length),
    Format.count(sum(({ matches }) => matches)),
    Format.count(sum(({ affected }) => affected)),
    Format.count(sum(({ preserved }) => preserved)),
    events.some(({ dropped }) => dropped === undefined) ? "-" : Format.count(sum(({ dropped }) => dropped ?? 0)),
    Format.percent(sum(({ saved_pct }) => saved_pct) / events.length),
    show(Math.min(...times)),
    show(Math.max(...times))
  ]
}

const nerves = ({ panics }: Result.DayResult): ReadonlyArray<string> => [
  `${Format.count(panics.episodes)} panics in ${Format.count(panics.markets)} markets of single matches, met by ` +
  `${Format.count(panics.reads)} reads`
]

const reproduction = ({ decisions_sha256, seed }: Result.DayResult): ReadonlyArray<string> =>
  Format.table([["seed", String(seed)], ["decisions", decisions_sha256]], [1])
