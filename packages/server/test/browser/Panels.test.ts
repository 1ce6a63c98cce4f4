import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Browser from "./support/browser.ts"
import * as Site from "./support/site.ts"
import { matches, Traffic } from "./support/traffic.ts"

interface Distribution {
  readonly count: number
  readonly p50: number | null
  readonly p95: number | null
  readonly p99: number | null
}
interface Metrics {
  readonly [name: string]: number
}
type ByStrategy = Readonly<Record<string, Distribution>>

/** The first number of a text, thousands and all. */
const numberIn = (text: string): number => Number(/[\d,.]+/.exec(text)?.[0].replaceAll(",", ""))

const scales: Readonly<Record<string, number>> = { s: 1, ms: 1e-3, µs: 1e-6 }
const secondsIn = (text: string): number => numberIn(text) * scales[text.split(" ")[1] ?? ""]!

const figures = (visited: Browser.Visit) =>
  Browser.on(visited, async (page) =>
    Object.fromEntries(
      await Promise.all(["requests", "hit-rate", "computes"].map(async (name) => {
        const figure = page.locator(".figure", { has: page.locator(`[data-figure="${name}"]`) })
        return [name, {
          now: await figure.locator("strong").innerText(),
          total: await figure.locator("small").innerText()
        }]
      }))
    ) as Record<string, { readonly now: string; readonly total: string }>)

const rows = (visited: Browser.Visit) =>
  Browser.on(visited, (page) => page.getByTestId("latency-totals").locator("tbody tr").allInnerTexts())

layer(Layer.merge(Browser.layer, Site.layer()), { excludeTestServices: true, timeout: "60 seconds" })(
  "panels",
  (it) => {
    it.effect("show what the routes say, once nobody reads any more", () =>
      Effect.gen(function*() {
        const { ask, url } = yield* Site.Site
        const traffic = yield* Traffic
        const visited = yield* Browser.visit(url)
        yield* Browser.live(visited)
        yield* traffic.go
        const busy = yield* Browser.until(figures(visited), (all) => numberIn(all["requests"]!.now) > 20)
        assert.match(busy["hit-rate"]!.now, /^\d+\.\d %$/)
        yield* Browser.until(
          Browser.on(visited, (page) => page.locator("[data-figure=p95]").innerText()),
          (text) => / (s|ms|µs)$/.test(text)
        )
        yield* traffic.stop
        const counted = ask<Metrics>("/api/v1/brain/metrics/cache")
        // A bypass is computed, and is no miss; misses that shared a compute may make up for the first one.
        yield* traffic.force("ars-che", "match-odds")
        const { cache_miss: misses, computes } = yield* counted
        if (misses === computes) yield* traffic.force("ars-che", "match-odds")
        const metrics = yield* counted
        assert.isAbove(metrics["total_requests"]!, 100)
        const still = yield* Browser.until(
          figures(visited),
          (all) => numberIn(all["requests"]!.total) === metrics["total_requests"]
        )
        assert.strictEqual(numberIn(still["computes"]!.total), metrics["computes"])
        assert.notStrictEqual(metrics["computes"], metrics["cache_miss"])
        assert.closeTo(numberIn(still["hit-rate"]!.total), metrics["hit_rate_pct"]!, 0.051)

        const latency = metrics["read_latency_seconds"] as unknown as ByStrategy
        const order = ["serve_fresh", "serve_stale", "compute", "bypass"]
        for (const [i, text] of (yield* rows(visited)).entries()) {
          const [, reads, ...quantiles] = text.split("\t").map((cell) => cell.trim())
          const { count, p50, p95, p99 } = latency[order[i]!]!
          assert.strictEqual(numberIn(reads!), Math.round(count), text)
          for (const [at, expected] of [p50, p95, p99].entries()) {
            if (expected === null) assert.strictEqual(quantiles[at], "–")
            else assert.closeTo(secondsIn(quantiles[at]!) / expected, 1, 0.011, text)
          }
        }
      }))

    it.effect("show every match in its zone, and the markets as nervous as the server has them", () =>
      Effect.gen(function*() {
        const { ask, url } = yield* Site.Site
        const traffic = yield* Traffic
        yield* traffic.go
        const visited = yield* Browser.visit(url)
        yield* Browser.live(visited)
        const served = Browser.on(visited, (page) => page.locator("tr[data-match]").allInnerTexts())
        const all = yield* Browser.until(
          served,
          (texts) => texts.length === matches.length && texts.every((text) => text.includes(" old"))
        )
        yield* traffic.stop
        const fixtures = yield* ask<ReadonlyArray<{ readonly home_team: string; readonly zone: string }>>(
          "/api/v1/fixtures"
        )
        assert.deepStrictEqual(
          fixtures.map(({ zone }) => zone),
          ["warmup", "golden", "active", "standard"]
        )
        for (const [i, { home_team, zone }] of fixtures.entries()) {
          assert.include(all[i], home_team)
          assert.include(all[i], zone)
        }
        const markets = yield* ask<ReadonlyArray<{ readonly market_key: string; readonly z: number | null }>>(
          "/api/v1/vix"
        )
        assert.isNotEmpty(markets)
        const shown = Browser.on(
          visited,
          (page) =>
            page.locator(".market").evaluateAll((buttons) =>
              buttons.map((button) => [button.getAttribute("data-market"), button.querySelector(".score")?.textContent])
            )
        )
        const expected = Object.fromEntries(
          markets.map(({ market_key, z }) => [market_key, `z ${z === null ? "–" : z.toFixed(2)}`])
        )
        yield* Browser.until(
          shown,
          (pairs) => JSON.stringify(sorted(Object.fromEntries(pairs))) === JSON.stringify(sorted(expected))
        )
        yield* Browser.until(
          Browser.on(visited, (page) => page.locator("[data-panel=vix] .chart canvas").count()),
          (canvases) => canvases === 1
        )
      }))

    it.effect("the page complains of nothing and asks nobody else", () =>
      Effect.gen(function*() {
        const { url } = yield* Site.Site
        yield* (yield* Traffic).go
        const visited = yield* Browser.visit(url)
        yield* Browser.live(visited)
        yield* Browser.until(
          Browser.on(visited, (page) => page.locator(".decision").count()),
          (count) => count > 20
        )
        yield* Browser.on(visited, async (page) => {
          await page.getByLabel("Theme").selectOption("dark")
          await page.locator(".decision button").first().click()
          await page.getByTestId("explanation").getByText("A read that names no odds").waitFor()
          await page.locator("[data-node=\"event:gk_change\"]").hover()
        })
        assert.deepStrictEqual(visited.complaints, [])
        const elsewhere = visited.requests.filter((asked) => !asked.startsWith(`${url}/`))
        assert.deepStrictEqual(elsewhere, [])
        assert.isAbove(visited.requests.length, 10)
      }))
  }
)

const sorted = (pairs: Readonly<Record<string, unknown>>) => Object.entries(pairs).toSorted()
