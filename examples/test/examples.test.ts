import { assert, describe, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { single } from "../../packages/redis/test/servers/single.ts"
import { shared } from "../../packages/redis/test/support/shared.ts"

const directory = join(import.meta.dirname, "..")
const examples = readdirSync(directory).filter((name) => /^\d\d-.*\.ts$/.test(name))

const sourceOf = (name: string): string => readFileSync(join(directory, name), "utf8")

/** What an example says it prints: the comment after `// Output:`. */
const promised = (source: string): string =>
  source.slice(source.indexOf("// Output:\n") + "// Output:\n".length).replaceAll(/^\/\/ ?/gm, "")

const run = promisify(execFile)

const server = shared(single())

/** Where the examples' Redis is; a busy machine may take its time. */
const environment = () => ({
  ...process.env,
  REDIS_URL: server().url,
  REDIS_COMMAND_TIMEOUT: "5 seconds",
  SMART_CACHE_STORE_TIMEOUT: "5 seconds"
})

describe("examples", () => {
  it("are numbered without a gap", () => {
    assert.deepStrictEqual(
      examples.map((name) => Number(name.slice(0, 2))),
      examples.map((_, i) => i + 1)
    )
  })

  it.each(examples)("%s prints what it says", async (name) => {
    const { stdout } = await run(process.execPath, ["--conditions=@smart-cache/source", join(directory, name)], {
      env: environment()
    })
    assert.strictEqual(stdout, promised(sourceOf(name)))
  })

  it("the README shows the first one as it is", () => {
    const readme = readFileSync(join(directory, "..", "README.md"), "utf8")
    const source = sourceOf("01-first-cache.ts")
    assert.include(readme, source.slice(0, source.indexOf("\n// Output:")))
  })
})
