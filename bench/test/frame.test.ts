/** How figures come about, and that nothing wrong gets any: real processes of made subjects. */
import { assert, describe, it } from "@effect/vitest"
import { fork } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { bench, type Wanted } from "../src/frame/bench.ts"
import { median, quantile, rows } from "../src/frame/figures.ts"
import { Refused } from "../src/frame/process.ts"
import type { Start } from "../src/frame/protocol.ts"
import { order, race, type Result } from "../src/frame/race.ts"
import { quantity, sentence, terminal } from "../src/frame/table.ts"
import { judge } from "../src/frame/targets.ts"
import type { Measure } from "../src/frame/workload.ts"
import { workloads as real } from "../src/workloads/index.ts"
import { workloads } from "./made/index.ts"

const registry = new URL("made/index.ts", import.meta.url).href

const patience = 60_000

const run = async (name: string, rounds = 3, patienceMs = patience): Promise<Result> => {
  const { workload } = await workloads[name]!()
  return race({
    registry,
    workload,
    subjects: Object.keys(workload.subjects),
    rounds,
    redis: { url: "", prepare: async () => {}, stop: () => {} },
    patience: patienceMs
  })
}

const refusal = async (name: string, patienceMs?: number): Promise<Refused> => {
  const error: unknown = await run(name, 1, patienceMs).then(() => assert.fail("there are figures"), (error) => error)
  if (error instanceof Refused) return error
  throw error
}

describe("figures", () => {
  it("have medians and quartiles between ranks", () => {
    assert.strictEqual(median([9, 1, 5]), 5)
    assert.strictEqual(median([4, 1, 3, 2]), 2.5)
    assert.strictEqual(quantile([0, 10, 20, 30, 40], 0.25), 10)
    assert.strictEqual(quantile([7], 0.99), 7)
  })

  it("have ratios to the base of the medians and of the best rounds", () => {
    const measures: ReadonlyArray<Measure> = [
      { name: "wait", unit: "ns", better: "less" },
      { name: "speed", unit: "per second", better: "more" },
      { name: "lost", unit: "count", better: "less" }
    ]
    const rounds = new Map([
      ["base", [{ wait: 10, speed: 4, lost: 0 }, { wait: 20, speed: 8, lost: 0 }, { wait: 90, speed: 6, lost: 0 }]],
      ["other", [{ wait: 40, speed: 1, lost: 2 }, { wait: 30, speed: 3, lost: 0 }, { wait: 50, speed: 2, lost: 1 }]]
    ])
    const of = rows({ base: "base", measures }, rounds).filter(({ subject }) => subject === "other")
    assert.deepStrictEqual(of.map(({ measure, median, ratio, best }) => [measure, median, ratio, best]), [
      ["wait", 40, 2, 3],
      ["speed", 2, 1 / 3, 3 / 8],
      ["lost", 1, undefined, undefined]
    ])
    assert.deepStrictEqual(of[0]!.quartiles, [35, 45])
  })

  it("are held against targets: less or more is better, alone or beside another", () => {
    const measures: ReadonlyArray<Measure> = [
      { name: "wait", unit: "ns", better: "less" },
      { name: "speed", unit: "per second", better: "more" }
    ]
    const all = rows(
      { base: "base", measures },
      new Map([["base", [{ wait: 100, speed: 10 }]], ["own", [{ wait: 65, speed: 11 }]]])
    )
    const target = { subject: "own", says: "" }
    const verdicts = judge({
      measures,
      targets: [
        { ...target, measure: "wait", times: 0.65, of: "base" },
        { ...target, measure: "wait", limit: 64 },
        { ...target, measure: "speed", times: 1.2, of: "base" },
        { ...target, measure: "speed", limit: 11 },
        { ...target, measure: "speed", times: 1, of: "nobody who took part" }
      ]
    }, all)
    assert.deepStrictEqual(verdicts.map(({ met }) => met), [true, false, false, true])
    assert.deepStrictEqual(verdicts.map(({ figure, limit }) => [figure, limit]), [
      [0.65, 0.65],
      [65, 64],
      [1.1, 1.2],
      [11, 11]
    ])
  })

  it("have counts that keep their limit in every round, and ratios of medians", () => {
    const measures = [{ name: "computes", unit: "count", better: "less" }] as const
    const all = rows(
      { base: "base", measures },
      new Map(
        Object.entries({ base: [1, 1, 1], own: [1, 1, 2] }).map(([subject, computes]) =>
          [subject, computes.map((computes) => ({ computes }))] as const
        )
      )
    )
    const target = { subject: "own", measure: "computes", says: "one" }
    const verdicts = judge({ measures, targets: [{ ...target, limit: 1 }, { ...target, times: 1, of: "base" }] }, all)
    assert.deepStrictEqual(verdicts.map(({ figure, met }) => [figure, met]), [[2, false], [1, true]])
    assert.deepStrictEqual(verdicts.map(sentence(measures)), [
      "✗ MISSED one: own 2 (≤ 1 in every round)",
      "✓ met    one: own 1 × base (≤ 1 × base)"
    ])
  })

  it("are said in a unit that is short", () => {
    assert.deepStrictEqual(
      [quantity(248.4, "ns"), quantity(5070, "ns"), quantity(23_310_998, "µs"), quantity(124_000, "per second")],
      ["248 ns", "5.07 µs", "23,311 ms", "124,000/s"]
    )
    assert.deepStrictEqual([quantity(0, "count"), quantity(0.25, "ms"), quantity(2048, "bytes")], [
      "0",
      "0.250 ms",
      "2,048 bytes"
    ])
  })
})

