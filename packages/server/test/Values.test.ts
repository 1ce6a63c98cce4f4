/** All 35 published metrics over HTTP after a sequence of reads, by numbers that were worked out by hand. */
import { assert, describe, it } from "@effect/vitest"
import * as CacheCatalogue from "@smart-cache/core/CacheCatalogue"
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as TtlPolicy from "@smart-cache/core/TtlPolicy"
import * as GoldenHour from "@smart-cache/football/GoldenHour"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import { expected, options, play } from "../../core/test/scripted.ts"
import { app, port } from "./support/app.ts"

const get = (path: string) =>
  Effect.flatMap(port, (port) =>
    Effect.promise(async () => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`)
      assert.strictEqual(response.status, 200)
      return response.text()
    }))

/** The value of a sample without labels. */
const sample = (exposition: string, name: string): number =>
  Number(new RegExp(`^${name} (\\S+)$`, "m").exec(exposition)?.[1])

describe("after the scripted sequence", () => {
  it.effect("both routes have the values that it must give", () =>
    Effect.gen(function*() {
      yield* play
      const json = JSON.parse(yield* get("/api/v1/brain/metrics/cache")) as Readonly<Record<string, number>>
      const exposition = yield* get("/api/v1/cache/metrics")
      const catalogue = CacheCatalogue.catalogue(TtlPolicy.zoneNames(GoldenHour.policy))
      for (const [name, value] of Object.entries(expected)) {
        assert.approximately(json[name]!, value, 1e-9, name)
        const definition = catalogue.find((each) => each.name === name)!
        assert.approximately(sample(exposition, CacheCatalogue.prometheusName(definition)), value, 1e-9, name)
      }
    }).pipe(
      Effect.provide(app({}, {}, Layer.fresh(SmartCache.layer(options)))),
      Effect.provideService(Metric.MetricRegistry, new Map())
    ))
})
