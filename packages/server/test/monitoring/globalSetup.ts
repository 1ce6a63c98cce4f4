/** Before any test against a Prometheus: makes sure that there is one to start, and its tool. */
import { spawnSync } from "node:child_process"

const programs = ["prometheus", "promtool"]
/** Of Debian and its kin; brings both. */
const debianPackage = "prometheus"

// At run level 1 a package does not start its server, which would hold the default port.
const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" }

const runs = (program: string, ...args: ReadonlyArray<string>): boolean =>
  spawnSync(program, args, { env, stdio: "ignore" }).status === 0

const isThere = (program: string): boolean => runs("sh", "-c", `command -v ${program}`)
const mayInstall = (): boolean => process.getuid?.() === 0 && isThere("apt-get")

export default function setup(): void {
  if (programs.every(isThere)) return
  if (mayInstall() && runs("apt-get", "update")) {
    runs("apt-get", "install", "-y", "--no-install-recommends", debianPackage)
  }
  const missing = programs.filter((program) => !isThere(program))
  if (missing.length === 0) return
  throw new Error(
    `the tests of @smart-cache/server need ${missing.join(" and ")} on the PATH: apt-get install ${debianPackage}`
  )
}
