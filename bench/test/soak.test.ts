/** The soak in a few seconds: what it reports, and that it finds what is wrong; never how fast it was. */
import { assert, describe, it } from "@effect/vitest"
import { growth } from "../src/soak/heap.ts"
import { measure } from "../src/soak/main.ts"
import { targets, terminal } from "../src/soak/report.ts"

const short = { seconds: 5, rate: 500, replicaLagMs: 0 }

const samples = (heap: ReadonlyArray<number>) => heap.map((heap, at) => ({ at, heap }))

describe("the soak", () => {
  it("answers every read with what its source has, whatever happens meanwhile", async () => {
    const report = await measure(short)
    assert.strictEqual(report.problem, undefined)
    assert.strictEqual(report.wrong + report.failed + report.unanswered, 0)
    const { bypass, compute, serve_fresh, serve_stale } = report.byStrategy
    const answered = bypass.count + compute.count + serve_fresh.count + serve_stale.count
    assert.isAtLeast(answered, report.hits.count)
    assert.isAbove(report.hits.count, 0)
    assert.strictEqual(report.hits.count, report.hitsFromDue.count)
    assert.isAbove(report.computes, 0)
    assert.isAbove(report.disturbances.drops + report.disturbances.events + report.disturbances.sets, 0)
    assert.isAbove(report.heap.length, 0)
    const judged = targets(report, short)
    assert.deepStrictEqual(judged.filter(({ says }) => says.startsWith("no ")).map(({ met }) => met), [true, true])
    assert.include(terminal(report, short), "no wrong value: 0")
    const none = { ...report, hits: { ...report.hits, count: 0 }, stampedes: { ...report.stampedes, count: 0 } }
    const missed = targets(none, short).filter(({ met }) => !met).map(({ says }) => says)
    assert.includeMembers(missed, ["P99 of hits < 1 ms", "one compute a stampede"])
  }, 240_000)

  it("finds values that are older than their invalidation", async () => {
    const report = await measure({ ...short, replicaLagMs: 2000 })
    assert.isAbove(report.wrong, 0)
    assert.match(report.problem ?? "", /was given version \d+ after version \d+/)
    assert.isFalse(targets(report, short).find(({ says }) => says === "no wrong value")!.met)
  }, 240_000)

  it("says of a heap by how much its last third exceeds its first", () => {
    assert.strictEqual(growth(samples([10, 10, 99, 10, 10, 10])), 0)
    assert.approximately(growth(samples([10, 10, 10, 11, 12, 12, 12, 12, 12])), 0.2, 1e-12)
  })
})
