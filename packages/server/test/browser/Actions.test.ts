import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Page } from "playwright-core"
import * as Browser from "./support/browser.ts"
import * as Site from "./support/site.ts"
import { tagOf, Traffic } from "./support/traffic.ts"

type Metrics = Readonly<Record<string, number>>

const useToken = async (page: Page, token: string) => {
  await page.getByLabel("Token").fill(token)
  await page.getByRole("button", { name: "Use", exact: true }).click()
}

const fire = async (page: Page, event: string, match: string) => {
  const form = page.getByRole("form", { name: "Fire an event" })
  await form.getByLabel("Event").selectOption(event)
  await form.getByLabel("At the match").selectOption(match)
  await form.getByRole("button", { name: "Fire" }).click()
  const said = form.getByRole("status").and(page.locator("[data-outcome=Done], [data-outcome=Failed]"))
  await said.waitFor()
  return said.innerText()
}

layer(Layer.merge(Browser.layer, Site.layer()), { excludeTestServices: true, timeout: "60 seconds" })(
  "actions",
  (it) => {
    it.effect("an event drops entries, and its path lights up for some seconds", () =>
      Effect.gen(function*() {
        const { ask, url } = yield* Site.Site
        const traffic = yield* Traffic
        yield* traffic.go
        const visited = yield* Browser.visit(url)
        yield* Browser.live(visited)
        yield* Browser.on(visited, (page) => page.locator("[data-match=\"ars-che\"]").getByText(/ s old$/).waitFor())
        yield* traffic.stop
        const before = yield* ask<Metrics>("/api/v1/brain/metrics/cache")
        const graph = yield* ask<
          { readonly events: ReadonlyArray<{ readonly name: string; readonly affected: ReadonlyArray<string> }> }
        >(
          "/api/v1/graph"
        )
        const affected = graph.events.find(({ name }) => name === "weather_rain")!.affected
        const said = yield* Browser.on(visited, async (page) => {
          await useToken(page, Site.token)
          await page.getByTestId("connection").getByText("Live").waitFor()
          return fire(page, "weather_rain", "ars-che")
        })
        const after = yield* ask<Metrics>("/api/v1/brain/metrics/cache")
        assert.strictEqual(after["surgical_invalidation"], before["surgical_invalidation"]! + 1)
        const dropped = after["cache_keys_deleted_actual"]! - before["cache_keys_deleted_actual"]!
        assert.isAbove(dropped, 0)
        assert.include(said, `39 of 99 markets touched, ${dropped} entr`)
        const lit = Browser.on(visited, (page) =>
          page.locator("[data-kind=market][data-path=lit]").evaluateAll((nodes) =>
            nodes.map((node) =>
              node.getAttribute("data-node")?.slice("market:".length)
            )
          ))
        const path = yield* Browser.until(lit, (names) => names.length > 0)
        assert.sameMembers(path, [...affected])
        assert.lengthOf(path, 39)
        const told = yield* Browser.on(visited, (page) =>
          page.getByTestId("invalidations").locator("li").first().innerText())
        assert.include(told, `weather_rain: 39 of 99 markets, ${dropped} entr`)
        yield* Browser.until(lit, (names) =>
          names.length === 0)
      }))

    it.effect("odds that are pushed become the market's, and those that are none are refused in words", () =>
      Effect.gen(function*() {
        const { ask, url } = yield* Site.Site
        const traffic = yield* Traffic
        yield* traffic.go
        const visited = yield* Browser.visit(url)
        yield* Browser.live(visited)
        const market = tagOf("ars-che", "match-odds")
        yield* Browser.on(visited, (page) => page.locator(`[data-market="${market}"]`).first().click())
        yield* traffic.stop
        const push = (odds: string) =>
          Browser.on(visited, async (page) => {
            const form = page.getByRole("form", { name: "Push odds" })
            await form.getByLabel("Decimal odds").fill(odds)
            await form.getByRole("button", { name: "Push" }).click()
            await form.locator("[data-outcome=Done], [data-outcome=Failed]").waitFor()
            return form.getByRole("status").innerText()
          })
        yield* Browser.on(visited, (page) => useToken(page, Site.token))
        // Odds that are far from nothing are no panic: there must have been some.
        for (const odds of ["2", "2.02", "2.04", "2.06"]) yield* push(odds)
        assert.include(yield* push("7.5"), "Observed: 7.5 for Arsenal – Chelsea: match-odds")
        const { points } = yield* ask<
          { readonly points: ReadonlyArray<{ readonly odds: number; readonly level: string }> }
        >(
          `/api/v1/vix/trace?market_key=${encodeURIComponent(market)}`
        )
        assert.strictEqual(points.at(-1)?.odds, 7.5)
        yield* Browser.until(
          Browser.on(visited, (page) => page.getByTestId("odds").innerText()),
          (text) => text.includes("7.50")
        )
        yield* Browser.until(
          Browser.on(visited, (page) => page.locator(`.market[data-market="${market}"]`).innerText()),
          (text) => text.includes("panic")
        )
        assert.match(yield* push("0.5"), /greater than 1/)
      }))

    it.effect("a wrong token changes nothing, and the page says so", () =>
      Effect.gen(function*() {
        const { ask, url } = yield* Site.Site
        const visited = yield* Browser.visit(url)
        yield* Browser.live(visited)
        const button = Browser.on(visited, (page) => page.getByRole("button", { name: "Fire" }).isDisabled())
        assert.isTrue(yield* button, "without a token nothing can be done")
        const before = yield* ask<Metrics>("/api/v1/brain/metrics/cache")
        const said = yield* Browser.on(visited, async (page) => {
          await useToken(page, "wrong")
          return fire(page, "gk_change", "liv-eve")
        })
        assert.include(said, "token")
        const after = yield* ask<Metrics>("/api/v1/brain/metrics/cache")
        assert.strictEqual(after["surgical_invalidation"], before["surgical_invalidation"])
        const kept = yield* Browser.on(visited, (page) =>
          page.evaluate<[string, string]>("[JSON.stringify(localStorage), JSON.stringify(sessionStorage)]"))
        assert.notInclude(kept[0], "wrong")
        assert.include(kept[1], "wrong")
      }))
  }
)
