/** Two states of the packages beside each other: what is compared, and what is left behind. */
import { assert, describe, it } from "@effect/vitest"
import { execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { afterAll, beforeAll } from "vitest"
import { checkOut, mismatches } from "../src/compare/checkout.ts"
import { compare } from "../src/compare/main.ts"
import { choose, commit, git } from "../src/compare/revision.ts"
import { interval, judge } from "../src/compare/verdict.ts"

const project = resolve(import.meta.dirname, "../..")

/** A small repository with this one's sources, and two commits of its own: the second makes memory hits slower. */
let root: string
/** Where everything temporary of a comparison is made. */
let temporary: string

const save = (message: string) => {
  git(root, "add", "packages", "bench")
  git(root, "-c", "user.name=bench", "-c", "user.email=bench@localhost", "commit", "-qm", message)
}

const tier = () => join(root, "packages/core/src/MemoryTier.ts")

const edit = (change: (source: string) => string) => writeFileSync(tier(), change(readFileSync(tier(), "utf8")))

const filter = (source: string) => !/\/(?:node_modules|dist)$/.test(source)

/** Appended to the tier: each look at it takes some microseconds longer. */
const slower = `
const { peek } = MemoryTier.prototype
MemoryTier.prototype.peek = function(key) {
  let sum = 0
  for (let i = 0; i < 1000; i++) sum = (sum * 31 + i) % 1_000_003
  return sum < 0 ? undefined : peek.call(this, key)
}
`

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), "smart-cache-test-"))
  ;[root, temporary] = [join(folder, "root"), join(folder, "tmp")]
  execFileSync("mkdir", ["-p", root, temporary])
  for (const part of ["packages", "bench"]) cpSync(join(project, part), join(root, part), { recursive: true, filter })
  symlinkSync(join(project, "node_modules"), join(root, "node_modules"))
  symlinkSync(join(project, "packages/redis/node_modules"), join(root, "packages/redis/node_modules"))
  git(root, "init", "-q")
  writeFileSync(join(root, ".gitignore"), "node_modules\n")
  save("one")
  edit((source) => `${source}${slower}`)
  save("two")
}, 60_000)

afterAll(() => rmSync(resolve(root, ".."), { recursive: true, force: true }))

const inTemporary = async <A>(run: () => Promise<A>): Promise<A> => {
  const before = process.env["TMPDIR"]
  process.env["TMPDIR"] = temporary
  try {
    return await run()
  } finally {
    if (before === undefined) delete process.env["TMPDIR"]
    else process.env["TMPDIR"] = before
  }
}

describe("the verdict", () => {
  it("has the sign test's interval", () => {
    assert.deepStrictEqual(interval([9, 1, 8, 2, 7, 3, 6, 4, 5]), [2, 8])
    assert.deepStrictEqual(interval([3, 1, 2, 4, 6, 5]), [1, 6])
    assert.deepStrictEqual(interval([1, 2, 3, 4, 5]), [0, Infinity])
  })

  it("sees a difference where the interval leaves 1 out", () => {
    assert.strictEqual(judge([1.2, 1.3, 1.1, 1.2, 1.4, 1.2]).says, "slower")
    assert.strictEqual(judge([0.9, 0.8, 0.7, 0.9, 0.8, 0.9]).says, "faster")
    assert.strictEqual(judge([1.2, 1.3, 0.9, 1.2, 1.4, 1.2]).says, "no difference seen")
  })
})

describe("what is compared", () => {
  it("is the last commit and the one before it that touched the packages, or the working tree and the last", () => {
    assert.deepStrictEqual(choose(root, []).map(({ name }) => name.slice(-3)), ["one", "two"])
    assert.deepStrictEqual(choose(root, ["HEAD", "HEAD~1"]).map(({ name }) => name.slice(-3)), ["two", "one"])
    const source = readFileSync(tier(), "utf8")
    edit((source) => `${source}// changed\n`)
    const [old, present] = choose(root, [])
    writeFileSync(tier(), source)
    assert.deepStrictEqual([old.name.slice(-3), present._tag], ["two", "WorkingTree"])
    assert.throws(() => choose(root, ["nowhere"]), /there is no commit "nowhere"/)
  })

  it("finds its own packages and the installed rest", () => {
    const folder = join(temporary, "checkout")
    checkOut(root, folder, commit(root, "HEAD~1"))
    const link = (name: string) => realpathSync(join(folder, "node_modules", name))
    assert.strictEqual(link("@smart-cache/core"), realpathSync(join(folder, "packages/core")))
    assert.strictEqual(link("effect"), realpathSync(join(project, "node_modules/effect")))
    assert.notInclude(readFileSync(join(folder, "packages/core/src/MemoryTier.ts"), "utf8"), slower)
    assert.deepStrictEqual(mismatches(root, folder), [])
    const manifest = join(folder, "packages/core/package.json")
    writeFileSync(manifest, readFileSync(manifest, "utf8").replace("^11.5.3", "^10.0.0"))
    assert.match(mismatches(root, folder).join(), /core asks for lru-cache \^10\.0\.0 and is given 11\./)
    rmSync(folder, { recursive: true })
  })
})

describe("a comparison", () => {
  it(
    "sees a commit that makes a hit slow, and leaves nothing behind",
    { timeout: 300_000 },
    async () => {
      const comparison = await inTemporary(() =>
        compare({ root, revisions: choose(root, []), names: ["memory-hit"], pairs: 1 })
      )
      const [row] = comparison.rows
      assert.isAbove(row!.ratio, 2)
      assert.deepStrictEqual([row!.ratios.length, row!.says], [1, "no difference seen"])
      assert.deepStrictEqual(readdirSync(temporary), [])
    }
  )

  it("leaves nothing behind when it is interrupted", { timeout: 120_000 }, async () => {
    const child = spawn(
      process.execPath,
      ["--conditions=@smart-cache/source", join(root, "bench/src/main.ts"), "compare", "memory-hit"],
      { env: { ...process.env, TMPDIR: temporary }, stdio: ["ignore", "ignore", "pipe"] }
    )
    const exited = once(child, "exit")
    const comparing = new Promise<void>((resolve) => {
      child.stderr.on("data", (text) => String(text).includes("comparing") && resolve())
    })
    await Promise.race([comparing, exited])
    assert.strictEqual(readdirSync(temporary).length, 1)
    child.kill("SIGINT")
    const [code] = await exited
    assert.strictEqual(code, 130)
    assert.deepStrictEqual(readdirSync(temporary), [])
    assert.isFalse(existsSync(join(root, ".git/worktrees")))
  })
})
