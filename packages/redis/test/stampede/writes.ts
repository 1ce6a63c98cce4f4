/** Every write that a server makes, in its order. */
import { Effect } from "effect"
import { Redis } from "ioredis"
import * as Keys from "../../src/internal/keys.ts"

export interface Writes {
  /** Stamps of the entries written under a key so far. */
  readonly stamps: (namespace: string, key: string) => Effect.Effect<ReadonlyArray<number>>
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

/** Listens by MONITOR, which also tells what scripts do. */
export const writes = Effect.fnUntraced(function*(port: number) {
  const asking = yield* opened(port)
  const monitor = yield* Effect.acquireRelease(
    Effect.promise(() => asking.monitor()),
    (redis) => Effect.sync(() => redis.disconnect())
  )
  const lines: Array<ReadonlyArray<string>> = []
  const marks = new Map<string, () => void>()
  monitor.on("monitor", (_time: string, [command = "", name = "", text = ""]: ReadonlyArray<string>) => {
    if (command.toLowerCase() === "set") lines.push([name, text.slice(0, 18)])
    else if (command.toLowerCase() === "echo") marks.get(name)?.()
  })
  // What was written before this was asked has been told when this is.
  const caughtUp = Effect.callback<void>((resume) => {
    const mark = crypto.randomUUID()
    marks.set(mark, () => resume(Effect.void))
    void asking.echo(mark)
  })
  const found: Writes = {
    stamps: (namespace, key) =>
      Effect.map(caughtUp, () => {
        const value = Keys.make(namespace).value(key)
        return lines.filter(([name]) => name === value).map(([, head = ""]) => Number(head.slice(2)))
      })
  }
  return found
})
