/** A state of the packages in a folder of its own, with the bench of now, and everything else as it is installed. */
import { execFileSync } from "node:child_process"
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs"
import { basename, dirname, join, relative } from "node:path"
import type { Revision } from "./revision.ts"

/** What a state is taken from a working tree without. */
const built = new Set(["node_modules", "dist"])

const extract = (root: string, folder: string, revision: Revision): void => {
  if (revision._tag === "WorkingTree") {
    const filter = (source: string) => !built.has(basename(source))
    return cpSync(join(root, "packages"), join(folder, "packages"), { recursive: true, filter })
  }
  const archive = execFileSync("git", ["archive", revision.id, "packages"], { cwd: root, maxBuffer: 1 << 30 })
  execFileSync("tar", ["-x", "-C", folder], { input: archive })
}

const names = (folder: string): ReadonlyArray<string> => existsSync(folder) ? readdirSync(folder) : []

const packagesOf = (folder: string): ReadonlyArray<string> =>
  names(join(folder, "packages")).filter((name) => existsSync(join(folder, "packages", name, "package.json")))

const scope = "@smart-cache"

/** Everything that is installed is linked to, but our own packages are those of the folder. */
const link = (root: string, folder: string): void => {
  const modules = join(folder, "node_modules")
  mkdirSync(join(modules, scope), { recursive: true })
  for (const name of names(join(root, "node_modules"))) {
    if (name !== scope) symlinkSync(join(root, "node_modules", name), join(modules, name))
  }
  for (const name of packagesOf(folder)) {
    symlinkSync(relative(join(modules, scope), join(folder, "packages", name)), join(modules, scope, name))
    const own = join(root, "packages", name, "node_modules")
    if (existsSync(own)) symlinkSync(own, join(folder, "packages", name, "node_modules"))
  }
}

/** Makes the folder's content. */
export const checkOut = (root: string, folder: string, revision: Revision): void => {
  mkdirSync(folder, { recursive: true })
  extract(root, folder, revision)
  cpSync(join(root, "bench/src"), join(folder, "bench/src"), { recursive: true })
  cpSync(join(root, "bench/package.json"), join(folder, "bench/package.json"))
  link(root, folder)
}

interface Manifest {
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

const manifest = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))

/** The version that a package finds, as Node looks for it. */
const installed = (folder: string, name: string): string | undefined => {
  const found = join(folder, "node_modules", name)
  if (existsSync(join(found, "package.json"))) return manifest(found).version
  return dirname(folder) === folder ? undefined : installed(dirname(folder), name)
}

/** What the packages of a state are not given as they ask for it, in words; both states run on what is installed now. */
export const mismatches = (root: string, folder: string): ReadonlyArray<string> =>
  packagesOf(folder).flatMap((name) => {
    const asked = wanted(folder, name)
    const now = wanted(root, name)
    return Object.entries(asked)
      .filter(([dependency, range]) => !dependency.startsWith(`${scope}/`) && now[dependency] !== range)
      .map(([dependency, range]) => {
        const version = installed(join(folder, "packages", name), dependency) ?? "nothing"
        return `${name} asks for ${dependency} ${range} and is given ${version}`
      })
  })

const wanted = (folder: string, name: string): Readonly<Record<string, string>> => {
  const at = join(folder, "packages", name)
  if (!existsSync(at)) return {}
  const { dependencies, peerDependencies } = manifest(at)
  return { ...dependencies, ...peerDependencies }
}
