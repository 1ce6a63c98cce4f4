/** The markets as the volatility guard sees them. */
import { CacheConfig } from "@smart-cache/core/CacheConfig"
import { type TracePoint, VixService } from "@smart-cache/core/VixService"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Wire from "../api/Insight.ts"
import { numeric } from "../api/Numbers.ts"
import * as Problems from "../api/Problems.ts"

const point = ({ at, level, mean, odds, sigma, z }: TracePoint): typeof Wire.Trace.Type["points"][number] => ({
  at,
  odds: numeric(odds),
  mean: numeric(mean),
  sigma: numeric(sigma),
  z: numeric(z),
  level
})

export const make = Effect.gen(function*() {
  const vix = yield* VixService
  const { vixPanic: panic, vixWarning: warning } = yield* CacheConfig

  /** A market by its last odds; `undefined` when it was forgotten meanwhile, or all its odds are too old. */
  const market = Effect.fnUntraced(function*(market_key: string) {
    const known = Option.getOrUndefined(yield* vix.statistics(market_key))
    if (known === undefined || known.samples === 0) return undefined
    const { mean, odds, samples, sigma } = known
    const { level, z } = yield* vix.judge({ [market_key]: odds }).pipe(Effect.orDie)
    const found: typeof Wire.Market.Type = {
      market_key,
      level,
      z: numeric(z),
      odds: numeric(odds),
      mean: numeric(mean),
      sigma: numeric(sigma),
      samples
    }
    return found
  })

  return {
    /** The most recently observed markets first. */
    recent: (limit: number) =>
      Effect.map(
        Effect.suspend(() => Effect.forEach(vix.recent(limit), market)),
        (found) => found.filter((each) => each !== undefined)
      ),
    trace: Effect.fnUntraced(function*(market_key: string) {
      const points = yield* vix.trace(market_key)
      if (points.length === 0) {
        return yield* new Problems.NotFound({
          detail: `no odds of market ${JSON.stringify(market_key)} are remembered`
        })
      }
      return { market_key, warning, panic, points: points.map(point) }
    })
  }
})
