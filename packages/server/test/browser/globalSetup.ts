/** Before any test in a browser: makes sure that there is one to start, and builds the dashboard. */
import { spawnSync } from "node:child_process"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "vite"

/** The program, and the package of Debian and its kin that brings it. */
const chromium = "chromium"

const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" }

const runs = (program: string, ...args: ReadonlyArray<string>): boolean =>
  spawnSync(program, args, { env, stdio: "ignore" }).status === 0

const isThere = (program: string): boolean => runs("sh", "-c", `command -v ${program}`)
const mayInstall = (): boolean => process.getuid?.() === 0 && isThere("apt-get")

const contentOf = (file: URL): string | undefined => {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return undefined
  }
}

/** Writes what has changed and deletes nothing: another run of tests may be showing the same files to a browser. */
const buildDashboard = async (): Promise<void> => {
  const configFile = fileURLToPath(new URL("../../dashboard/vite.config.ts", import.meta.url))
  const built = await build({ configFile, logLevel: "error", build: { write: false } })
  if (!("output" in built)) throw new Error("the dashboard was not built once")
  const folder = new URL("../../dist/dashboard/", import.meta.url)
  for (const part of built.output) {
    const file = new URL(part.fileName, folder)
    const content = part.type === "chunk" ? part.code : String(part.source)
    if (contentOf(file) === content) continue
    mkdirSync(dirname(fileURLToPath(file)), { recursive: true })
    writeFileSync(file, content)
  }
}

export default async function setup(): Promise<void> {
  if (!isThere(chromium) && mayInstall() && runs("apt-get", "update")) {
    runs("apt-get", "install", "-y", "--no-install-recommends", chromium)
  }
  if (!isThere(chromium)) {
    throw new Error(`the tests of @smart-cache/server need ${chromium} on the PATH: apt-get install ${chromium}`)
  }
  await buildDashboard()
}