describe("a race", () => {
  it("rotates who begins", () => {
    assert.deepStrictEqual([0, 1, 2, 3].map((round) => order(["a", "b", "c"], round).join("")), [
      "abc",
      "bca",
      "cab",
      "abc"
    ])
  })

  it("has one process a subject, one at work at a time, and leaves none", async () => {
    const { rows } = await run("turns", 1)
    const of = (subject: string, measure: string) =>
      rows.find((row) => row.subject === subject && row.measure === measure)!.median
    const turns = ["a", "b", "c"].map((name) => [of(name, "from"), of(name, "to")] as const)
    assert.deepStrictEqual(turns.flat(), turns.flat().toSorted((a, b) => a - b))
    const pids = ["a", "b", "c"].map((name) => of(name, "pid"))
    assert.strictEqual(new Set([...pids, process.pid]).size, 4)
    for (const pid of pids) assert.throws(() => process.kill(pid, 0), "ESRCH")
  })

  it.each([
    ["wrong-value", "a wrong value for 7"],
    ["no-number", "its count is NaN"],
    ["another-measure", "it measured more"],
    ["throws-in-start", "set up wrongly"],
    ["throws-beside", "an error of its own"],
    ["throws-afterwards", "an error once it was done"],
    ["throws-in-stop", "an error at its end"],
    ["dies-in-stop", "its process ended with 4"],
    ["says-nothing", "its count is undefined"],
    ["dies", "its process ended with 3"]
  ])("has no figures when a subject is %s", async (name, why) => {
    const { message, subject } = await refusal(name)
    assert.strictEqual(subject, "bad")
    assert.include(message, why)
  })

  it.each(["hangs", "blocks"])("does not wait for ever for a subject that %s", async (name) => {
    const { subject, why } = await refusal(name, 4000)
    assert.strictEqual(subject, "bad")
    assert.strictEqual(why, "it said nothing for 4000 ms")
  })

  it("has subjects that end when their parent is gone", async () => {
    const start: Start = { registry, workload: "figures", subject: "base", redis: "" }
    const child = fork(
      fileURLToPath(new URL("../src/frame/subject.ts", import.meta.url)),
      [JSON.stringify(start)],
      { execArgv: ["--conditions=@smart-cache/source"] }
    )
    const ended = once(child, "exit")
    assert.deepStrictEqual(await once(child, "message").then(([report]) => report), { _tag: "Ready" })
    child.disconnect()
    assert.deepStrictEqual(await ended, [0, null])
  })
})

const all = async (wanted: Pick<Wanted, "names" | "format" | "chart"> & Partial<Wanted>) => {
  const figures: Array<string> = []
  const news: Array<string> = []
  const refused = await bench(
    { registry, workloads, subjects: undefined, rounds: 3, patience, ...wanted },
    { figures: (text) => figures.push(text), news: (text) => news.push(text) }
  )
  return { figures, news: news.join("\n"), refused }
}

describe("every workload", () => {
  it.each(Object.keys(real))("%s compares and asks for what it has", async (name) => {
    const { workload } = await real[name]!()
    const measures = workload.measures.map((measure) => measure.name)
    const subjects = Object.keys(workload.subjects)
    assert.strictEqual(workload.name, name)
    assert.isAtLeast(workload.rounds, 5)
    assert.include(subjects, workload.base)
    assert.strictEqual(new Set(measures).size, measures.length)
    for (const target of workload.targets) {
      assert.include(measures, target.measure)
      assert.includeMembers(subjects, "of" in target ? [target.subject, target.of] : [target.subject])
    }
  })
})

describe("the bench", () => {
  it("prints nothing of a workload with a wrong value, says why, and goes on", async () => {
    const names = ["wrong-value", "figures"]
    const { figures, news, refused } = await all({ names, format: "json", chart: undefined })
    assert.deepStrictEqual(refused, ["wrong-value"])
    assert.include(news, "no figures for wrong-value, because of bad: Error: a wrong value for 7")
    assert.strictEqual(figures.length, 1)
    const { bench, rows, rounds, targets } = JSON.parse(figures[0]!)
    assert.deepStrictEqual([bench, rounds], ["figures", 3])
    assert.deepInclude(rows[1], { subject: "smart-cache", measure: "count", median: 2, ratio: 0.5 })
    assert.deepStrictEqual(targets.map(({ met }: { readonly met: boolean }) => met), [true, false])
  })

  it("has a table, its targets below it, and a picture of them", async () => {
    const dir = mkdtempSync(join(tmpdir(), "smart-cache-bench-"))
    try {
      const { figures, refused } = await all({ names: ["figures"], format: "table", chart: dir })
      assert.deepStrictEqual(refused, [])
      assert.include(figures[0], "✓ met    half: smart-cache 0.500 × base (≤ 0.500 × base)")
      assert.include(figures[0], "✗ MISSED fast: smart-cache 150/s (≥ 200/s)")
      assert.match(readFileSync(join(dir, "bench-figures.svg"), "utf8"), /^<svg .*smart-cache/s)
      assert.include(readFileSync(join(dir, "bench.html"), "utf8"), "MISSED fast: smart-cache 150/s")
    } finally {
      rmSync(dir, { recursive: true })
    }
  })

  it("leaves out those who were not asked for, but never the base", async () => {
    const asked = { names: ["figures"], subjects: ["smart-cache"], chart: undefined }
    const { figures } = await all({ ...asked, format: "json" })
    const subjects = JSON.parse(figures[0]!).rows.map(({ subject }: { readonly subject: string }) => subject)
    assert.deepStrictEqual(subjects, ["base", "smart-cache", "base", "smart-cache"])
    const { workload } = await workloads["figures"]!()
    assert.notInclude(terminal(workload, 1, { rows: [], targets: [] }), "MISSED")
  })
})
