/**
 * Every `@example` of the public docstrings is type-checked and run; a line that ends in
 * `// value` must have that value.
 */
import { assert, describe, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"

const root = join(import.meta.dirname, "..", "..")
const core = join(root, "packages", "core", "src")
const out = join(root, "examples", "dist", "docs")
const modules = readdirSync(core).filter((name) => /^[A-Z]\w+\.ts$/.test(name)).map((name) => name.slice(0, -3))
const run = promisify(execFile)

const snippetsOf = (source: string): ReadonlyArray<string> =>
  Array.from(source.matchAll(/@example\n \* ```ts\n([\s\S]*?) \* ```/g), ([, body]) => body!.replaceAll(/^ \* ?/gm, ""))

/** `expression // value` becomes an assertion; everything else stays as it is. */
const asserted = (line: string): string => {
  const [, expression, value] = /^([^\s{}].*?) \/\/ (.+)$/.exec(line) ?? []
  return value === undefined ? line : `assert.deepStrictEqual<unknown>(${expression}, ${value})`
}

const prelude = [
  `import assert from "node:assert"`,
  `import { Effect, Layer, Schema } from "effect"`,
  `import { PrometheusMetrics } from "effect/observability"`,
  ...modules.map((name) => `import * as ${name} from "@smart-cache/core/${name}"`),
  `const fetchPrice = (sku: string) => Effect.succeed({ cents: sku.length })`,
  `const program: Effect.Effect<void, never, SmartCache.SmartCache> = Effect.void`,
  `const rules: Decision.Rules = { policy: TtlPolicy.fixed(1), enabled: true, beta: 1, staleFactor: 1, failSafe: 0, warningTtl: 1 }`,
  `const cache = await Effect.runPromise(Effect.provide(Effect.service(SmartCache.SmartCache), SmartCache.layer()))`
]

const program = (snippets: ReadonlyArray<string>): string =>
  [...prelude, ...snippets.map((snippet) => `{\n${snippet.split("\n").map(asserted).join("\n")}}`)].join("\n")

const config = {
  extends: "../../../tsconfig.base.json",
  compilerOptions: {
    composite: false,
    incremental: false,
    noEmit: true,
    noUnusedLocals: false,
    types: ["node"]
  },
  include: ["*.ts"]
}

describe("the examples in the docstrings", () => {
  it("type-check, run, and have the values that they show", async () => {
    const snippets = modules.flatMap((name) => snippetsOf(readFileSync(join(core, `${name}.ts`), "utf8")))
    assert.isAtLeast(snippets.length, 9)
    mkdirSync(out, { recursive: true })
    writeFileSync(join(out, "docs.ts"), program(snippets))
    writeFileSync(join(out, "tsconfig.json"), JSON.stringify(config))
    const types = await run(join(root, "node_modules", ".bin", "tsc"), ["-p", out]).catch((error) => error)
    assert.strictEqual(types.stdout, "")
    await run(process.execPath, ["--conditions=@smart-cache/source", join(out, "docs.ts")])
  })
})
