import { assert, describe, layer } from "@effect/vitest"
import axe from "axe-core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Browser from "./support/browser.ts"
import * as Site from "./support/site.ts"
import { Traffic } from "./support/traffic.ts"

const phone = { width: 390, height: 844 }
const desktop = { width: 1440, height: 1000 }

const appearances = [
  { name: "light, desktop", colorScheme: "light", viewport: desktop },
  { name: "dark, desktop", colorScheme: "dark", viewport: desktop },
  { name: "light, phone", colorScheme: "light", viewport: phone },
  { name: "dark, phone", colorScheme: "dark", viewport: phone }
] as const

/** A page with something in every panel. */
const filled = Effect.fnUntraced(function*(options: Parameters<typeof Browser.visit>[1]) {
  const { url } = yield* Site.Site
  yield* (yield* Traffic).go
  const visited = yield* Browser.visit(url, options)
  yield* Browser.live(visited)
  yield* Browser.on(visited, async (page) => {
    await page.locator("[data-panel=latency] canvas").waitFor()
    await page.locator("[data-panel=vix] canvas").waitFor()
    await page.locator("tr[data-match]").first().waitFor()
    await page.locator(".decision").first().waitFor()
  })
  return visited
})

const openRow = (visited: Browser.Visit) =>
  Browser.on(visited, async (page) => {
    await page.locator(".decision button").first().click()
    await page.getByText("A read that names no odds would now be answered").waitFor()
  })

interface Finding {
  readonly id: string
  readonly impact: string
  readonly nodes: ReadonlyArray<{ readonly html: string; readonly failureSummary: string }>
}

layer(Layer.merge(Browser.layer, Site.layer()), { excludeTestServices: true, timeout: "60 seconds" })((it) => {
  describe("accessibility", () => {
    for (const { name, ...appearance } of appearances) {
      it.effect(`axe finds nothing serious: ${name}`, () =>
        Effect.gen(function*() {
          // The policy would forbid the script that looks.
          const visited = yield* filled({ ...appearance, bypassCSP: true, reducedMotion: "reduce" })
          yield* openRow(visited)
          const findings = yield* Browser.on(visited, async (page) => {
            await page.addScriptTag({ content: axe.source })
            return page.evaluate<ReadonlyArray<Finding>>("axe.run().then(({ violations }) => violations)")
          })
          const serious = findings.filter(({ impact }) => impact === "serious" || impact === "critical")
          assert.deepStrictEqual(
            serious.map((
              { id, nodes }
            ) => [id, nodes.slice(0, 3).map(({ failureSummary, html }) => [html, failureSummary])]),
            []
          )
        }))
    }

    it.effect("nothing is wider than a phone", () =>
      Effect.gen(function*() {
        const visited = yield* filled({ viewport: phone })
        yield* openRow(visited)
        const width = yield* Browser.on(
          visited,
          (page) => page.evaluate<number>("document.documentElement.scrollWidth")
        )
        assert.isAtMost(width, phone.width)
      }))

    it.effect("everything is reached by keyboard, in the order of the page, and is seen to be", () =>
      Effect.gen(function*() {
        const visited = yield* filled({})
        const stops = yield* Browser.on(visited, async (page) => {
          const seen: Array<{ readonly panel: string; readonly name: string; readonly isMarked: boolean }> = []
          for (let i = 0; i < 100; i++) {
            await page.keyboard.press("Tab")
            const stop = await page.evaluate<typeof seen[number] | null>(describeFocus)
            if (stop === null) break
            seen.push(stop)
          }
          return seen
        })
        assert.deepStrictEqual(stops.filter(({ isMarked }) => !isMarked), [])
        const panels = stops.map(({ panel }) => panel).filter((panel, i, all) => panel !== all[i - 1])
        assert.deepStrictEqual(panels, ["skip", "header", "latency", "kickoff", "vix", "graph", "decisions", "actions"])
        const inGraph = stops.filter(({ panel }) => panel === "graph")
        assert.lengthOf(inGraph, 1, "the graph is one stop")
      }))

    it.effect("the arrow keys walk the graph, and Enter keeps a path in sight", () =>
      Effect.gen(function*() {
        const visited = yield* filled({})
        const told = yield* Browser.on(visited, async (page) => {
          await page.locator("[data-node=\"event:weather_rain\"]").focus()
          await page.keyboard.press("ArrowDown")
          await page.keyboard.press("Enter")
          await page.getByLabel("Match or key").focus()
          return page.getByTestId("told").innerText()
        })
        assert.match(told, /^weather snow changes .*pitch.*touches 53 of 99 markets$/)
        const lit = yield* Browser.on(visited, (page) => page.locator("[data-kind=market][data-path=lit]").count())
        assert.strictEqual(lit, 53)
      }))

    it.effect("the arrow keys walk the decisions, which stand still meanwhile", () =>
      Effect.gen(function*() {
        const visited = yield* filled({})
        const keys = yield* Browser.on(visited, async (page) => {
          const rows = page.locator(".decision")
          const top = () => rows.evaluateAll((all) => all.slice(0, 10).map((row) => row.getAttribute("data-key")))
          await page.bringToFront()
          let shown = await top()
          // A busy page may be drawing newer rows when the first is focused: then it is the first no more.
          for (let tries = 0; tries < 5; tries++) {
            await rows.evaluateAll((all) => all[0]?.querySelector("button")?.focus())
            shown = await top()
            await page.waitForTimeout(600)
            if ((await top()).every((key, i) => key === shown[i])) break
          }
          for (let i = 0; i < 2; i++) {
            // Many reads are answered meanwhile.
            await page.waitForTimeout(1000)
            await page.keyboard.press("ArrowDown")
          }
          const after = await top()
          await page.keyboard.press("Enter")
          const open = page.locator(".decision", { has: page.getByTestId("why") })
          return { shown, after, opened: await open.getAttribute("data-key") }
        })
        assert.deepStrictEqual(keys.after, keys.shown)
        assert.strictEqual(keys.opened, keys.shown[2])
      }))

    it.effect("the first stop leads past the header", () =>
      Effect.gen(function*() {
        const visited = yield* filled({})
        const focused = yield* Browser.on(visited, async (page) => {
          await page.keyboard.press("Tab")
          await page.keyboard.press("Enter")
          return page.evaluate<string>("document.activeElement.id")
        })
        assert.strictEqual(focused, "main")
      }))
  })
})

/** Where the focus is, and whether it can be seen there; `null` outside the page. */
const describeFocus = `(() => {
  const element = document.activeElement
  if (element === null || element === document.body) return null
  const shown = element.matches("[data-node]")
    ? element.querySelector("rect")
    : element.matches("[type=radio]") ? element.nextElementSibling : element
  const { outlineStyle, strokeWidth } = getComputedStyle(shown)
  const panel = element.closest("[data-panel]")?.getAttribute("data-panel")
  return {
    panel: panel ?? (element.closest("header") ? "header" : "skip"),
    name: element.getAttribute("aria-label") ?? element.textContent.slice(0, 40),
    isMarked: outlineStyle !== "none" || parseFloat(strokeWidth) >= 3
  }
})()`
