/** Profiles of a workload that is known: what it does most is what they show. */
import { assert, describe, it } from "@effect/vitest"
import { chosen, main, profile } from "../src/profile/main.ts"
import { tally } from "../src/profile/tally.ts"
import { workloads } from "./support/known.ts"

const registry = new URL("support/known.ts", import.meta.url).href

// V8 may count what it has inlined for the function around it: `round`.
const subject = "smart-cache, known"

describe("a profile", () => {
  it("of time: the function that spins has most of it", { timeout: 120_000 }, async () => {
    const { workload } = await workloads["known"]!()
    const { file, functions, rounds, total } = await profile(registry, workload, subject, "cpu")
    assert.match(functions[0]!.name, /^(?:spin|round) bench\/test\/support\/known\.ts:\d+$/)
    assert.isAbove(functions[0]!.share, 0.5)
    assert.isAbove(rounds, 1)
    assert.isAbove(total, 0)
    assert.property(JSON.parse(file.text), "timeDeltas")
  })

  it("of bytes: also those that were collected, by the read", { timeout: 120_000 }, async () => {
    const { workload } = await workloads["known"]!()
    const { each, functions, total } = await profile(registry, workload, subject, "heap")
    assert.match(functions[0]!.name, /^(?:waste|round) bench\/test\/support\/known\.ts:\d+$/)
    // 250 objects of two numbers and the list that holds them.
    assert.isAbove(total / each!.times, 5000)
    assert.isBelow(total / each!.times, 20_000)
  })
})

describe("who is profiled", () => {
  it("is this cache by all its names, or who was named; and somebody", async () => {
    const { workload } = await workloads["known"]!()
    assert.deepStrictEqual(chosen(workload, undefined), [subject])
    assert.throws(() => chosen(workload, "another"), /has no subject "another"; there are smart-cache, known/)
    const error: unknown = await main(["decisions"]).catch((error: unknown) => error)
    assert.match(String(error), /no subject of decisions is called smart-cache: name one by --subject of \w/)
  })
})

const at = (functionName: string, url: string, self: number) => ({
  frame: { functionName, url, lineNumber: 6 },
  self
})

describe("a tally", () => {
  it("says whose a function is", () => {
    const { functions, owners, total } = tally([
      at("a", "file:///p/packages/core/src/x.ts", 3),
      at("a", "file:///p/packages/core/src/x.ts", 2),
      at("", "/p/node_modules/@scope/lib/y.js", 4),
      at("(idle)", "", 9),
      at("(garbage collector)", "", 1)
    ], "/p/")
    assert.strictEqual(total, 10)
    assert.deepStrictEqual(functions, [
      { name: "a packages/core/src/x.ts:7", self: 5, share: 0.5 },
      { name: "(anonymous) @scope/lib/y.js:7", self: 4, share: 0.4 },
      { name: "(garbage collector)", self: 1, share: 0.1 }
    ])
    assert.deepStrictEqual(owners.map(({ name }) => name), ["packages/core", "@scope/lib", "(garbage collector)"])
  })
})
