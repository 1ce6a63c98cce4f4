import { assert, describe, it } from "@effect/vitest"
import * as CacheCatalogue from "@smart-cache/core/CacheCatalogue"
import * as Grafana from "../../src/monitoring/Grafana.ts"
import type { Panel } from "../../src/monitoring/Panels.ts"
import { namesIn } from "../../src/monitoring/Queries.ts"
import { thresholds } from "../../src/monitoring/Thresholds.ts"

const catalogue = CacheCatalogue.catalogue(["standard", "golden", "over"])

const panelsOf = ({ panels }: Grafana.Dashboard): ReadonlyArray<Panel> =>
  panels.flatMap((panel) => panel.type === "row" ? [] : [panel as Panel])
const panels = panelsOf(Grafana.dashboard(catalogue))
const rowsOf = ({ panels }: Grafana.Dashboard) => panels.flatMap(({ title, type }) => type === "row" ? [title] : [])

const exprsOf = (panels: ReadonlyArray<Panel>) => panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))
const drawn = (panels: ReadonlyArray<Panel>, of = catalogue) => namesIn(of, exprsOf(panels).join(" "))

/** Numbers at which something turns red or green. */
const bounds = (options?: Grafana.Options) =>
  new Set(
    panelsOf(Grafana.dashboard(catalogue, options)).flatMap(({ fieldConfig }) =>
      fieldConfig.defaults.thresholds.steps.flatMap(({ value }) => value === null ? [] : [value])
    )
  )
/** Colours from low to high. */
const stepsOf = (title: string) =>
  panels.find((each) => each.title === title)?.fieldConfig.defaults.thresholds.steps.map(({ color }) => color)

describe("the Grafana dashboard", () => {
  it("draws every metric of the catalogue, and explains it in the catalogue's words", () => {
    assert.deepStrictEqual(catalogue.filter(({ name }) => !drawn(panels).has(name)), [])
    const explained = panels.map(({ description }) => description).join("\n")
    for (const { help, name } of catalogue) assert.include(explained, `\`${name}\`: ${help}.`)
  })

  it("gives a metric that nobody drew a panel of its own, in the row of its family", () => {
    const zone = catalogue.find(({ name }) => name === "golden_hour_golden")!
    const gauge = catalogue.find(({ name }) => name === "bytes_held")!
    const histogram = catalogue.find(({ name }) => name === "served_age_seconds")!
    const more = [
      ...catalogue,
      { ...zone, family: "tags", name: "news_counted" },
      { ...gauge, name: "news_held" },
      { ...histogram, name: "news_seconds" }
    ] as ReadonlyArray<CacheCatalogue.Definition>
    const dashboard = Grafana.dashboard(more)
    const all = panelsOf(dashboard)
    assert.lengthOf(all, panels.length + 3)
    assert.deepStrictEqual(more.filter(({ name }) => !drawn(all, more).has(name)), [])
    const titles = dashboard.panels.map(({ title }) => title)
    assert.isBelow(titles.indexOf("Invalidation"), titles.indexOf("news_counted"))
    assert.isAbove(titles.indexOf("Strategies"), titles.indexOf("news_counted"))
    const unitOf = (title: string) => all.find((each) => each.title === title)?.fieldConfig.defaults.unit
    assert.deepStrictEqual(["news_counted", "news_held", "news_seconds"].map(unitOf), ["ops", "bytes", "s"])
  })

  it("cannot be made of a catalogue that lacks what it draws", () => {
    const less = catalogue.filter(({ name }) => name !== "fills_refused")
    assert.throws(() => Grafana.dashboard(less), RangeError, "fills_refused is not in the catalogue")
  })

  it("has a row for every family, and none for zones where there are none", () => {
    const rows = rowsOf(Grafana.dashboard(catalogue))
    assert.lengthOf(rows, 1 + CacheCatalogue.families.length)
    const without = rowsOf(Grafana.dashboard(CacheCatalogue.catalogue([])))
    assert.deepStrictEqual(rows.filter((title) => !without.includes(title)), ["Time to the deadline"])
  })

  it("lays its panels out without gaps in the numbers and without overlap", () => {
    const all = Grafana.dashboard(catalogue).panels
    assert.deepStrictEqual(all.map(({ id }) => id), all.map((_, i) => i + 1))
    const taken = new Set<string>()
    for (const { gridPos: { h, w, x, y }, title } of all) {
      assert.isAtMost(x + w, 24, title)
      for (let dx = 0; dx < w; dx++) {
        for (let dy = 0; dy < h; dy++) {
          const cell = `${x + dx},${y + dy}`
          assert.isFalse(taken.has(cell), `${title} at ${cell}`)
          taken.add(cell)
        }
      }
    }
  })

  it("asks the data source, jobs and instances that are chosen above it", () => {
    const { templating } = Grafana.dashboard(catalogue)
    assert.deepStrictEqual(templating.list.map(({ name }) => name), ["datasource", "job", "instance"])
    for (const { datasource, targets, title } of panels) {
      assert.strictEqual(datasource.uid, "${datasource}", title)
      assert.lengthOf(new Set(targets.map(({ refId }) => refId)), targets.length, title)
    }
    for (const expr of exprsOf(panels)) {
      const selectors = expr.match(/\{[^}]*\}/g) ?? []
      assert.isNotEmpty(selectors, expr)
      for (const selector of selectors) assert.strictEqual(selector, "{job=~\"$job\", instance=~\"$instance\"}", expr)
    }
  })

  it("draws the lines that the alerts compare with", () => {
    const { computeErrorPct, hitRatePct, p95Seconds, panicPct } = thresholds
    assert.deepStrictEqual(bounds(), new Set([hitRatePct, panicPct, p95Seconds, computeErrorPct]))
    const given = { hitRatePct: 61, panicPct: 62, p95Seconds: 63, computeErrorPct: 64 }
    assert.deepStrictEqual(bounds({ thresholds: given }), new Set([61, 62, 63, 64]))
  })

  it("says of gauges that a reset begins them anew", () => {
    const legends = panels.flatMap(({ targets }) => targets.map(({ legendFormat }) => legendFormat))
    assert.include(legends, "since the last reset, {{instance}}")
    assert.notInclude(JSON.stringify(panels), "since the start")
  })

  it("shows less than enough in red and more than bearable in red", () => {
    assert.deepStrictEqual(stepsOf("Hit rate"), ["red", "green"])
    assert.deepStrictEqual(stepsOf("P95 latency"), ["green", "red"])
  })
})
