/** The command, as a shell sees it. */
import { assert, describe, it } from "@effect/vitest"
import { spawn } from "node:child_process"
import { mkdtempSync, readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const command = join(import.meta.dirname, "../src/bin/matchday.ts")

interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command in an empty folder; `chunks` is after how many pieces of output the reader leaves. */
const run = (args: ReadonlyArray<string>, chunks = Infinity): Promise<Outcome> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, ["--conditions=@smart-cache/source", command, ...args], {
      cwd: mkdtempSync(join(tmpdir(), "matchday-"))
    })
    const out: Array<string> = []
    const err: Array<string> = []
    child.stdout.on("data", (data) => {
      out.push(String(data))
      if (out.length >= chunks) child.stdout.destroy()
    })
    child.stderr.on("data", (data) => err.push(String(data)))
    child.on("close", (code) => resolve({ code, stdout: out.join(""), stderr: err.join("") }))
  })

describe("the matchday command", () => {
  it("prints one JSON object and nothing else with --json", async () => {
    const { code, stderr, stdout } = await run(["--json", "--reads", "300", "--seed", "7"])
    assert.deepStrictEqual([code, stderr], [0, ""])
    const result = JSON.parse(stdout) as Record<string, unknown>
    const keys =
      "fixtures requests computes strategies hit_rate_pct latency_ms events edge_lost_pct data seed decisions_sha256"
    assert.containsAllKeys(result, keys.split(" "))
    assert.deepStrictEqual([result["requests"], result["seed"]], [300, 7])
  })

  it("writes the picture where it is told to", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "matchday-")), "new", "day.svg")
    const { code, stdout } = await run(["--reads", "300", "--picture", file])
    assert.strictEqual(code, 0)
    assert.include(stdout, "How reads were answered")
    assert.match(readFileSync(file, "utf8"), /^<svg /)
  })

  it.each([
    [["--date", "2025-05-10"], /--date 2025-05-10 needs --data DIR/],
    [["--data", ".", "--date", "yesterday"], /a day as YYYY-MM-DD/],
    [["--data", "nowhere"], /cannot read nowhere\/fixtures\.csv/],
    [["--reads", "0"], /--reads/],
    [["--redis", "redis://127.0.0.1:1"], /cannot play on redis:\/\/127\.0\.0\.1:1: .*ECONNREFUSED.*; start a Redis/],
    [["--reads", "200", "--picture", `${command}/day.svg`], /choose another file with --picture/]
  ])("says what is wrong with %j, without a stack, and fails", async (args, message) => {
    const { code, stderr, stdout } = await run(args)
    assert.match(stdout + stderr, message)
    assert.notMatch(stdout + stderr, /\n {4}at /)
    assert.notStrictEqual(code, 0)
  })

  it("takes a reader that leaves for no failure", async () => {
    const { code, stderr } = await run(["--reads", "3000"], 1)
    assert.deepStrictEqual([code, stderr], [0, ""])
  })
})
