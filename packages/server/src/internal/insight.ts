import { SmartCache } from "@smart-cache/core/SmartCache"
import { type Graph, TagGraph } from "@smart-cache/core/TagGraph"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { Api } from "../Api.ts"
import type * as Wire from "../api/Insight.ts"
import * as Problems from "../api/Problems.ts"
import { ofCache } from "./cacheProblems.ts"
import * as Decisions from "./decisions.ts"
import * as Markets from "./markets.ts"
import { explanation } from "./reads.ts"
import { Streams } from "./streams.ts"

const graphOf = ({ affected, edges, events, factors, markets }: Graph): typeof Wire.Graph.Type => ({
  events: events.map((name) => ({
    name,
    factors: edges.filter(({ from }) => from === `event:${name}`).map(({ to }) => to.slice("factor:".length)),
    affected: affected(name) ?? []
  })),
  factors,
  markets,
  edges
})

/** What the cache does and why. */
export const layer = HttpApiBuilder.group(
  Api,
  "insight",
  Effect.fnUntraced(function*(handlers) {
    const cache = yield* SmartCache
    const streams = yield* Streams
    const graph = graphOf(yield* TagGraph)
    const decisions = yield* Decisions.make
    const markets = yield* Markets.make
    return handlers.handleAll({
      explain: ({ query }) =>
        cache.explain(query.key).pipe(
          Effect.map(explanation),
          Effect.catchReason("SmartCacheError", "InvalidKey", ({ length, problem }) => {
            const message = `the key (${length} characters) ${problem}`
            return new Problems.BadRequest({ detail: message, errors: [{ path: ["query", "key"], message }] })
          }),
          Effect.catchTag("SmartCacheError", ofCache)
        ),
      decisions: ({ query }) => streams.open(decisions(query)),
      graph: () => Effect.succeed(graph),
      vix: ({ query }) => markets.recent(query.limit ?? 50),
      trace: ({ query }) => markets.trace(query.market_key)
    })
  })
)
