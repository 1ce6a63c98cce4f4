/** A Redis for a run. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"

export interface Server {
  readonly url: string
  readonly stop: () => void
}

const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, "127.0.0.1")
  await once(probe, "listening")
  const address = probe.address()
  probe.close()
  if (address === null || typeof address === "string") throw new Error("bench: no free port")
  return address.port
}

/** The server at `url`, or one of its own: `redis-server` from the PATH, without persistence. */
export const redisServer = async (url: string | undefined): Promise<Server> => {
  if (url !== undefined) return { url, stop: () => {} }
  const port = await freePort()
  const cwd = mkdtempSync(join(tmpdir(), "smart-cache-bench-"))
  const args = [
    "--port",
    String(port),
    "--bind",
    "127.0.0.1",
    "--save",
    "",
    "--appendonly",
    "no",
    "--loglevel",
    "warning"
  ]
  const child = spawn("redis-server", args, { cwd, stdio: "ignore" })
  const stop = () => {
    child.kill("SIGKILL")
    rmSync(cwd, { recursive: true, force: true })
  }
  process.once("exit", stop)
  await Promise.race([
    once(child, "spawn"),
    once(child, "error").then(([error]) => {
      throw new Error("bench: redis-hit needs redis-server on the PATH, or REDIS_URL", { cause: error })
    })
  ])
  return { url: `redis://127.0.0.1:${port}`, stop }
}
