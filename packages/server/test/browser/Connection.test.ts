import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Browser from "./support/browser.ts"
import * as Site from "./support/site.ts"
import * as Traffic from "./support/traffic.ts"

const state = (visited: Browser.Visit) => Browser.on(visited, (page) => page.getByTestId("connection").innerText())
const total = (visited: Browser.Visit) =>
  Browser.on(
    visited,
    async (page) =>
      Number(/[\d,]+/.exec(await page.locator(".figure small").first().innerText())?.[0].replaceAll(",", ""))
  )

/** The server in a scope of its own, which can be closed while the application goes on. */
const started = (port: number) =>
  Effect.gen(function*() {
    const scope = yield* Scope.make()
    yield* Effect.addFinalizer(() => Scope.close(scope, Exit.void))
    const context = yield* Layer.buildWithScope(Site.server({ port }), scope)
    return { context, stop: Scope.close(scope, Exit.void) }
  })

layer(Layer.merge(Browser.layer, Traffic.layer), { excludeTestServices: true, timeout: "60 seconds" })(
  "connection",
  (it) => {
    it.effect("when the server goes, the page says so and keeps what it knew; when it is back, so is the page", () =>
      Effect.gen(function*() {
        const first = yield* started(0)
        const { port, url } = yield* Effect.provide(Site.Site, first.context)
        yield* (yield* Traffic.Traffic).go
        const visited = yield* Browser.visit(url)
        yield* Browser.until(total(visited), (reads) => reads > 50)
        yield* first.stop
        yield* Browser.until(state(visited), (text) => text === "Disconnected" || text === "Connecting")
        yield* Browser.on(
          visited,
          (page) => page.getByTestId("notice").getByText("What you see is the last that was heard").waitFor()
        )
        const last = yield* total(visited)
        assert.isAbove(last, 50)
        const dimmed = yield* Browser.on(visited, (page) => page.locator("main").getAttribute("data-dimmed"))
        assert.strictEqual(dimmed, "true")
        yield* started(port)
        yield* Browser.live(visited)
        yield* Browser.until(total(visited), (reads) => reads > last)
        assert.strictEqual(yield* Browser.on(visited, (page) => page.getByTestId("notice").count()), 0)
        const unexpected = visited.complaints.filter((text) => !/net::ERR_|Failed to load resource/.test(text))
        assert.deepStrictEqual(unexpected, [])
      }))

    it.effect("whoever does not want to wait for the next attempt need not", () =>
      Effect.gen(function*() {
        const first = yield* started(0)
        const { port, url } = yield* Effect.provide(Site.Site, first.context)
        const visited = yield* Browser.visit(url)
        yield* Browser.live(visited)
        yield* first.stop
        // By now attempts are seconds apart.
        yield* Browser.until(
          Browser.on(visited, (page) => page.locator("body").innerText()),
          (text) => /Next attempt in [6-9] s/.test(text)
        )
        yield* started(port)
        const begun = performance.now()
        yield* Browser.on(visited, (page) => page.getByRole("button", { name: "Reconnect now" }).click())
        yield* Browser.live(visited)
        assert.isBelow(performance.now() - begun, 5000)
      }))

    it.effect("a page that is paused leaves the server alone", () =>
      Effect.gen(function*() {
        const { context } = yield* started(0)
        const { url } = yield* Effect.provide(Site.Site, context)
        yield* (yield* Traffic.Traffic).go
        const visited = yield* Browser.visit(url)
        yield* Browser.until(total(visited), (reads) => reads > 0)
        yield* Browser.on(visited, (page) => page.getByRole("button", { name: "Pause", exact: true }).click())
        yield* Browser.until(state(visited), (text) => text === "Paused")
        const asked = visited.requests.length
        const before = yield* total(visited)
        yield* Effect.sleep("6 seconds")
        assert.strictEqual(visited.requests.length, asked)
        assert.strictEqual(yield* total(visited), before)
        yield* Browser.on(visited, (page) => page.getByRole("button", { name: "Resume" }).click())
        yield* Browser.live(visited)
        yield* Browser.until(total(visited), (reads) => reads > before)
      }))

    it.effect("a server open to others asks the page for its token", () =>
      Effect.gen(function*() {
        const context = yield* Layer.build(Site.server({ host: "0.0.0.0" }))
        const { url } = yield* Effect.provide(Site.Site, context)
        const visited = yield* Browser.visit(url)
        yield* Browser.until(state(visited), (text) => text === "Token needed")
        yield* Browser.on(visited, async (page) => {
          await page.getByLabel("Token").fill(Site.token)
          await page.getByRole("button", { name: "Use", exact: true }).click()
        })
        yield* Browser.live(visited)
        yield* Browser.on(visited, (page) => page.locator("tr[data-match]").first().waitFor())
      }))
  }
)
