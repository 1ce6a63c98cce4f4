/**
 * What a cache did, three ways: one number, the same as an exporter sees it, and why the next read would do what it would.
 */
import * as CacheCatalogue from "@smart-cache/core/CacheCatalogue"
import * as CacheMetrics from "@smart-cache/core/CacheMetrics"
import * as SmartCache from "@smart-cache/core/SmartCache"
import { Console, Effect } from "effect"
import { PrometheusMetrics } from "effect/observability"

const program = Effect.gen(function*() {
  const cache = yield* SmartCache.SmartCache
  const metrics = yield* CacheMetrics.CacheMetrics
  const price = cache.get("price", Effect.succeed(42))
  yield* Effect.all([price, price, price, price])
  yield* Console.log(`hit rate: ${metrics.value("hit_rate_pct")} %`)

  // Every metric is one of Effect's, so whatever exports those has them: Prometheus here, OTLP likewise.
  const text = yield* PrometheusMetrics.format({ metricNameMapper: CacheCatalogue.mapName(metrics.catalogue) })
  yield* Console.log(text.split("\n").filter((line) => line.startsWith("cache_hit_fresh")).join("\n"))

  const { decision, held } = yield* cache.explain("price")
  yield* Console.log(`a read would be a ${decision.reason}; held: ${held !== undefined}`)
})

await Effect.runPromise(program.pipe(Effect.provide(SmartCache.layer())))

// Output:
// hit rate: 75 %
// cache_hit_fresh_total 3
// a read would be a hit; held: true
