/**
 * Subscriptions that are kept for ever: one connection after the other.
 *
 * A subscriber never resumes: each connection subscribes anew and says so, since
 * what was published in between is lost. On a Cluster any node will do, as the
 * nodes pass messages on to each other.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import type { Redis } from "ioredis"
import { backoff } from "./redisOptions.ts"

/** What hears of a subscription; what it throws is logged and ends nothing. */
export interface Listener {
  readonly message: (channel: string, text: string) => void
  /** Subscribed to every channel; whatever was published since the last time may have been missed. */
  readonly connected: () => void
}

/** How often a silent connection is asked whether it still lives. */
const heartbeat = "3 seconds"

/** A listener that cannot throw into the parser of ioredis. */
const guarded = (listener: Listener, report: (error: unknown) => void): Listener => {
  const guard = (run: () => void) => {
    try {
      run()
    } catch (error) {
      report(error)
    }
  }
  return {
    message: (channel, text) => guard(() => listener.message(channel, text)),
    connected: () => guard(listener.connected)
  }
}

/** One connection, until it ends; succeeds or fails when it has. */
const session = Effect.fnUntraced(function*(open: () => Redis, channels: ReadonlyArray<string>, listener: Listener) {
  const ended = yield* Deferred.make<void>()
  const connection = yield* Effect.acquireRelease(
    Effect.sync(open),
    (connection) => Effect.sync(() => connection.disconnect())
  )
  connection.on("error", () => {})
  connection.once("end", () => Deferred.doneUnsafe(ended, Exit.void))
  connection.on("message", listener.message)
  yield* Effect.addFinalizer(() => Effect.sync(() => connection.off("message", listener.message)))
  yield* Effect.tryPromise(() => connection.connect())
  yield* Effect.tryPromise(() => connection.subscribe(...channels))
  yield* Effect.sync(listener.connected)
  // A hung server owes the answer of this PING: its socket is destroyed, and that ends the session.
  const alive = Effect.repeat(Effect.tryPromise(() => connection.ping()), Schedule.spaced(heartbeat))
  yield* Effect.raceFirst(Deferred.await(ended), alive)
}, Effect.scoped)

/** Subscribes in a fiber of the scope, and again with jittered backoff whenever the connection ends. */
export const subscribe = (
  open: () => Redis,
  channels: ReadonlyArray<string>,
  listener: Listener
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function*() {
    const run = Effect.runForkWith(yield* Effect.context<never>())
    const safe = guarded(listener, (error) => run(Effect.logError("Redis: a listener threw", error)))
    let attempt = 0
    const connected = () => {
      attempt = 0
      safe.connected()
    }
    const again = Effect.flatMap(Random.next, (chance) => Effect.sleep(backoff(++attempt, chance)))
    yield* session(open, channels, { message: safe.message, connected }).pipe(
      Effect.ignore,
      Effect.andThen(again),
      Effect.forever,
      Effect.forkScoped
    )
  })
