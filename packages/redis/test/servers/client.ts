/** A client for tests, and what tests ask of it. */
import * as IoRedis from "@smart-cache/redis/IoRedis"
import { Context, Effect, Layer, Logger, Schedule } from "effect"
import { inspect } from "node:util"

/** A client in the test's scope. */
export const client = (options: IoRedis.Options) =>
  Effect.map(Layer.build(IoRedis.layer(options)), (context) => Context.get(context, IoRedis.IoRedis))

/** Tries until it succeeds, for a quarter of a minute; then fails as it last did. */
export const eventually = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.retry(effect, Schedule.max([Schedule.spaced("50 millis"), Schedule.recurs(300)]))

/** Waits until it holds, for a quarter of a minute. */
export const until = (holds: () => boolean): Effect.Effect<void, string> =>
  eventually(Effect.suspend(() => holds() ? Effect.void : Effect.fail("it never came to hold" as const)))

/** Collects every log line as text, with all that is attached to it. */
export const logged = () => {
  const lines: Array<string> = []
  const logger = Logger.map(Logger.formatStructured, (entry) => void lines.push(inspect(entry, { depth: 10 })))
  return { lines, layer: Logger.layer([logger]) }
}
