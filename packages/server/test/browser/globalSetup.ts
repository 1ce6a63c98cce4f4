/** Before any test in a browser: makes sure that there is one to start, and builds the dashboard. */
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { build } from "vite"

/** The program, and the package of Debian and its kin that brings it. */
const chromium = "chromium"

const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" }

const runs = (program: string, ...args: ReadonlyArray<string>): boolean =>
  spawnSync(program, args, { env, stdio: "ignore" }).status === 0

const isThere = (program: string): boolean => runs("sh", "-c", `command -v ${program}`)
const mayInstall = (): boolean => process.getuid?.() === 0 && isThere("apt-get")

export default async function setup(): Promise<void> {
  if (!isThere(chromium) && mayInstall() && runs("apt-get", "update")) {
    runs("apt-get", "install", "-y", "--no-install-recommends", chromium)
  }
  if (!isThere(chromium)) {
    throw new Error(`the tests of @smart-cache/server need ${chromium} on the PATH: apt-get install ${chromium}`)
  }
  const configFile = fileURLToPath(new URL("../../dashboard/vite.config.ts", import.meta.url))
  await build({ configFile, logLevel: "error" })
}
