import { assert, describe, it } from "@effect/vitest"
import * as Baseline from "@smart-cache/lab/Baseline"
import * as Schema from "effect/Schema"

const Steps = Schema.Array(Schema.Struct({
  wait: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 40 })),
  key: Schema.Literals(["a", "b"]),
  probability: Schema.Literals([0.4, 0.405, 0.42])
}))

const ttl = 100
const computeMs = 15

interface Seen {
  readonly at: number
  readonly key: string
  readonly probability: number
}

/** Looks at all earlier reads of the key each time: the last that computed decides. */
const oracle = (reads: ReadonlyArray<Seen>) => {
  const outcomes: Array<Baseline.Outcome> = []
  let behind = 0
  for (const [index, read] of reads.entries()) {
    const computed = reads.findLast((each, earlier) =>
      earlier < index && each.key === read.key && outcomes[earlier] === "computed"
    )
    const age = computed === undefined ? Infinity : read.at - computed.at - computeMs
    outcomes.push(age >= ttl ? "computed" : age < 0 ? "waited" : "hit")
    if (age < ttl && Math.abs(read.probability - computed!.probability) > 0.01) behind++
  }
  return { outcomes, behind }
}

describe("Baseline", () => {
  it.prop("does what a search through all earlier reads says", [Steps], ([steps]) => {
    let at = 0
    const reads = steps.map(({ key, probability, wait }) => ({ at: at += wait, key, probability }))
    const baseline = Baseline.make({ ttl, computeMs })
    const expected = oracle(reads)
    assert.deepStrictEqual(reads.map((read) => baseline.read(read.at, read.key, read.probability)), expected.outcomes)
    const result = baseline.result()
    const of = (outcome: Baseline.Outcome): number => expected.outcomes.filter((each) => each === outcome).length
    assert.deepStrictEqual([result.reads, result.computes, result.waits, result.hits], [
      reads.length,
      of("computed"),
      of("waited"),
      of("hit")
    ])
    assert.strictEqual(result.edge_lost_pct, reads.length === 0 ? 0 : 100 * expected.behind / reads.length)
    assert.strictEqual(result.hit_rate_pct, reads.length === 0 ? 0 : 100 * of("hit") / reads.length)
  })

  it("keeps an entry for an hour after it was stored when nothing is said", () => {
    const baseline = Baseline.make({ computeMs: 4_200 })
    const outcomes = [0, 4_199, 4_200, 3_604_199, 3_604_200].map((at) => baseline.read(at, "k", 0.5))
    assert.deepStrictEqual(outcomes, ["computed", "waited", "hit", "hit", "computed"])
  })

  it("refuses durations that are none", () => {
    assert.throws(() => Baseline.make({ ttl: 0, computeMs: 1 }), /ttl must be positive, got 0/)
    assert.throws(() => Baseline.make({ computeMs: Number.NaN }), /computeMs must be 0 or more, got NaN/)
  })
})
