/** Chromium, and what its pages complain about. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import { execFileSync } from "node:child_process"
import { type Browser as Chromium, type BrowserContextOptions, chromium, type Page } from "playwright-core"

/** The browser of a test file. */
export class Browser extends Context.Service<Browser, Chromium>()("test/Browser") {}

// Nothing of its own accord to anywhere.
const quiet = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync"
]

const program = (): string => execFileSync("sh", ["-c", "command -v chromium"], { encoding: "utf8" }).trim()

const start = () => chromium.launch({ executablePath: program(), args: quiet, timeout: 30_000 })

export const layer: Layer.Layer<Browser> = Layer.effect(
  Browser,
  Effect.acquireRelease(Effect.promise(start), (browser) => Effect.promise(() => browser.close()))
)

/** A page, and what went wrong in it so far. */
export interface Visit {
  readonly page: Page
  /** Messages of errors and warnings, thrown errors, violations of the policy. */
  readonly complaints: ReadonlyArray<string>
  /** Everything that was asked for. */
  readonly requests: ReadonlyArray<string>
}

const listen = async (page: Page): Promise<Visit> => {
  const complaints: Array<string> = []
  const requests: Array<string> = []
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text())
  })
  page.on("pageerror", (error) => complaints.push(`thrown: ${error.message}`))
  page.on("request", (request) => requests.push(request.url()))
  await page.exposeFunction("complain", (text: string) => complaints.push(`policy: ${text}`))
  await page.addInitScript(`document.addEventListener("securitypolicyviolation", (event) =>
    complain(event.violatedDirective + " " + event.blockedURI))`)
  page.setDefaultTimeout(20_000)
  return { page, complaints, requests }
}

/** Opens a page of the dashboard, which is closed with the scope. */
export const visit = Effect.fnUntraced(function*(url: string, options: BrowserContextOptions = {}) {
  const browser = yield* Browser
  const context = yield* Effect.acquireRelease(
    Effect.promise(() => browser.newContext({ viewport: { width: 1440, height: 1000 }, ...options })),
    (opened) => Effect.promise(() => opened.close())
  )
  const visited = yield* Effect.promise(async () => listen(await context.newPage()))
  yield* Effect.promise(() => visited.page.goto(url))
  return visited
})

/** Works on the page; if that fails, what the page complained of is part of why. */
export const on = <A>({ complaints, page }: Visit, work: (page: Page) => Promise<A>): Effect.Effect<A> =>
  Effect.promise(() =>
    work(page).catch((cause: unknown) => {
      throw new Error([String(cause), ...complaints].join("\n"), { cause })
    })
  )

/** Looks again and again until it holds, for no longer than the page has to become so. */
export const until = <A>(look: Effect.Effect<A>, holds: (seen: A) => boolean): Effect.Effect<A> =>
  look.pipe(
    Effect.repeat({ until: holds, schedule: Schedule.spaced("100 millis") }),
    Effect.timeoutOrElse({
      duration: "20 seconds",
      orElse: () => Effect.flatMap(look, (seen) => Effect.die(new Error(`${holds}: last seen ${JSON.stringify(seen)}`)))
    })
  )

/** Waits until the page is connected. */
export const live = (visited: Visit): Effect.Effect<string> =>
  until(on(visited, (page) => page.getByTestId("connection").innerText()), (text) => text === "Live")
