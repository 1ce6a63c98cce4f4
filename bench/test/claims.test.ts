/** The claims that need neither a quiet machine nor minutes, in small: they find what they find every time. */
import { assert, describe, it } from "@effect/vitest"
import * as ClosedForms from "../src/claims/closedForms.ts"
import * as Day from "../src/claims/day.ts"
import * as Density from "../src/claims/density.ts"
import * as Events from "../src/claims/events.ts"
import type { Finding } from "../src/claims/finding.ts"
import { type Asked, LoadReads, type Value } from "../src/claims/loadReads.ts"
import * as Stampede from "../src/claims/stampede.ts"
import * as Table from "../src/claims/table.ts"
import * as XFetch from "../src/claims/xfetch.ts"

const verdicts = (findings: ReadonlyArray<Finding>) => findings.map(({ claim, verdict }) => `${claim}: ${verdict}`)

describe("the claims", () => {
  it("say that rain has 39.4 % computed again, and eleven events on average more than was asked", async () => {
    const [finding] = await Events.run()
    assert.approximately(finding!.figures["weather_rain"]!, 39.394, 0.001)
    assert.approximately(finding!.figures["mean"]!, 49.036, 0.001)
    assert.strictEqual(finding!.verdict, "corrected")
  })

  it("find X-Fetch's closed forms in simulations, the same each time", async () => {
    const size = { reads: 20_000, cycles: 100 }
    const findings = await XFetch.run(size)
    assert.strictEqual(findings.length, 20)
    assert.deepStrictEqual(verdicts(findings).filter((each) => !each.endsWith("holds")), [])
    assert.deepStrictEqual(await XFetch.run(size), findings)
  })

  it("count one compute for a hundred readers in one process", async () => {
    const finding = await Stampede.inOneProcess({ rounds: 2, computeMs: 20 })
    assert.deepStrictEqual(finding.figures, { most: 1, stampedes: 2 })
  })

  it("find a steady state that is fresher the denser it is read, the same each time", async () => {
    const size = { densities: [0.3, 9, 100], reads: 1000 }
    const [finding] = await Density.run(size)
    const fresh = size.densities.map((density) => finding!.figures[`serve_fresh_pct@${density}`]!)
    assert.deepStrictEqual(fresh, fresh.toSorted((a, b) => a - b))
    assert.approximately(fresh[1]!, 90, 3)
    assert.strictEqual(finding!.figures["compute_pct@100"], 0)
    assert.isAbove(finding!.figures["compute_pct@0.3"]!, 1)
    assert.deepStrictEqual(await Density.run(size), [finding!])
  })

  it("take the day's figures from the day", async () => {
    const findings = await Day.run({ reads: [2000] })
    const figures = Object.assign({}, ...findings.map((finding) => finding.figures)) as Record<string, number>
    const shares = ["serve_fresh", "serve_stale", "compute", "bypass"].map((each) => figures[`${each}_pct@2000`]!)
    assert.approximately(shares.reduce((sum, share) => sum + share, 0), 100, 1e-9)
    assert.approximately(figures["hit_rate_pct@2000"]!, shares[0]! + shares[1]!, 1e-9)
    assert.approximately(figures["waiting_pct@2000"]!, shares[2]! + shares[3]!, 1e-9)
    assert.isAbove(figures["stale_within_50_ms_pct@2000"]!, 0)
    assert.isBelow(figures["stale_within_50_ms_pct@2000"]!, 100)
  })
})

describe("the closed forms", () => {
  it("have the values of their tables", () => {
    assert.approximately(ClosedForms.early(0.1 / 0.8), 0.8825, 0.0001)
    assert.approximately(ClosedForms.none(1, 10), 0.3679, 0.0001)
    for (const [kappa, mean] of [[1, 0.797], [10, 2.88], [100, 5.18], [1000, 7.49]] as const) {
      assert.approximately(ClosedForms.meanGap(kappa), mean, 0.01)
    }
    assert.approximately(ClosedForms.gapDeviation, 1.2825, 0.0001)
    assert.approximately(ClosedForms.stampede(4), 54.6, 0.01)
    assert.strictEqual(ClosedForms.stampedeQuantile(1, 0.99), 11)
    assert.strictEqual(ClosedForms.naive(1000, 1), 1001)
  })
})

/** A read is answered five milliseconds after it was due. */
const answer = (reads: LoadReads, asked: Asked, value: Value) =>
  reads.settle(
    asked,
    { _tag: "Success", value: { value, metadata: { strategy: "compute" } } } as never,
    asked.due + 5
  )

describe("a load", () => {
  it("counts the computes and the readers of a stampede", () => {
    const reads = new LoadReads(2)
    reads.end(reads.begin(0).id)
    reads.invalidated(0)
    const asked = [reads.ask(0, 10), reads.ask(0, 11)]
    const value = reads.begin(0)
    reads.begin(0)
    for (const each of asked) answer(reads, each, value)
    assert.isUndefined(reads.problem)
    const { all, mostComputes, mostReaders, stampedes } = reads.result()
    assert.deepStrictEqual([stampedes, mostComputes, mostReaders, reads.together, all.p95], [1, 2, 2, 2, 5])
  })

  it("notices a value that is older than an invalidation, and one of another key", () => {
    const old = new LoadReads(2)
    const before = old.begin(0)
    old.invalidated(0)
    answer(old, old.ask(0, 0), before)
    assert.match(String(old.problem), /older than its invalidation/)
    const other = new LoadReads(2)
    answer(other, other.ask(0, 0), other.begin(1))
    assert.match(String(other.problem), /was given the value of 1/)
  })
})

describe("the table", () => {
  const finding: Finding = {
    claim: "a | b",
    method: "by hand",
    asked: "1",
    measured: "2",
    verdict: "corrected",
    why: "it is 2",
    figures: {}
  }

  it("says everything in a terminal, and escapes in Markdown", () => {
    const text = Table.terminal([finding])
    for (const part of ["a | b", "by hand", "corrected", "↳ it is 2"]) assert.include(text, part)
    assert.include(Table.markdown([finding]), "| a \\| b | by hand | 1 | 2 | corrected: it is 2 |")
  })
})
