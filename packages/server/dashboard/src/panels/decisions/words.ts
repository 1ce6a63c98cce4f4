/** Decisions in plain words. */
import type { Decision, Explanation, Reason } from "../../data/types.ts"
import * as Format from "../../ui/format.ts"

const because: Readonly<Record<Reason, string>> = {
  hit: "a fresh value was held",
  stale: "the value held was past its TTL but still in its stale window, so it was served at once and refreshed behind",
  vix_warning:
    "the value was fresh by its TTL, but its market is nervous and it was older than a nervous market allows",
  compute_failed: "the compute failed, and the value held stood in for it",
  compute_slow: "the compute took too long, and the value held stood in for it",
  miss: "nothing was held",
  too_stale: "what was held was too stale to be served",
  invalidated: "what was held had been invalidated",
  deadline_passed: "the deadline has passed: such values are computed for each burst of readers and never stored",
  store_unavailable: "the store did not answer, so the value was computed as if nothing were held",
  vix_panic: "the market was in panic, and nothing cached is served then",
  forced: "the reader asked for a new value",
  disabled: "the cache is turned off"
}

const from: Readonly<Record<Decision["source"], string>> = {
  memory: "It came from this process's memory.",
  redis: "It came from Redis.",
  compute: "It was computed for this read.",
  in_flight: "Somebody else was computing it already, and this read waited for that."
}

const life = ({ age, ttl, zone }: Decision): string => {
  const granted = ttl === 0
    ? "It is not stored."
    : `It was ${Format.duration(age)} old, of ${Format.duration(ttl)} granted.`
  return zone === undefined || zone === null ? granted : `${granted} The match was in the zone ${Format.plain(zone)}.`
}

const nerves = ({ vix, z }: Decision): string => {
  if (vix === "unknown") return "Of its market's odds too little was known to judge them."
  const score = z === null ? "" : ` (z = ${Format.decimal(z)})`
  return `Its market was ${calm[vix]}${score}.`
}

const calm = { normal: "calm", warning: "nervous", panic: "in panic" } as const

const refreshed: Readonly<Record<Decision["refresh"], string>> = {
  none: "",
  early: "X-Fetch asked for a refresh before the value expired.",
  stale: "A refresh was asked for, because the value was stale."
}

/** Why a read was answered as it was, sentence by sentence. */
export const why = (decision: Decision): ReadonlyArray<string> =>
  [
    `Answered so because ${because[decision.reason] ?? decision.reason}.`,
    from[decision.source] ?? "",
    life(decision),
    nerves(decision),
    refreshed[decision.refresh] ?? ""
  ].filter((sentence) => sentence !== "")

const flying = (flight: Explanation["state"]["flight"]): string =>
  flight === null
    ? ""
    : flight.background
    ? "It is being computed behind the readers' backs."
    : `It is being computed; waiting for it: ${flight.waiters}.`

const freshness = (until: number | null, now: number): string =>
  until === null
    ? "fresh until it is invalidated"
    : until > now
    ? `fresh for another ${Format.duration(until - now)}`
    : "no longer fresh"

/** What the server holds about a key, and what a read without odds and without a kickoff would be given now. */
export const state = (
  { decision, earlyProbability, held, invalidated, now, state: key }: Explanation
): ReadonlyArray<string> =>
  [
    held === null
      ? "Nothing is held now."
      : `Held now: a value ${Format.duration(held.age)} old, ${freshness(held.freshUntil, now)}; computing it takes ${
        Format.duration(held.delta)
      }.`,
    invalidated ? "It has been invalidated since." : "",
    flying(key.flight),
    key.failures > 0 ? `Computing it failed ${key.failures} times in a row.` : "",
    `A read that names no odds would now be answered so: ${Format.plain(decision.strategy)}, ${
      Format.plain(decision.reason)
    }.`,
    earlyProbability !== null && earlyProbability > 0
      ? `The chance of an early refresh is ${Format.percent(earlyProbability * 100, 2)}.`
      : ""
  ].filter((sentence) => sentence !== "")
