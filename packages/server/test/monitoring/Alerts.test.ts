import { assert, describe, it } from "@effect/vitest"
import * as CacheCatalogue from "@smart-cache/core/CacheCatalogue"
import * as Alerts from "../../src/monitoring/Alerts.ts"
import { thresholds } from "../../src/monitoring/Thresholds.ts"

const ruleOf = (alert: string, options?: Alerts.Options): Alerts.Rule => {
  const rule = Alerts.rules(options).find((each) => each.alert === alert)
  if (rule === undefined) throw new Error(`no rule ${alert}`)
  return rule
}

/** As the expressions have them. */
const asBounds = (pairs: ReadonlyArray<readonly [number, number]>) => pairs.map((pair) => pair.map(String))

describe("alert rules", () => {
  it("each say what is wrong, for whom, and what to do", () => {
    const rules = Alerts.rules()
    assert.lengthOf(new Set(rules.map(({ alert }) => alert)), rules.length)
    for (const { alert, annotations, labels } of rules) {
      assert.match(alert, /^SmartCache[A-Z]\w+$/)
      assert.include(["warning", "critical"], labels.severity)
      assert.match(annotations.description, /\{\{ \$labels\.job \}\}/)
      assert.match(annotations.summary, /^[A-Z][^{.]+[^.]$/, "one short line without templates")
      assert.match(annotations.runbook, /^[A-Z].*\.$/)
    }
  })

  it("compare with the thresholds, and with those that are given", () => {
    const rules = ["SmartCachePanic", "SmartCacheSlowReads", "SmartCacheLowHitRate", "SmartCacheComputeErrors"] as const
    const bounds = (given?: Partial<typeof thresholds>) =>
      rules.map((alert) => / [<>] ([\d.]+) and .+ >= (\d+)$/.exec(ruleOf(alert, { thresholds: given }).expr)?.slice(1))
    const { computeErrorPct, hitRatePct, leastComputes, leastReads, p95Seconds, panicPct } = thresholds
    assert.deepStrictEqual(
      bounds(),
      asBounds([
        [panicPct, leastReads],
        [p95Seconds, leastReads],
        [hitRatePct, leastReads],
        [computeErrorPct, leastComputes]
      ])
    )
    const given = { panicPct: 7, p95Seconds: 0.25, hitRatePct: 60, computeErrorPct: 1, leastReads: 3, leastComputes: 2 }
    assert.deepStrictEqual(bounds(given), asBounds([[7, 3], [0.25, 3], [60, 3], [1, 2]]))
    assert.include(ruleOf("SmartCacheSlowReads", { thresholds: given }).annotations.summary, "250 ms")
  })

  it("compare a quantile with a bound of its buckets, between which Prometheus can only guess", () => {
    const latency = CacheCatalogue.catalogue([]).find(({ name }) => name === "read_latency_seconds")
    assert.include(latency?.type === "histogram" ? latency.boundaries : [], thresholds.p95Seconds)
  })

  it("take another window, and another patience", () => {
    for (const { expr, for: pending } of Alerts.rules({ window: "10s", pending: "2s" })) {
      assert.strictEqual(pending, "2s")
      assert.notInclude(expr, "5m")
    }
    assert.include(ruleOf("SmartCachePanic", { window: "10s" }).expr, "[10s]")
    assert.include(ruleOf("SmartCachePanic", { window: "10s" }).annotations.description, "the last 10s")
  })

  it("watch the jobs that are named, whatever their names", () => {
    const jobs = ["odds.live", "say \"hi\"|all"]
    assert.include(ruleOf("SmartCachePanic", { jobs }).expr, String.raw`{job=~"odds\\.live|say \"hi\"\\|all"}`)
    assert.strictEqual(
      ruleOf("SmartCacheAbsent", { jobs }).expr,
      String.raw`absent(up{job="odds.live"}) or absent(up{job="say \"hi\"|all"})`
    )
    assert.include(ruleOf("SmartCacheDown").expr, "up{job=\"smart-cache\"}")
    assert.throws(() => Alerts.rules({ jobs: [] }), RangeError, "at least one job")
  })
})
