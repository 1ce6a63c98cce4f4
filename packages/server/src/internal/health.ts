import { SmartCache } from "@smart-cache/core/SmartCache"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { readFileSync } from "node:fs"
import { Api } from "../Api.ts"
import { Health } from "../api/Health.ts"

/** The version of this package. */
const version = (): string => {
  const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    readonly version: string
  }
  return manifest.version
}

/** Whether the cache is well. */
export const layer = HttpApiBuilder.group(
  Api,
  "health",
  Effect.fnUntraced(function*(handlers) {
    const cache = yield* SmartCache
    const startedAt = yield* Clock.currentTimeMillis
    const running = version()
    return handlers.handle(
      "health",
      Effect.fnUntraced(function*() {
        const { problem, store, ...health } = yield* cache.health
        const now = yield* Clock.currentTimeMillis
        return new Health({
          status: health.state,
          since: health.since,
          uptime_ms: now - startedAt,
          version: running,
          store: { kind: store, ...health, ...problem === undefined ? {} : { problem } }
        })
      })
    )
  })
)
