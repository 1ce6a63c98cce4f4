/** What a test's process does beside its work: what it logs, and what it leaves unhandled. */
import { Effect, Logger, References } from "effect"
import { inspect } from "node:util"

export interface Witness {
  /** Log lines for operators, with all that is attached to them. */
  readonly lines: ReadonlyArray<string>
  /** Those and the ones for developers. */
  readonly all: ReadonlyArray<string>
  /** Rejections and exceptions that nobody handled. */
  readonly unhandled: ReadonlyArray<unknown>
}

/** Runs an effect with everything that it and its fibers log collected, and nothing of it printed. */
export const witnessed = <A, E, R>(
  run: (witness: Witness) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> => {
  const witness = { lines: [] as Array<string>, all: [] as Array<string>, unhandled: [] as Array<unknown> }
  const logger = Logger.map(Logger.formatStructured, (entry) => {
    const text = inspect(entry, { depth: 10 })
    witness.all.push(text)
    if (entry.level !== "DEBUG" && entry.level !== "TRACE") witness.lines.push(text)
  })
  const note = (thrown: unknown) => void witness.unhandled.push(thrown)
  return Effect.acquireUseRelease(
    Effect.sync(() => process.on("unhandledRejection", note).on("uncaughtException", note)),
    () =>
      run(witness).pipe(
        Effect.provide(Logger.layer([logger])),
        Effect.provideService(References.MinimumLogLevel, "Trace")
      ),
    () => Effect.sync(() => process.off("unhandledRejection", note).off("uncaughtException", note))
  )
}
