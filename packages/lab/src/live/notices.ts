/** What the command says: a few lines at the start, and one now and then. */
import type { Happening } from "@smart-cache/core/Journal"
import type { Health } from "@smart-cache/core/SmartCache"
import * as Cause from "effect/Cause"
import * as Console from "effect/Console"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import * as Format from "../report/format.ts"
import type { Tally } from "./traffic.ts"

export interface Start {
  /** The address that the server is bound to, as a URL without a slash at the end. */
  readonly url: string
  readonly matches: number
  /** Epoch milliseconds. */
  readonly firstKickoff: number
  readonly speed: number
  readonly rate: number
  readonly writing: "open" | "closed"
  readonly store: Health["store"]
}

/** Where the server answers on this machine: the address of all interfaces is not one to be asked at. */
const onThisMachine = (url: string): string => url.replace(/(?<=\/\/)(?:0\.0\.0\.0|\[::\])(?=:)/, "127.0.0.1")

const clock = (at: number): string => new Date(at).toISOString().slice(11, 16)

export const start = ({ firstKickoff, matches, rate, speed, store, url, writing }: Start): string => {
  const here = onThisMachine(url)
  return [
    `smart-cache, live: ${matches} matches on offer, the first kicks off at ${
      clock(firstKickoff)
    } UTC; about ${rate} ` +
    `reads a second; the day goes by ${speed === 1 ? "at the clock's speed" : `${speed} times as fast as the clock`}`,
    `  dashboard  ${here}/`,
    `  API        ${here}/docs`,
    `  metrics    ${here}/api/v1/cache/metrics`,
    here === url
      ? []
      : "  elsewhere  answers to other machines, too: set SMART_CACHE_ALLOWED_HOSTS to the names and addresses they use",
    writing === "open"
      ? "  changes    events and odds are taken with Authorization: Bearer and the value of SMART_CACHE_TOKEN"
      : "  changes    none are taken: to send events and odds, start with SMART_CACHE_TOKEN set to a secret of your own",
    store === "redis"
      ? "  store      this process' memory over the Redis of REDIS_URL"
      : "  store      this process' memory; with REDIS_URL set, processes share one",
    "Ctrl-C ends it."
  ].flat().join("\n")
}

const reads = ({ strategies }: Tally): number => Object.values(strategies).reduce((sum, count) => sum + count, 0)

/** One line about the readers since an earlier tally, and about what is not as it should be. */
export const status = (before: Tally, now: Tally, health: Health): string => {
  const total = reads(now) - reads(before)
  const share = (strategy: keyof Tally["strategies"]): string =>
    Format.percent(Format.share(now.strategies[strategy] - before.strategies[strategy], total))
  const troubles = [
    now.skipped > before.skipped ? `${now.skipped - before.skipped} turned away` : [],
    now.failed > before.failed ? `${now.failed - before.failed} failed` : [],
    health.state === "degraded" ? `the store is degraded: ${health.problem ?? "no answer"}` : []
  ].flat()
  return [
    `${Format.count(total)} reads: ${share("serve_fresh")} fresh, ${share("serve_stale")} stale, ` +
    `${share("compute")} computed, ${share("bypass")} bypassed`,
    ...troubles
  ].join("; ")
}

/** What the market does all day long is for the dashboard and for telemetry, not for a terminal. */
const ofTheMarket: ReadonlySet<unknown> = new Set<Happening>(["market_panic", "market_calm"])

/** A log entry as one line: when, how bad if it is bad, what, and why. */
const line = Logger.make(({ cause, date, fiber, logLevel, message }) => {
  const { event: _, ...details } = fiber.getRef(References.CurrentLogAnnotations)
  const why = [
    ...Object.entries(details).map(([name, detail]) => `${name}: ${detail}`),
    ...Cause.prettyErrors(cause).map((error) => error.message)
  ]
  return [
    date.toISOString().slice(11, 19),
    logLevel === "Info" ? [] : `${logLevel}:`,
    (Array.isArray(message) ? message : [message]).map(String).join(" "),
    why.length === 0 ? [] : `(${why.join("; ")})`
  ].flat().join(" ")
})

/** Writes the log to stderr, line by line. */
export const terminal: Logger.Logger<unknown, void> = Logger.make((entry) => {
  const { event } = entry.fiber.getRef(References.CurrentLogAnnotations)
  if (!ofTheMarket.has(event)) entry.fiber.getRef(Console.Console).error(line.log(entry))
})
