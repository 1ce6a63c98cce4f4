import type { SmartCacheError } from "@smart-cache/core/CacheError"
import { VixService } from "@smart-cache/core/VixService"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Observation } from "../api/Changes.ts"
import * as Problems from "../api/Problems.ts"

interface Refusal {
  readonly field: "odds" | "at"
  readonly message: string
}

const refusalOf = ({ reason }: SmartCacheError): Refusal => ({
  field: "odds",
  message: reason._tag === "InvalidOdds" ? `must be ${reason.expected}, got ${reason.got}` : "was refused"
})

const refused = (path: ReadonlyArray<string | number>, market: string, { field, message }: Refusal) =>
  new Problems.Unprocessable({
    detail: `${field} of market ${JSON.stringify(market)} ${message}; nothing was recorded`,
    errors: [{ path: ["payload", ...path, field], message }]
  })

/** Takes odds in: all are looked at before the first becomes history. */
export const make = Effect.map(VixService, (vix) => {
  /** Says what is wrong with an observation; `latest` holds those before it in the same request. */
  const check = Effect.fnUntraced(
    function*({ at, market_key: market, odds }: Observation, latest: Map<string, number>, now: number) {
      const problem = yield* vix.judge({ [market]: odds }).pipe(Effect.match({
        onFailure: refusalOf,
        onSuccess: () => undefined
      }))
      if (problem !== undefined) return problem
      const remembered = Option.map(yield* vix.statistics(market), ({ last }) => last)
      const last = latest.get(market) ?? Option.getOrElse(remembered, () => -Infinity)
      const seen = at ?? now
      if (seen > now) return { field: "at", message: `must not be after ${now} (now), got ${seen}` } as const
      if (seen < last) return { field: "at", message: `must not be before ${last}, got ${seen}` } as const
      latest.set(market, seen)
      return undefined
    }
  )

  /** Later odds of the market may have arrived meanwhile: these are no news any more. */
  const record = ({ at, market_key: market, odds }: Observation) =>
    vix.observe({ market, odds, at }).pipe(Effect.match({ onFailure: () => 0, onSuccess: () => 1 }))

  return Effect.fnUntraced(function*(payload: Observation | ReadonlyArray<Observation>) {
    const isOne = (it: typeof payload): it is Observation => "odds" in it
    const all = isOne(payload) ? [payload] : payload
    const now = yield* Clock.currentTimeMillis
    const latest = new Map<string, number>()
    for (const [i, observation] of all.entries()) {
      const problem = yield* check(observation, latest, now)
      if (problem !== undefined) return yield* refused(isOne(payload) ? [] : [i], observation.market_key, problem)
    }
    let observed = 0
    for (const observation of all) observed += yield* record(observation)
    return { observed }
  })
})
