import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { Api } from "../Api.ts"
import * as Events from "./events.ts"
import * as Odds from "./odds.ts"

/** What the world tells the cache. */
export const layer = HttpApiBuilder.group(
  Api,
  "changes",
  Effect.fnUntraced(function*(handlers) {
    const event = yield* Events.make
    const odds = yield* Odds.make
    return handlers.handleAll({
      event: ({ headers, payload }) => event(payload, headers["idempotency-key"]),
      odds: ({ payload }) => odds(payload)
    })
  })
)
