import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Page } from "playwright-core"
import * as Browser from "./support/browser.ts"
import * as Site from "./support/site.ts"
import { Traffic } from "./support/traffic.ts"

interface Listed {
  readonly key: string
  readonly strategy: string | null
  readonly reason: string | null
}

const rowsOf = (page: Page): Promise<ReadonlyArray<Listed>> =>
  page.locator(".decision").evaluateAll((rows) =>
    rows.map((row) => ({
      key: row.getAttribute("data-key") ?? "",
      strategy: row.getAttribute("data-strategy"),
      reason: row.getAttribute("data-reason")
    }))
  )

/** A forced read is not the only one around the cache: a market may panic. */
const hasForced = (rows: ReadonlyArray<Listed>): boolean => rows.some(({ reason }) => reason === "forced")

const listed = (visited: Browser.Visit) => Browser.on(visited, rowsOf)

const opened = Effect.gen(function*() {
  const { url } = yield* Site.Site
  const traffic = yield* Traffic
  yield* traffic.go
  const visited = yield* Browser.visit(url)
  yield* Browser.live(visited)
  yield* Browser.until(listed(visited), (rows) => rows.some(({ reason }) => reason === "hit"))
  return { visited, traffic }
})

layer(Layer.merge(Browser.layer, Site.layer()), { excludeTestServices: true, timeout: "60 seconds" })(
  "decisions",
  (it) => {
    it.effect("stand still while paused, and go on after it", () =>
      Effect.gen(function*() {
        const { visited } = yield* opened
        const hold = (name: RegExp) => Browser.on(visited, (page) => page.getByRole("button", { name }).click())
        yield* hold(/Pause the list/)
        const before = yield* listed(visited)
        yield* Browser.until(
          Browser.on(visited, (page) => page.getByTestId("hold").innerText()),
          (text) => Number(/\((\d+) new\)/.exec(text)?.[1]) > 10
        )
        assert.deepStrictEqual(yield* listed(visited), before)
        yield* hold(/Go on/)
        yield* Browser.until(listed(visited), (rows) => JSON.stringify(rows) !== JSON.stringify(before))
        assert.isAtMost((yield* listed(visited)).length, 200)
      }))

    it.effect("stand still while the pointer or the focus is there, and go on when both have left", () =>
      Effect.gen(function*() {
        const { visited } = yield* opened
        const panel = (work: (page: Page) => Promise<unknown>) => Browser.on(visited, work)
        const changed = (before: unknown) =>
          Browser.until(listed(visited), (rows) => JSON.stringify(rows) !== JSON.stringify(before))
        yield* panel((page) => page.locator(".decisions").hover())
        const before = yield* listed(visited)
        yield* panel((page) => page.locator(".decisions button").first().focus())
        yield* panel((page) => page.mouse.move(0, 0))
        // Many reads are answered meanwhile.
        yield* Effect.sleep("1 second")
        assert.deepStrictEqual(yield* listed(visited), before)
        yield* panel((page) => page.locator(".decisions").hover())
        yield* panel((page) => page.getByTestId("hold").focus())
        yield* Effect.sleep("1 second")
        assert.deepStrictEqual(yield* listed(visited), before)
        yield* panel((page) => page.mouse.move(0, 0))
        yield* changed(before)
      }))

    it.effect("are filtered by strategy, reason and match; a rare one is not driven out by hits", () =>
      Effect.gen(function*() {
        const { traffic, visited } = yield* opened
        yield* traffic.force("wol-bha", "match-odds")
        const panel = (work: (page: Page) => Promise<unknown>) => Browser.on(visited, work)
        yield* panel((page) => page.getByRole("combobox", { name: "Strategy" }).selectOption("bypass"))
        const bypassed = yield* Browser.until(listed(visited), hasForced)
        assert.isTrue(bypassed.every(({ strategy }) => strategy === "bypass"))
        yield* Effect.sleep("3 seconds")
        assert.isTrue(hasForced(yield* listed(visited)))

        yield* panel(async (page) => {
          await page.getByRole("combobox", { name: "Strategy" }).selectOption("")
          await page.getByRole("combobox", { name: "Reason" }).selectOption("miss")
          await page.getByLabel("Match or key").fill("ARSENAL")
        })
        const rows = yield* Browser.until(
          listed(visited),
          (all) => all.length > 0 && all.every(({ reason }) => reason === "miss")
        )
        assert.isTrue(rows.every(({ key }) => key.includes("{ars-che}")))
        yield* panel((page) => page.getByLabel("Match or key").fill("nobody plays"))
        yield* Browser.on(visited, (page) => page.getByText("No decision fits the filter.").waitFor())
      }))

    it.effect("say why, and how things stand with the key", () =>
      Effect.gen(function*() {
        const { visited } = yield* opened
        const { why, explanation, key } = yield* Browser.on(visited, async (page) => {
          await page.getByRole("combobox", { name: "Reason" }).selectOption("hit")
          const row = page.locator(".decision[data-reason=hit]").first()
          await row.getByRole("button").click()
          const open = page.locator(".decision", { has: page.getByTestId("why") })
          await open.getByText("A read that names no odds would now be answered").waitFor()
          return {
            key: await open.getAttribute("data-key"),
            why: await open.getByTestId("why").innerText(),
            explanation: await open.getByTestId("explanation").innerText()
          }
        })
        assert.include(why, key!)
        assert.include(why, "Answered so because a fresh value was held.")
        assert.include(why, "It came from this process's memory.")
        assert.match(explanation, /^(Held now: a value .* old|Nothing is held now)/)
        const isPressed = Browser.on(visited, (page) => page.getByTestId("hold").getAttribute("aria-pressed"))
        assert.strictEqual(yield* isPressed, "true", "the list stands still under whoever reads")
      }))
  }
)
