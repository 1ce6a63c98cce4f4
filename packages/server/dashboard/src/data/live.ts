/** Keeps the page and the server connected: two streams, a few routes asked from time to time, patience in between. */
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Decisions from "./decisions.ts"
import * as Events from "./events.ts"
import * as Request from "./request.ts"
import * as Routes from "./routes.ts"
import * as Series from "./series.ts"
import * as State from "./state.ts"
import type { Decision, Invalidation, Sample } from "./types.ts"

const { registry } = State

/** Opened to look again at once, whatever is being waited for. */
const nudge = Latch.makeUnsafe(false)
const log = new Decisions.Log()

const onMetrics = (_: string, data: unknown): void => State.append(State.samples, data as Sample, Series.maxSamples)

const onInvalidation = (invalidation: Invalidation): void =>
  registry.update(State.invalidations, (all) => [{ ...invalidation, heardAt: Date.now() }, ...all].slice(0, 20))

const onDecision = (name: string, data: unknown): void => {
  if (name === "decision") log.take(data as Decision)
  else if (name === "invalidation") onInvalidation(data as Invalidation)
  else if (name === "skipped") log.skip((data as { readonly count: number }).count)
}

/** Shows what was heard, a few times a second, however much it is. */
const draw = Effect.sync(() => {
  const seen = log.drain()
  if (seen !== undefined) registry.set(State.decisions, seen)
}).pipe(Effect.andThen(Effect.sleep("400 millis")), Effect.forever)

const garbled = () =>
  Effect.fail(new Request.Unreachable({ message: "The server said something that this page does not understand." }))

/** One connection: ends with the first thing that breaks; `onLive` is told when both streams are open. */
const session = (token: string, onLive: () => void) => {
  let opened = 0
  const onOpen = () => {
    if (++opened === 2) onLive()
  }
  return Effect.all([
    Events.follow("/api/v1/metrics/stream", token, onOpen, onMetrics),
    Events.follow("/api/v1/decisions", token, onOpen, onDecision),
    Routes.ask(token),
    draw
  ], { concurrency: "unbounded", discard: true }).pipe(Effect.catchDefect(garbled))
}

/** Half a second, then twice as long each time up to ten, a little off so that many pages do not come at once. */
const backoff = (attempt: number): number => Math.min(10_000, 500 * 2 ** attempt) * (0.8 + 0.4 * Math.random())

const waitFor = (limit: Duration.Input) => Effect.andThen(nudge.close, Effect.timeoutOption(nudge.await, limit))

const connect = Effect.gen(function*() {
  let attempt = 0
  while (true) {
    // Who has been told that the server is gone is not told otherwise until it is back.
    if (attempt === 0) registry.set(State.connection, { _tag: "Connecting" })
    const since = yield* Clock.currentTimeMillis
    const error = yield* Effect.flip(session(registry.get(State.token), () => {
      attempt = 0
      registry.set(State.connection, { _tag: "Live", since })
    }))
    if (error._tag === "Refused" && (error.status === 401 || error.status === 403)) {
      registry.set(State.connection, { _tag: "Refused", why: error.message })
      // Only another token helps, and that begins anew.
      return yield* Effect.never
    }
    const pause = backoff(attempt++)
    const retryAt = (yield* Clock.currentTimeMillis) + pause
    registry.set(State.connection, { _tag: "Lost", why: error.message, retryAt })
    yield* waitFor(pause)
  }
})

let running: (() => void) | undefined

/** Connects, or connects anew. */
export const start = (): void => {
  running?.()
  running = Effect.runCallback(connect)
}

/** Leaves the server alone; what was seen stays. */
export const pause = (): void => {
  running?.()
  running = undefined
  registry.set(State.connection, { _tag: "Paused" })
}

/** Ends the wait for the next attempt. */
export const retryNow = (): void => {
  Effect.runSync(nudge.open)
}

/** Connects with another token. */
export const setToken = (token: string): void => {
  registry.set(State.token, token.trim())
  start()
}
