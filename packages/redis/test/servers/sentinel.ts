/** A master, its replica, and three Sentinels that watch them. */
import { Effect, Schedule } from "effect"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { directory, freePort, type Handle, serve } from "./process.ts"
import { type Single, single } from "./single.ts"

export interface Sentinel {
  readonly master: Single
  readonly replica: Single
  readonly sentinels: ReadonlyArray<Handle>
  readonly url: string
  /** The port that the Sentinels now give as the master's. */
  readonly current: Effect.Effect<number>
}

const quorum = 2
const name = "mymaster"

const eventually = <A>(check: Effect.Effect<A>): Effect.Effect<A> =>
  check.pipe(
    Effect.catchDefect((defect) => Effect.fail(defect)),
    Effect.retry(Schedule.max([Schedule.spaced("100 millis"), Schedule.recurs(200)])),
    Effect.orDie
  )

const says = (handle: Handle, args: readonly [string, ...ReadonlyArray<string>], text: string): Effect.Effect<void> =>
  eventually(
    Effect.flatMap(handle.call(...args), (reply) =>
      String(reply).includes(text)
        ? Effect.void
        : Effect.die(new Error(`port ${handle.port} does not yet say ${text}`)))
  )

const watcher = Effect.fnUntraced(function*(master: number) {
  const port = yield* freePort
  const cwd = yield* directory
  const file = join(cwd, "sentinel.conf")
  const config = [
    `sentinel monitor ${name} 127.0.0.1 ${master} ${quorum}`,
    `sentinel down-after-milliseconds ${name} 1000`,
    `sentinel failover-timeout ${name} 3000`
  ]
  yield* Effect.promise(() => writeFile(file, `${config.join("\n")}\n`))
  const args = [file, "--sentinel", "--port", String(port), "--bind", "127.0.0.1", "--dir", cwd]
  return yield* serve(port, cwd, args, { host: "127.0.0.1", port })
})

/** A master that fails over, killed with all others when the scope closes. */
export const sentinel = Effect.fnUntraced(function*() {
  const quick = ["--repl-diskless-sync-delay", "0"]
  const master = yield* single({ args: quick })
  const replica = yield* single({ args: [...quick, "--replicaof", `127.0.0.1 ${master.port}`] })
  yield* says(replica, ["INFO", "replication"], "master_link_status:up")
  const sentinels = yield* Effect.forEach([1, 2, 3], () => watcher(master.port))
  for (const each of sentinels) {
    yield* says(each, ["INFO", "sentinel"], "slaves=1,sentinels=3")
    yield* says(each, ["SENTINEL", "CKQUORUM", name], "OK 3")
  }
  const [first] = sentinels
  const current = first === undefined
    ? Effect.die(new Error("no Sentinel runs"))
    : Effect.map(
      first.call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", name),
      (reply) => Number(Array.isArray(reply) ? reply[1] : 0)
    )
  const hosts = sentinels.map(({ port }) => `127.0.0.1:${port}`).join(",")
  const found: Sentinel = { master, replica, sentinels, url: `redis+sentinel://${hosts}/${name}/0`, current }
  return found
})
