/** A Redis for a run. */
import * as IoRedis from "@smart-cache/redis/IoRedis"
import * as Effect from "effect/Effect"
import * as References from "effect/References"
import * as Schedule from "effect/Schedule"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"

export interface Server {
  readonly url: string
  readonly stop: () => void
}

export const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, "127.0.0.1")
  await once(probe, "listening")
  const address = probe.address()
  probe.close()
  if (address === null || typeof address === "string") throw new Error("bench: no free port")
  return address.port
}

/** The process that answers at a server's URL, once one does. */
const processAt = (url: string): Promise<number> =>
  Effect.service(IoRedis.IoRedis).pipe(
    Effect.flatMap(({ use }) => use("info", (client) => client.info("server"))),
    Effect.map((info) => Number(/^process_id:(\d+)/m.exec(info)?.[1])),
    Effect.retry(Schedule.max([Schedule.spaced("50 millis"), Schedule.recurs(200)])),
    Effect.provide(IoRedis.layer({ url })),
    Effect.provideService(References.MinimumLogLevel, "Error"),
    Effect.runPromise
  )

const spawned = async (port: number, cwd: string): Promise<ChildProcess> => {
  const where = ["--port", String(port), "--bind", "127.0.0.1"]
  const args = [...where, "--save", "", "--appendonly", "no", "--loglevel", "warning"]
  const child = spawn("redis-server", args, { cwd, stdio: "ignore" })
  await once(child, "spawn").catch((error: unknown) => {
    throw new Error("there is no redis-server on the PATH", { cause: error })
  })
  return child
}

/** A server at a port; none when another one was there first, which may be somebody's: ours is emptied. */
const ownAt = async (port: number): Promise<Server | undefined> => {
  const cwd = mkdtempSync(join(tmpdir(), "smart-cache-bench-"))
  const remove = () => rmSync(cwd, { recursive: true, force: true })
  try {
    const child = await spawned(port, cwd)
    const stop = () => {
      process.off("exit", stop)
      child.kill("SIGKILL")
      remove()
    }
    process.once("exit", stop)
    const url = `redis://127.0.0.1:${port}`
    const isOurs = await processAt(url).then((pid) => pid === child.pid, () => false)
    if (isOurs) return { url, stop }
    stop()
    return undefined
  } catch (error) {
    remove()
    throw error
  }
}

const attempts = 5

/** The server at `url`, or one of its own: `redis-server` from the PATH, without persistence. */
export const redisServer = async (
  url: string | undefined,
  portOf: () => Promise<number> = freePort
): Promise<Server> => {
  if (url !== undefined) return { url, stop: () => {} }
  for (let attempt = 0; attempt < attempts; attempt++) {
    const server = await ownAt(await portOf())
    if (server !== undefined) return server
  }
  throw new Error("redis-server did not start at any free port")
}
