import { assert, describe, it } from "@effect/vitest"
import * as CacheCatalogue from "@smart-cache/core/CacheCatalogue"
import * as Queries from "../../src/monitoring/Queries.ts"

const catalogue = CacheCatalogue.catalogue(["near", "far"])
const queries = Queries.make(catalogue, "job=\"a\"")

const about = (expr: string) => Array.from(Queries.namesIn(catalogue, expr))

describe("queries of the catalogue", () => {
  it("use the names that Prometheus has", () => {
    assert.strictEqual(queries.rate("cache_miss", "5m"), "sum (rate(cache_miss_total{job=\"a\"}[5m]))")
    assert.strictEqual(
      queries.increase("bus_gaps", "1h", ["job"]),
      "sum by (job) (increase(bus_gaps_total{job=\"a\"}[1h]))"
    )
    assert.strictEqual(queries.series("store_degraded"), "store_degraded{job=\"a\"}")
    assert.strictEqual(
      queries.quantile(0.95, "served_age_seconds", "5m", ["job"]),
      "histogram_quantile(0.95, sum by (job, le) (rate(served_age_seconds_bucket{job=\"a\"}[5m])))"
    )
  })

  it("add several counters up before they are compared with the whole", () => {
    assert.strictEqual(
      queries.share(["cache_hit_fresh", "cache_hit_stale"], "total_requests", "5m"),
      "100 * (sum (rate(cache_hit_fresh_total{job=\"a\"}[5m])) + sum (rate(cache_hit_stale_total{job=\"a\"}[5m])))" +
        " / sum (rate(total_requests_total{job=\"a\"}[5m]))"
    )
  })

  it("refuse a name that the catalogue does not have, and a metric of another type", () => {
    assert.throws(() => queries.rate("cache_mis", "5m"), RangeError, "cache_mis is not in the catalogue")
    assert.throws(() => queries.rate("cache_miss_total", "5m"), RangeError, "is not in the catalogue")
    assert.throws(() => queries.rate("hit_rate_pct", "5m"), RangeError, "is a gauge, not a counter")
    assert.throws(() => queries.series("cache_miss"), RangeError, "is a counter, not a gauge")
    assert.throws(() => queries.quantile(0.5, "avg_latency_ms", "5m"), RangeError, "is a gauge, not a histogram")
    assert.throws(() => queries.buckets("computes", "5m"), RangeError, "is a counter, not a histogram")
  })

  it("say which metrics they are about", () => {
    assert.deepStrictEqual(about(queries.share("cache_hit_fresh", "total_requests", "5m")), [
      "cache_hit_fresh",
      "total_requests"
    ])
    assert.deepStrictEqual(about(queries.buckets("read_latency_seconds", "5m")), ["read_latency_seconds"])
    assert.deepStrictEqual(about("my_computes_total + computes_total2"), [])
  })
})
