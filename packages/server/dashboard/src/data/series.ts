/** What happened between two samples of the stream of metrics. */
import type { Sample, Strategy } from "./types.ts"

/** Bottom of the stack first: what costs least. */
export const strategies: ReadonlyArray<Strategy> = ["serve_fresh", "serve_stale", "compute", "bypass"]

/** Ten minutes at one sample a second. */
export const maxSamples = 600

/** Rates of a stretch of time; shares in percent, `null` when nothing was read in it. */
export interface Step {
  readonly at: number
  readonly requests: number
  readonly computes: number
  readonly hitRate: number | null
  readonly shares: Readonly<Record<Strategy, number | null>>
}

export const number = ({ metrics }: Sample, name: string): number => {
  const value = metrics[name]
  return typeof value === "number" ? value : 0
}

const strategyName = (strategy: Strategy) => `strategy_${strategy}`
const watched = ["total_requests", "computes", ...strategies.map(strategyName)]

/** What came between two samples; `undefined` when a counter went back, for then the server began again. */
export const step = (before: Sample, after: Sample): Step | undefined => {
  const seconds = (after.at - before.at) / 1000
  const risen = new Map(watched.map((name) => [name, number(after, name) - number(before, name)]))
  if (!(seconds > 0) || [...risen.values()].some((rise) => rise < 0)) return undefined
  const requests = risen.get("total_requests")!
  const share = (strategy: Strategy) => requests === 0 ? null : risen.get(strategyName(strategy))! / requests * 100
  const shares = {
    serve_fresh: share("serve_fresh"),
    serve_stale: share("serve_stale"),
    compute: share("compute"),
    bypass: share("bypass")
  }
  const hitRate = shares.serve_fresh === null ? null : shares.serve_fresh + shares.serve_stale!
  return { at: after.at, requests: requests / seconds, computes: risen.get("computes")! / seconds, hitRate, shares }
}

const nothing = (at: number): Step => ({
  at,
  requests: Number.NaN,
  computes: Number.NaN,
  hitRate: null,
  shares: { serve_fresh: null, serve_stale: null, compute: null, bypass: null }
})

/** A step a sample from the second on; a gap where the server began again or was not heard for long. */
export const steps = (samples: ReadonlyArray<Sample>): ReadonlyArray<Step> =>
  samples.slice(1).map((after, i) => {
    const before = samples[i]!
    return (after.at - before.at > 10_000 ? undefined : step(before, after)) ?? nothing(after.at)
  })

/** The last `seconds` taken together, for figures that are calm enough to be read. */
export const latest = (samples: ReadonlyArray<Sample>, seconds: number): Step | undefined => {
  const last = samples.at(-1)
  if (last === undefined) return undefined
  const from = samples.findIndex((sample) => sample.at >= last.at - seconds * 1000 - 500)
  // A restart inside the window: only what came after it counts.
  for (let i = from; i < samples.length - 1; i++) {
    const found = step(samples[i]!, last)
    if (found !== undefined) return found
  }
  return undefined
}
