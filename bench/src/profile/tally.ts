/** Profiles, added up by function and by whose function it is. */
import { fileURLToPath } from "node:url"

/** Where V8 says that something happened. */
export interface Frame {
  readonly functionName: string
  readonly url: string
  /** From 0. */
  readonly lineNumber: number
}

/** Time or bytes of one function itself, without what it calls. */
export interface Cost {
  readonly frame: Frame
  readonly self: number
}

/** A function, or a package, and its share of all. */
export interface Item {
  readonly name: string
  /** Microseconds, or bytes. */
  readonly self: number
  readonly share: number
}

export interface Tally {
  readonly total: number
  readonly owners: ReadonlyArray<Item>
  readonly functions: ReadonlyArray<Item>
}

const installed = /^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(.*)$/

/** A file by its package, or by its place in the project. */
const fileOf = (url: string, root: string): { readonly owner: string; readonly path: string } => {
  // What was required has a path where what was imported has a URL.
  const path = url.startsWith("file:") ? fileURLToPath(url) : url
  if (!path.startsWith("/")) return { owner: path === "" ? "V8" : "node", path }
  const [, name, inside] = installed.exec(path) ?? []
  if (name !== undefined) return { owner: name, path: `${name}/${inside}` }
  const own = path.startsWith(root) ? path.slice(root.length) : path
  return { owner: own.split("/").slice(0, own.startsWith("packages/") ? 2 : 1).join("/"), path: own }
}

const nameOf = ({ functionName, lineNumber, url }: Frame, root: string): string => {
  const { path } = fileOf(url, root)
  return path === "" ? functionName : `${functionName === "" ? "(anonymous)" : functionName} ${path}:${lineNumber + 1}`
}

const sums = (costs: ReadonlyArray<Cost>, total: number, by: (frame: Frame) => string): ReadonlyArray<Item> => {
  const self = new Map<string, number>()
  for (const cost of costs) self.set(by(cost.frame), (self.get(by(cost.frame)) ?? 0) + cost.self)
  return Array.from(self, ([name, self]) => ({ name, self, share: self / total })).toSorted((a, b) => b.self - a.self)
}

/** Neither work nor the work of whoever is measured. */
const besides = ({ functionName, url }: Frame): boolean =>
  functionName === "(idle)" || url.startsWith("node:inspector") || url.startsWith("node:internal/inspector")

/** `root` is the project's folder, with a slash at its end. */
export const tally = (costs: ReadonlyArray<Cost>, root: string): Tally => {
  const busy = costs.filter(({ frame, self }) => self > 0 && !besides(frame))
  const total = busy.reduce((sum, { self }) => sum + self, 0)
  return {
    total,
    owners: sums(
      busy,
      total,
      ({ functionName, url }) => functionName === "(garbage collector)" ? functionName : fileOf(url, root).owner
    ),
    functions: sums(busy, total, (frame) => nameOf(frame, root))
  }
}
