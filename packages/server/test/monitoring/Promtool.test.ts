import { assert, describe, it } from "@effect/vitest"
import * as CacheCatalogue from "@smart-cache/core/CacheCatalogue"
import * as TtlPolicy from "@smart-cache/core/TtlPolicy"
import * as GoldenHour from "@smart-cache/football/GoldenHour"
import { Effect, References } from "effect"
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { folder } from "../../scripts/monitoring.ts"
import { wellOne } from "./support/patients.ts"
import { metricsPath, settle } from "./support/ward.ts"

/** What promtool says, and its exit code. */
const promtool = (args: ReadonlyArray<string>, input = "") => {
  const { status, stderr, stdout } = spawnSync("promtool", args, {
    cwd: fileURLToPath(folder),
    encoding: "utf8",
    timeout: 30_000,
    input
  })
  return { status, said: `${stdout}${stderr}` }
}

/** What a server that is being read says to Prometheus. */
const exposition = Effect.gen(function*() {
  const { target } = yield* settle(wellOne)
  yield* Effect.sleep("500 millis")
  return yield* Effect.promise(async () => {
    const response = await fetch(`http://${target.address}${metricsPath}`, { signal: AbortSignal.timeout(5000) })
    return { type: response.headers.get("content-type"), text: await response.text() }
  })
}).pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "Error"))

describe("promtool", () => {
  it("accepts the rules", () => {
    const { said, status } = promtool(["check", "rules", "alerts.yml"])
    assert.strictEqual(status, 0, said)
  })

  it("sees every alert fire and clear in the unit tests", () => {
    const { said, status } = promtool(["test", "rules", "alerts.test.yml"])
    assert.strictEqual(status, 0, said)
  })

  it.live("finds nothing wrong with what a server exposes but the unit in three names that are the product's own", () =>
    Effect.gen(function*() {
      const { text, type } = yield* exposition
      assert.match(type ?? "", /^text\/plain; version=0\.0\.4/)
      const { said } = promtool(["check", "metrics"], text)
      assert.deepStrictEqual(
        said.trim().split("\n").toSorted(),
        ["avg_latency_ms", "max_latency_ms", "min_latency_ms"].map((name) =>
          `${name} metric names should not contain abbreviated units`
        )
      )
    }))

  it.live("is given every metric of the catalogue, with its help and its type", () =>
    Effect.gen(function*() {
      const { text } = yield* exposition
      const lines = text.split("\n")
      for (const definition of CacheCatalogue.catalogue(TtlPolicy.zoneNames(GoldenHour.policy))) {
        const name = CacheCatalogue.prometheusName(definition)
        assert.include(lines, `# HELP ${name} ${definition.help}`)
        assert.include(lines, `# TYPE ${name} ${definition.type}`)
      }
    }))
})
