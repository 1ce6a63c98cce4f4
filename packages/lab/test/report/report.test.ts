import { assert, describe, it } from "@effect/vitest"
import * as DayResult from "@smart-cache/lab/report/DayResult"
import * as Picture from "@smart-cache/lab/report/picture"
import * as Progress from "@smart-cache/lab/report/progress"
import * as Terminal from "@smart-cache/lab/report/terminal"
import * as Schema from "effect/Schema"
import * as Format from "../../src/report/format.ts"
import * as Svg from "../../src/report/svg.ts"
import * as Targets from "../../src/report/targets.ts"
import * as TimeScale from "../../src/report/timeScale.ts"
import { hour, midnight, result } from "../fixtures.ts"

/** The text of a document whose tags are closed in order, by name; fails on anything else. */
const wellFormed = (xml: string): string => {
  const open: Array<string> = []
  const rest = xml.replace(
    /<(\/?)([a-z]+)((?: [A-Za-z][A-Za-z0-9-]*(?::[a-z]+)?="[^"<]*")*)(\/?)>/g,
    (_, closing, name, _attributes, empty) => {
      if (closing === "/") assert.strictEqual(open.pop(), name)
      else if (empty === "") open.push(name)
      return ""
    }
  )
  assert.deepStrictEqual(open, [])
  assert.notMatch(rest, /[<>]/)
  assert.notMatch(xml, /&(?!amp;|lt;|gt;|quot;)/)
  assert.notMatch(xml, /NaN|Infinity|undefined/)
  return rest
}

const plain = Terminal.report(result)

const row = (name: string): ReadonlyArray<string> =>
  plain.split("\n").find((line) => line.trimStart().startsWith(name))!.trim().split(/ {2,}/)

const verdict = (strategy: DayResult.Strategy): string =>
  plain.split("\n").find((line) => line.includes(` ${strategy} `))!.trim().split(/ {2,}/).at(-1)!

describe("Terminal.report", () => {
  it("contains every figure", () => {
    const figures = [
      "27",
      "200,000",
      "7,001",
      "174,000",
      "22,002",
      "3,003",
      "995",
      "87.0 %",
      "11.0 %",
      "1.50 %",
      "0.50 %",
      "97.3 %",
      "0.04 ms",
      "41 ms",
      "4,203 ms",
      "8,404 ms",
      "996",
      "37 markets",
      "64 panics",
      "0.83 %",
      "200,001",
      "52,005",
      "7.49 %",
      "73.9 %",
      "simulated",
      "21",
      "429",
      "4711",
      "4,200 ms",
      "c0ffee00c0ffee00",
      "Odds simulated from measured figures."
    ]
    for (const figure of figures) assert.include(plain, figure)
  })

  it("sums events by kind and over all", () => {
    assert.deepStrictEqual(row("weather_rain").slice(1, 7), ["1", "5", "195", "300", "71", "60.6 %"])
    assert.deepStrictEqual(row("odds_steam").slice(1, 7), ["2", "2", "86", "112", "29", "56.6 %"])
    assert.deepStrictEqual(row("all").slice(1, 6), ["3", "7", "281", "412", "100"])
  })

  it("says of each strategy whether it is within, above or below its target", () => {
    assert.deepStrictEqual(DayResult.strategies.map(verdict), ["within", "above", "below", "within"])
  })

  it("uses colours only when it may, and says the same with them", () => {
    const coloured = Terminal.report(result, "ansi")
    // oxlint-disable-next-line no-control-regex
    const escapes = /\u001b\[\d+m/g
    assert.notMatch(plain, escapes)
    assert.match(coloured, escapes)
    assert.strictEqual(coloured.replace(escapes, ""), plain)
  })

  it("fits a terminal of 80 columns", () => {
    const lines = Terminal.report(result, "plain", 80).split("\n")
    assert.isAtMost(Math.max(...lines.map((line) => line.length)), 80)
    assert.include(lines.join("\n"), "weather_rain")
  })

  it("fits a terminal of 120 columns and leaves no line open", () => {
    assert.isTrue(plain.split("\n").every((line) => line.length <= 120 && line === line.trimEnd()))
    assert.isTrue(plain.endsWith("\n"))
  })

  it("can tell of a day on which nothing happened", () => {
    const nothing = Terminal.report({
      ...result,
      requests: 0,
      events: [],
      strategies: { serve_fresh: 0, serve_stale: 0, compute: 0, bypass: 0 },
      baselines: { ...result.baselines, no_cache: { computes: 0 } }
    })
    assert.notInclude(nothing, "NaN")
    assert.match(nothing, /Events\n {2}none/)
  })
})

describe("Targets.judge", () => {
  it("counts both ends in", () => {
    const { serve_fresh: fresh } = Targets.targets
    assert.deepStrictEqual([84.9, 85, 90, 90.1].map((share) => Targets.judge(share, fresh)), [
      "below",
      "within",
      "within",
      "above"
    ])
  })
})

describe("Picture.picture", () => {
  const kickoffs = [midnight + 12 * hour, midnight + 12 * hour, midnight + 14 * hour]

  it("is well-formed and names what it shows", () => {
    const text = wellFormed(Picture.picture({ ...result, kickoffs }))
    for (
      const word of [...DayResult.strategies, "one-hour TTL", "no cache", "kickoffs", "reads in panic", "weather_rain"]
    ) {
      assert.include(text, word)
    }
  })

  it("marks every event, every hour with panic, and every kickoff time", () => {
    const svg = Picture.picture({ ...result, kickoffs })
    const panics = result.timeline.filter(({ bypass }) => bypass > 0).length
    assert.strictEqual(svg.match(/<circle/g)!.length, result.events.length + panics)
    assert.strictEqual(svg.match(/stroke-dasharray/g)!.length, 2 * 3)
  })

  it("stacks the strategies of an hour to the full height", () => {
    const heights = [
      ...Picture.picture({ ...result, kickoffs: [] }).matchAll(
        /<rect x="150" y="[\d.]+" width="[\d.]+" height="([\d.]+)"/g
      )
    ]
    assert.closeTo(heights.reduce((sum, [, height]) => sum + Number(height), 0), 200, 0.1)
  })

  it("can show an empty day, and one with a single hour", () => {
    wellFormed(Picture.picture({ ...result, kickoffs, timeline: [] }))
    wellFormed(Picture.picture({ ...result, timeline: result.timeline.slice(0, 1), events: [], kickoffs: [] }))
  })

  it("escapes what it is told", () => {
    const source = "<script>&\"" as DayResult.DayData["source"]
    const svg = Picture.picture({ ...result, kickoffs, data: { ...result.data, source } })
    assert.include(wellFormed(svg), "&lt;script&gt;&amp;&quot;")
  })
})

describe("Svg", () => {
  it.prop(
    "is well-formed whatever texts and attributes hold",
    [Schema.String, Schema.String],
    ([content, attribute]) => {
      wellFormed(Svg.element("g", { id: attribute }, Svg.text(1, 2, content)).markup)
    }
  )
})

describe("TimeScale", () => {
  it.prop(
    "runs forward through the whole width",
    [Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 200 }))],
    ([hours]) => {
      const start = midnight - 50 * hour
      const scale = TimeScale.make(start, start + hours * hour, 100, 900)
      assert.closeTo(scale.x(start), 100, 1e-9)
      assert.closeTo(scale.x(start + hours * hour), 900, 1e-9)
      const places = Array.from({ length: hours + 1 }, (_, index) => scale.x(start + index * hour))
      assert.deepStrictEqual(places, places.toSorted((a, b) => a - b))
      assert.isTrue(scale.ticks.every(({ at }) => at >= start && at < start + hours * hour))
    }
  )
})

