/** The volatility guard alone: observe and judge, timed. */
import * as Detector from "@smart-cache/core/Detector"
import * as VixService from "@smart-cache/core/VixService"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { processorTime } from "./reads.ts"

export interface Size {
  readonly markets: number
  readonly samples: number
}

/** What the settings have by default. */
const detector = Detector.zScore({ minSamples: 4, warning: 1.5, panic: 2 })

const pairs = 20_000

/** So many odds in steps of a tick, drawn once: a calm market, whose history never is all the same. */
const drawn = 4096
const drift = Random.Random.pipe(
  Random.withSeed("curves:vix"),
  Effect.map((random) =>
    Float64Array.from({ length: drawn }, () => 2 + Math.round(random.nextDoubleUnsafe() * 20) / 100)
  )
)

/** Pairs of an observation and a judgement, market after market, over full histories. */
export const started = async ({ markets, samples }: Size) => {
  const odds = await Effect.runPromise(drift)
  const vix = VixService.make({ detector, window: 1e12, maxSamples: samples, maxMarkets: markets })
  const names = Array.from({ length: markets }, (_, i) => `match-${i}:market`)
  const begun = Date.now() - 1e9
  let at = 0
  const next = (): { readonly market: string; readonly odds: number; readonly at: number } => {
    const step = at++
    return { market: names[step % markets]!, odds: odds[step % drawn]!, at: begun + step }
  }
  const fill = Effect.gen(function*() {
    for (let i = 0; i < markets * samples; i++) yield* vix.observe(next())
  })
  const round = Effect.gen(function*() {
    const start = processorTime()
    for (let i = 0; i < pairs; i++) {
      const observation = next()
      yield* vix.observe(observation)
      const { level } = yield* vix.judge({ [observation.market]: observation.odds })
      if (level === "unknown") return yield* Effect.die(new Error("a market with history was unknown"))
    }
    return { "observe and judge": (processorTime() - start) / pairs }
  })
  await Effect.runPromise(Effect.orDie(fill))
  return { round: () => Effect.runPromise(Effect.orDie(round)), stop: async () => {} }
}
