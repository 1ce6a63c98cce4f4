/** One server. */
import { Effect } from "effect"
import { type Access, basic, directory, freePort, type Handle, serve } from "./process.ts"

export interface Options {
  /** More arguments for the server; the later of two of a kind counts. */
  readonly args?: ReadonlyArray<string>
  /** Its port; any free one by default. */
  readonly port?: number
  /** How an administrator reaches it, where that is not just its port. */
  readonly access?: Access
}

export interface Single extends Handle {
  readonly url: string
}

/** A server of its own, killed when the scope closes. */
export const single = Effect.fnUntraced(function*({ access = {}, args = [], port: given }: Options = {}) {
  const port = given ?? (yield* freePort)
  const cwd = yield* directory
  const handle = yield* serve(port, cwd, [...basic(port), ...args], { host: "127.0.0.1", port, ...access })
  const server: Single = { ...handle, url: `redis://127.0.0.1:${port}` }
  return server
})
