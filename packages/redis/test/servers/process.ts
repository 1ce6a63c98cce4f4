/** A server process on a port and in a directory of its own, gone when its scope closes. */
import { Effect, Schedule } from "effect"
import { Redis, type RedisOptions } from "ioredis"
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** The server program of this machine. */
export const program: string =
  ["redis-server", "valkey-server"].find((name) => spawnSync(name, ["--version"]).status === 0) ?? "redis-server"

/** Ports below those that the system gives out by itself, a hundred for each test process. */
const lowest = 20_000
const blocks = 120
const block = 100
let asked = 0

const isFree = (port: number): Effect.Effect<boolean> =>
  Effect.callback((resume) => {
    const server = createServer()
    server.once("error", () => resume(Effect.succeed(false)))
    server.listen(port, "127.0.0.1", () => server.close(() => resume(Effect.succeed(true))))
  })

/** A TCP port that nobody uses, and that nobody else is given meanwhile. */
export const freePort: Effect.Effect<number> = Effect.suspend(() => {
  const port = lowest + (process.pid % blocks) * block + (asked++ % block)
  return Effect.flatMap(isFree(port), (free) => free ? Effect.succeed(port) : freePort)
})

/** A directory that is removed with the scope. */
export const directory = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "smart-cache-redis-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

/** How an administrator reaches a server. */
export type Access = Omit<RedisOptions, "replyMapping">

/** Runs one command on a connection of its own; dies with the server's error. */
export const call = (access: Access, ...args: readonly [string, ...ReadonlyArray<string>]): Effect.Effect<unknown> =>
  Effect.promise(async () => {
    const redis = new Redis({
      ...access,
      replyMapping: "legacy",
      lazyConnect: true,
      retryStrategy: null,
      enableReadyCheck: false,
      commandTimeout: 5000,
      connectTimeout: 2000
    })
    redis.on("error", () => {})
    try {
      const [command, ...rest] = args
      return await redis.call(command, ...rest)
    } finally {
      redis.disconnect()
    }
  })

/** A process that can be stopped, started again on the same port and directory, frozen and thawed. */
export interface Handle {
  readonly port: number
  readonly pid: Effect.Effect<number>
  /** SIGKILL; returns when it is gone. */
  readonly stop: Effect.Effect<void>
  /** Starts it again and waits until it answers; stops it first when it runs. */
  readonly restart: Effect.Effect<void>
  /** SIGSTOP. */
  readonly pause: Effect.Effect<void>
  /** SIGCONT. */
  readonly resume: Effect.Effect<void>
  /** One command as an administrator, on a connection of its own. */
  readonly call: (...args: readonly [string, ...ReadonlyArray<string>]) => Effect.Effect<unknown>
}

/** Ends a process and waits until it has ended. */
export const kill = (child: ChildProcess): Effect.Effect<void> =>
  Effect.callback((resume) => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return resume(Effect.void)
    child.once("exit", () => resume(Effect.void))
    child.kill("SIGKILL")
  })

/** Ends a process whose test process was itself killed, and so closed no scope: the pipe between them ends then. */
export const guard = (child: ChildProcess, cwd: string): void => {
  const script = "read _; kill -9 \"$1\"; rm -rf \"$2\""
  const guardian = spawn("sh", ["-c", script, "sh", String(child.pid), cwd], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"]
  })
  guardian.once("error", () => {})
  child.once("exit", () => guardian.kill("SIGKILL"))
}

const start = (args: ReadonlyArray<string>, cwd: string): ChildProcess => {
  const child = spawn(program, args, { cwd, stdio: "ignore" })
  child.once("error", () => {})
  if (child.pid !== undefined) guard(child, cwd)
  return child
}

const ready = (access: Access, child: ChildProcess): Effect.Effect<void> =>
  Effect.gen(function*() {
    if (child.exitCode !== null) return yield* Effect.die(new Error(`${program} left with code ${child.exitCode}`))
    yield* call(access, "PING")
  }).pipe(
    Effect.catchDefect((defect) => Effect.fail(defect)),
    Effect.retry({
      schedule: Schedule.max([Schedule.spaced("50 millis"), Schedule.recurs(200)]),
      while: () => child.exitCode === null
    }),
    Effect.orDie
  )

/** Starts the program with arguments; it is killed when the scope closes, whatever happened. */
export const serve = Effect.fnUntraced(
  function*(port: number, cwd: string, args: ReadonlyArray<string>, access: Access) {
    let child = start(args, cwd)
    yield* Effect.addFinalizer(() => kill(child))
    yield* ready(access, child)
    const signal = (name: NodeJS.Signals) => Effect.sync(() => void child.kill(name))
    const stop = Effect.suspend(() => kill(child))
    const restart = Effect.gen(function*() {
      yield* stop
      child = start(args, cwd)
      yield* ready(access, child)
    })
    const handle: Handle = {
      port,
      pid: Effect.sync(() => child.pid ?? 0),
      stop,
      restart,
      pause: signal("SIGSTOP"),
      resume: signal("SIGCONT"),
      call: (...args) => call(access, ...args)
    }
    return handle
  }
)

/** What every server is started with: nothing on disk, nobody from outside. */
export const basic = (port: number): ReadonlyArray<string> => [
  "--port",
  String(port),
  "--bind",
  "127.0.0.1",
  "--save",
  "",
  "--appendonly",
  "no",
  "--daemonize",
  "no",
  "--enable-debug-command",
  "local"
]
