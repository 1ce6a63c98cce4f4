/**
 * What an operator reads in the log: a structured line when something changes, never a stream of them.
 *
 * A journal is of one topic. What happens for the first time in ten seconds is written at once; of what repeats itself
 * only the latest, when the ten seconds are over, with how many lines were left out. So the last line of a topic tells
 * how things are.
 * No line carries a key, a value or a credential.
 */
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/** What can happen. */
export type Happening =
  | "store_degraded"
  | "store_recovered"
  | "breaker_opened"
  | "breaker_closed"
  | "market_panic"
  | "market_calm"
  | "refresh_failed"
  | "bus_gap"
  | "contact_lapsed"
  | "contact_regained"
  | "connected"
  | "connection_lost"
  | "connection_refused"
  | "connection_back"

/** Names of annotations, beside `event` and, where lines were left out, `suppressed`. */
export type Detail = "problem" | "market" | "seconds"

export interface Line {
  readonly level: "Debug" | "Info" | "Warn"
  readonly event: Happening
  readonly message: string
  readonly details?: Partial<Readonly<Record<Detail, string | number>>> | undefined
}

export interface Journal {
  readonly say: (line: Line) => Effect.Effect<void>
}

/** Milliseconds. */
const window = 10_000
/** Characters of a detail. */
const longest = 120

/** Milliseconds on a clock that cannot go back. */
const millisOf = (clock: Clock.Clock): number => Number(clock.monotonicTimeNanosUnsafe()) / 1e6

const short = (text: string | number): string | number =>
  typeof text === "string" && text.length > longest ? `${text.slice(0, longest)}…` : text

const write = ({ details = {}, event, level, message }: Line, suppressed: number): Effect.Effect<void> => {
  const bounded = Object.entries(details).map(([name, detail]) => [name, short(detail)] as const)
  return Effect.annotateLogs(Effect.logWithLevel(level)(message), {
    event,
    ...Object.fromEntries(bounded),
    ...(suppressed > 0 && { suppressed })
  })
}

class Topic implements Journal {
  private readonly scope: Scope.Scope
  private until = -Infinity
  private readonly said = new Set<Happening>()
  private latest: Line | undefined
  private suppressed = 0

  constructor(scope: Scope.Scope) {
    this.scope = scope
  }

  readonly say = (line: Line): Effect.Effect<void> =>
    Effect.clockWith((clock) => {
      const now = millisOf(clock)
      const waiting = this.latest !== undefined
      if (!waiting && now >= this.until) {
        this.until = now + window
        this.said.clear()
      }
      if (!waiting && !this.said.has(line.event)) {
        this.said.add(line.event)
        return write(line, 0)
      }
      this.suppressed++
      this.latest = line
      return waiting ? Effect.void : Effect.asVoid(Effect.forkIn(this.later(this.until - now), this.scope))
    })

  /** The latest line, when the window is over: it opens the next one. */
  private later(millis: number): Effect.Effect<void> {
    const last = Effect.clockWith((clock) => {
      const { latest, suppressed } = this
      if (latest === undefined) return Effect.void
      this.until = millisOf(clock) + window
      this.said.clear()
      this.said.add(latest.event)
      this.latest = undefined
      this.suppressed = 0
      return write(latest, suppressed - 1)
    })
    return Effect.delay(last, millis)
  }
}

/** A journal of one topic; what waits to be written when the scope closes is not. */
export const make: Effect.Effect<Journal, never, Scope.Scope> = Effect.map(Effect.scope, (scope) => new Topic(scope))
