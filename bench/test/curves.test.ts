/** Curves: laws judged on rows that are made up, and every curve's smallest points measured once. */
import { assert, describe, it } from "@effect/vitest"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { picture } from "../src/curves/chart.ts"
import type { Curve, Law } from "../src/curves/curve.ts"
import { workloads } from "../src/curves/index.ts"
import { exponent, sentence, verdicts } from "../src/curves/laws.ts"
import { measure } from "../src/curves/main.ts"
import * as Table from "../src/curves/table.ts"
import { writePage } from "../src/frame/chartPage.ts"
import type { Row } from "../src/frame/figures.ts"

const row = (measure: string, size: number, median: number): Row => ({
  subject: String(size),
  measure,
  median,
  quartiles: [median, median],
  min: median,
  max: median,
  ratio: 1,
  best: 1
})

const sizes = [100, 1000, 10_000]

const judged = (
  law: Omit<Law, "measure" | "why">,
  of: (size: number) => number,
  by: (size: number) => number = () => 1
) =>
  verdicts(
    { laws: [{ ...law, measure: "cost", why: "" }] },
    sizes.flatMap((size) => [row("cost", size, of(size)), row("floor", size, by(size))])
  )[0]!

describe("the laws of curves", () => {
  it("take the exponent of a power law, and leave a size of zero out", () => {
    assert.approximately(exponent([[0, 5], [1, 3], [10, 30], [100, 300]]), 1, 1e-12)
    assert.approximately(exponent([[1, 7], [10, 7], [100, 7]]), 0, 1e-12)
  })

  it("tell flat from what grows", () => {
    assert.isTrue(judged({ growth: "flat" }, () => 50).holds)
    assert.isTrue(judged({ growth: "flat" }, (size) => 50 * size ** 0.05).holds)
    const grows = judged({ growth: "flat" }, (size) => size ** 0.3)
    assert.isFalse(grows.holds)
    assert.approximately(grows.grown, 100 ** 0.3, 1e-9)
    assert.strictEqual(grows.sizes, 100)
  })

  it("tell linear from what grows faster", () => {
    assert.isTrue(judged({ growth: "linear" }, (size) => 100 + size).holds)
    assert.isFalse(judged({ growth: "linear" }, (size) => size ** 1.5).holds)
  })

  it("tell a throughput that stays from one that falls", () => {
    assert.isTrue(judged({ growth: "level" }, (size) => size).holds)
    assert.isFalse(judged({ growth: "level" }, (size) => 1 / size).holds)
  })

  it("judge a ratio where one is asked for", () => {
    assert.isFalse(judged({ growth: "flat" }, (size) => size, (size) => size).holds)
    assert.isTrue(judged({ growth: "flat", over: "floor" }, (size) => size, (size) => size).holds)
  })

  it("take one for one in each round", () => {
    assert.isTrue(judged({ growth: "one" }, () => 1).holds)
    assert.isFalse(judged({ growth: "one" }, () => 2).holds)
    assert.isFalse(
      verdicts({ laws: [{ measure: "cost", growth: "one", why: "" }] }, [
        row("cost", 1, 1),
        { ...row("cost", 10, 1), max: 2 }
      ])[0]!.holds
    )
  })
})

const drawn = async (curve: Curve) => {
  const dir = mkdtempSync(join(tmpdir(), "curves-"))
  try {
    const rows = curve.measures.flatMap(({ name }) => curve.sizes.map((size) => row(name, size, size + 1)))
    const path = writePage(dir, "curves", "Curves", [picture(curve, rows, ["a < b"])])
    assert.isTrue(existsSync(join(dir, `curves-${curve.name}.svg`)))
    return readFileSync(path, "utf8")
  } finally {
    rmSync(dir, { recursive: true })
  }
}

describe("curves", () => {
  it("have a law for what theory speaks of, on measures that there are", async () => {
    for (const [name, load] of Object.entries(workloads)) {
      const { workload } = await load()
      assert.strictEqual(workload.name, name)
      assert.isAbove(workload.laws.length, 0)
      const measures = workload.measures.map(({ name }) => name)
      for (const { measure, over = measure } of workload.laws) assert.includeMembers(measures, [measure, over])
      assert.includeMembers([...workload.sizes], [...workload.few])
    }
  })

  it("are drawn without a browser", async () => {
    for (const load of Object.values(workloads)) {
      const { workload } = await load()
      const page = await drawn(workload)
      assert.match(page, /<svg/)
      assert.include(page, "a &lt; b")
      assert.notInclude(page, "NaN")
    }
  })

  it("measure a point in a process of its own, check its values and say what came of it", async () => {
    const one = await measure("tags", "few", 2)
    assert.deepStrictEqual([...new Set(one.rows.map(({ subject }) => subject))], ["1", "4", "32"])
    for (const { median } of one.rows) assert.isAbove(median, 0)
    assert.match(Table.terminal(one.curve, 2, one.rows), /first hit after an invalidation/)
    assert.match(sentence(one.curve, one.verdicts[0]!), /hit, flat: .* × over 32 × the tags/)
  }, 240_000)
})
