import { assert, describe, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"
import { parse } from "yaml"
import { files, folder } from "../../scripts/monitoring.ts"
import * as Alerts from "../../src/monitoring/Alerts.ts"

const committed = (name: string): string => readFileSync(new URL(name, folder), "utf8")

describe("the files for Grafana and Prometheus", () => {
  it("are what the catalogue gives; if not, `npm run monitoring` writes them again", () => {
    for (const [name, text] of Object.entries(files())) assert.strictEqual(committed(name), text, name)
  })

  it("are all there is", () => {
    assert.sameMembers(readdirSync(folder), [...Object.keys(files()), "README.md"])
  })

  it("hold the rules as they are in code", () => {
    assert.deepStrictEqual(parse(committed("alerts.yml")), Alerts.file())
  })

  it("test that every rule fires and is quiet", () => {
    const { tests } = parse(committed("alerts.test.yml")) as {
      tests: ReadonlyArray<
        { alert_rule_test: ReadonlyArray<{ alertname: string; exp_alerts: ReadonlyArray<unknown> }> }
      >
    }
    const checks = tests.flatMap(({ alert_rule_test }) => alert_rule_test)
    for (const { alert } of Alerts.rules()) {
      const outcomes = checks.filter(({ alertname }) => alertname === alert).map(({ exp_alerts }) => exp_alerts.length)
      assert.includeMembers(outcomes, [0, 1], alert)
    }
  })
})
