/** Before any test against a server: makes sure that there is one to start. */
import { spawnSync } from "node:child_process"

interface Need {
  /** Programs of which one must be on the PATH. */
  readonly anyOf: ReadonlyArray<string>
  /** Debian packages that bring one, in order of preference. */
  readonly packages: ReadonlyArray<string>
}

const needs: ReadonlyArray<Need> = [
  { anyOf: ["redis-server", "valkey-server"], packages: ["redis-server", "valkey-server"] },
  { anyOf: ["openssl"], packages: ["openssl"] }
]

// At run level 1 a package does not start its server, which would hold the default port.
const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" }

const runs = (program: string, ...args: ReadonlyArray<string>): boolean =>
  spawnSync(program, args, { env, stdio: "ignore" }).status === 0

const isThere = (program: string): boolean => runs("sh", "-c", `command -v ${program}`)
const isMet = ({ anyOf }: Need): boolean => anyOf.some(isThere)
const mayInstall = (): boolean => process.getuid?.() === 0 && isThere("apt-get")

const install = ({ packages }: Need): boolean =>
  packages.some((name) => runs("apt-get", "install", "-y", "--no-install-recommends", name))

export default function setup(): void {
  const missing = needs.filter((need) => !isMet(need))
  if (missing.length === 0) return
  if (mayInstall() && runs("apt-get", "update")) { for (const need of missing) install(need) }
  const still = missing.filter((need) => !isMet(need))
  if (still.length === 0) return
  const programs = still.map(({ anyOf }) => anyOf.join(" or ")).join(", ")
  const packages = still.map((need) => need.packages[0]).join(" ")
  throw new Error(`the tests of @smart-cache/redis need ${programs} on the PATH: apt-get install ${packages}`)
}
