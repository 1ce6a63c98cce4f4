/** What a server is asked to do, in its order. */
import { Effect } from "effect"
import { Redis } from "ioredis"
import * as Keys from "../../src/internal/keys.ts"

export interface Command {
  /** In small letters. */
  readonly name: string
  readonly args: ReadonlyArray<string>
  readonly by: "client" | "script"
}

/** Names of commands in their order. */
export interface Asked {
  readonly sent: ReadonlyArray<string>
  /** What scripts did. */
  readonly inside: ReadonlyArray<string>
}

export interface Monitor {
  /** Stamps of the entries written under a key so far. */
  readonly stamps: (namespace: string, key: string) => Effect.Effect<ReadonlyArray<number>>
  /** What was asked while an effect ran. */
  readonly during: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<readonly [Asked, A], E, R>
}

const opened = (port: number) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const redis = new Redis({ host: "127.0.0.1", port, lazyConnect: true })
      await redis.connect()
      return redis
    }),
    (redis) => Effect.sync(() => redis.disconnect())
  )

const namesBy = (commands: ReadonlyArray<Command>, who: Command["by"]): ReadonlyArray<string> =>
  commands.filter(({ by }) => by === who).map(({ name }) => name)

/** Listens by MONITOR, which also tells what scripts do. */
export const monitor = Effect.fnUntraced(function*(port: number) {
  const asking = yield* opened(port)
  const listening = yield* Effect.acquireRelease(
    Effect.promise(() => asking.monitor()),
    (redis) => Effect.sync(() => redis.disconnect())
  )
  const commands: Array<Command> = []
  const marks = new Map<string, () => void>()
  listening.on("monitor", (_time: string, [name = "", ...args]: ReadonlyArray<string>, source: string) => {
    const marked = marks.get(args[0] ?? "")
    // Connections are kept alive by it.
    if (name.toLowerCase() === "ping") return
    if (marked === undefined) {
      commands.push({ name: name.toLowerCase(), args, by: source === "lua" ? "script" : "client" })
    } else marked()
  })
  // What was asked before this has been told when this is.
  const caughtUp = Effect.callback<void>((resume) => {
    const mark = crypto.randomUUID()
    marks.set(mark, () => resume(Effect.void))
    void asking.echo(mark)
  })
  const found: Monitor = {
    stamps: (namespace, key) =>
      Effect.map(caughtUp, () => {
        const value = Keys.make(namespace).value(key)
        return commands
          .filter(({ args, name }) => name === "set" && args[0] === value)
          .map(({ args: [, text = ""] }) => Number(text.slice(2, 18)))
      }),
    during: (effect) =>
      Effect.gen(function*() {
        yield* caughtUp
        const before = commands.length
        const result = yield* effect
        yield* caughtUp
        const asked = commands.slice(before)
        return [{ sent: namesBy(asked, "client"), inside: namesBy(asked, "script") }, result] as const
      })
  }
  return found
})
