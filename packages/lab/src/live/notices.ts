/** What the command says: a few lines at the start, and one now and then. */
import type { Health } from "@smart-cache/core/SmartCache"
import * as Cause from "effect/Cause"
import * as Logger from "effect/Logger"
import * as Format from "../report/format.ts"
import type { Tally } from "./traffic.ts"

export interface Start {
  /** Where the server answers, without a slash at the end. */
  readonly url: string
  readonly matches: number
  /** Epoch milliseconds. */
  readonly firstKickoff: number
  readonly speed: number
  readonly rate: number
  readonly writing: "open" | "closed"
  readonly store: Health["store"]
}

const clock = (at: number): string => new Date(at).toISOString().slice(11, 16)

export const start = ({ firstKickoff, matches, rate, speed, store, url, writing }: Start): string =>
  [
    `smart-cache, live: ${matches} matches on offer, the first kicks off at ${
      clock(firstKickoff)
    } UTC; about ${rate} ` +
    `reads a second; the day goes by ${speed === 1 ? "at the clock's speed" : `${speed} times as fast as the clock`}`,
    `  dashboard  ${url}/`,
    `  API        ${url}/docs`,
    `  metrics    ${url}/api/v1/cache/metrics`,
    writing === "open"
      ? "  changes    events and odds are taken with Authorization: Bearer and the value of SMART_CACHE_TOKEN"
      : "  changes    none are taken: to send events and odds, start with SMART_CACHE_TOKEN set to a secret of your own",
    store === "redis"
      ? "  store      this process' memory over the Redis of REDIS_URL"
      : "  store      this process' memory; with REDIS_URL set, processes share one",
    "Ctrl-C ends it."
  ].join("\n")

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

/** A log entry as one line: when, how bad if it is bad, what, and why. */
export const line: Logger.Logger<unknown, string> = Logger.make(({ cause, date, logLevel, message }) => {
  const said = (Array.isArray(message) ? message : [message]).map(String).join(" ")
  return [
    date.toISOString().slice(11, 19),
    logLevel === "Info" ? [] : `${logLevel}:`,
    said,
    cause.reasons.length === 0 ? [] : `(${Cause.prettyErrors(cause).map((error) => error.message).join("; ")})`
  ].flat().join(" ")
})
