import { CacheConfig } from "@smart-cache/core/CacheConfig"
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

/** A sender's clock may be ahead by so many milliseconds; what it sees then is of now. */
const tolerance = 5000

/** When odds were seen. */
const moment = ({ at }: Observation, now: number): number =>
  at === undefined || at > now && at <= now + tolerance ? now : at

/** Takes odds in: all are looked at before the first becomes history. */
export const make = Effect.gen(function*() {
  const vix = yield* VixService
  const { vixWindow } = yield* CacheConfig

  /** Says what is wrong with an observation; `latest` holds those before it in the same request. */
  const check = Effect.fnUntraced(
    function*(observation: Observation, latest: Map<string, number>, now: number) {
      const { market_key: market, odds } = observation
      const problem = yield* vix.judge({ [market]: odds }).pipe(Effect.match({
        onFailure: refusalOf,
        onSuccess: () => undefined
      }))
      if (problem !== undefined) return problem
      const remembered = Option.map(yield* vix.statistics(market), ({ last }) => last)
      const last = latest.get(market) ?? Option.getOrElse(remembered, () => -Infinity)
      const seen = moment(observation, now)
      const oldest = now - vixWindow
      if (seen > now) return { field: "at", message: `must not be after ${now} (now), got ${seen}` } as const
      if (seen < oldest) return { field: "at", message: `must not be before ${oldest}, got ${seen}` } as const
      if (seen < last) return { field: "at", message: `must not be before ${last}, got ${seen}` } as const
      latest.set(market, seen)
      return undefined
    }
  )

  /** Later odds of the market may have arrived meanwhile: these are no news any more. */
  const record = (observation: Observation, now: number) => {
    const { market_key: market, odds } = observation
    return vix.observe({ market, odds, at: moment(observation, now) }).pipe(
      Effect.match({ onFailure: () => 0, onSuccess: () => 1 })
    )
  }

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
    for (const observation of all) observed += yield* record(observation, now)
    return { observed }
  })
})