const line = (reads: number): string =>
  Progress.line({ at: midnight, reads, total: 250_000, computes: 123, hit_rate_pct: 97.31, events: 7 })

describe("Progress.line", () => {
  it("says how far it is and keeps its width", () => {
    assert.include(line(125_000), " 50 %  2025-05-10 00:00 UTC  125,000 reads")
    assert.include(line(125_000), "123 computes  hit 97.3 %    7 events")
    assert.strictEqual(new Set([0, 1, 125_000, 250_000].map((reads) => line(reads).length)).size, 1)
    assert.isBelow(line(0).length, 120)
    const narrow = Progress.line(
      { at: midnight, reads: 1, total: 250_000, computes: 123, hit_rate_pct: 97.31, events: 7 },
      80
    )
    assert.isBelow(narrow.length, 80)
    assert.match(narrow, /hit 97\.3 %$/)
  })
})

describe("Format", () => {
  it.prop(
    "groups digits so that they read back",
    [Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1e12 }))],
    ([value]) => {
      const text = Format.count(value)
      assert.match(text, /^\d{1,3}(,\d{3})*$/)
      assert.strictEqual(Number(text.replaceAll(",", "")), value)
    }
  )

  it.prop("wraps without losing a word", [Schema.Array(Schema.Literals(["a", "word", "something"]))], ([words]) => {
    const lines = Format.wrap(words.join(" "), 20)
    assert.isTrue(lines.every((each) => each.length <= 20))
    assert.strictEqual(lines.join(" "), words.join(" "))
  })
})
