/**
 * What an operator reads in the log: a structured line when something changes, never a stream of them.
 *
 * A journal is of one topic, whose last line tells how things are. What has not happened for ten seconds is written at
 * once. What has waits until then, and only the latest of a topic waits: what comes after it takes its place, and the next
 * line tells how many were left out.
 * No line carries a key, a value, a tag, a credential, or an annotation of the reader who found out.
 */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import { millisOf } from "./internal/elapsed.ts"

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
export type Detail = "problem" | "seconds"

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
  /** When each happening was written last. */
  private readonly written = new Map<Happening, number>()
  private waiting: Line | undefined
  private leftOut = 0
  private readonly wake: Queue.Queue<void>
  /** Of whoever made the journal: what a reader has in its own is not for the log of the cache. */
  private readonly context: Context.Context<never>

  constructor(wake: Queue.Queue<void>, context: Context.Context<never>) {
    this.wake = wake
    this.context = context
  }

  readonly say = (line: Line): Effect.Effect<void> =>
    Effect.uninterruptible(Effect.clockWith((clock) => {
      const now = millisOf(clock)
      if (this.waiting !== undefined) this.leftOut++
      if (this.due(line) <= now) return this.write(line, now)
      this.waiting = line
      Queue.offerUnsafe(this.wake, undefined)
      return Effect.void
    }))

  /** Writes what waits when it is due, for ever. */
  get later(): Effect.Effect<never> {
    return Effect.forever(Effect.andThen(Queue.take(this.wake), this.whenDue()))
  }

  private whenDue(): Effect.Effect<void> {
    return Effect.clockWith((clock) => {
      const now = millisOf(clock)
      if (this.waiting === undefined) return Effect.void
      const due = this.due(this.waiting)
      // What waits may be another line by then.
      return due <= now ? this.write(this.waiting, now) : Effect.delay(Effect.suspend(() => this.whenDue()), due - now)
    })
  }

  private due({ event }: Line): number {
    return (this.written.get(event) ?? -Infinity) + window
  }

  /** What waited is older, and left out. */
  private write(line: Line, now: number): Effect.Effect<void> {
    const { leftOut } = this
    this.written.set(line.event, now)
    this.waiting = undefined
    this.leftOut = 0
    return Effect.updateContext(write(line, leftOut), () => this.context)
  }
}

/** A journal of one topic; what waits to be written when the scope closes is not. */
export const make: Effect.Effect<Journal, never, Scope.Scope> = Effect.gen(function*() {
  const topic = new Topic(yield* Queue.sliding<void>(1), yield* Effect.context())
  yield* Effect.forkScoped(topic.later)
  return topic
})
