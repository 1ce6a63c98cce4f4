/** Which two states are compared. */
import { execFileSync } from "node:child_process"

/** A commit, or what lies in the working tree. */
export type Revision =
  | { readonly _tag: "Commit"; readonly id: string; readonly name: string }
  | { readonly _tag: "WorkingTree"; readonly name: string }

export const git = (root: string, ...args: ReadonlyArray<string>): string =>
  execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim()

/** The commit that somebody names; throws when there is none. */
export const commit = (root: string, name: string): Revision => {
  try {
    const id = git(root, "rev-parse", "--verify", "--quiet", `${name}^{commit}`)
    return { _tag: "Commit", id, name: git(root, "log", "-1", "--format=%h %s", id) }
  } catch {
    throw new RangeError(`bench: there is no commit "${name}"`)
  }
}

const isDirty = (root: string): boolean => git(root, "status", "--porcelain", "--", "packages") !== ""

/** The last commits that touched what is measured. */
const touching = (root: string): ReadonlyArray<string> =>
  git(root, "log", "-2", "--format=%H", "--", "packages").split("\n")

/**
 * The older and the newer state: the newer one is the working tree when `packages/` was changed since the last commit, else
 * that commit; the older one is the last commit before it that touched `packages/`.
 */
export const choose = (
  root: string,
  [older, newer]: ReadonlyArray<string>
): readonly [old: Revision, new: Revision] => {
  const dirty = isDirty(root)
  const present: Revision = dirty ? { _tag: "WorkingTree", name: "the working tree" } : commit(root, "HEAD")
  const [last = "HEAD", before = last] = touching(root)
  return [
    commit(root, older ?? (dirty ? last : before)),
    newer === undefined ? present : commit(root, newer)
  ]
}
