/** Percentiles of a stretch of time, from two readings of the buckets that Prometheus is given. */
import type { Strategy } from "./types.ts"

/** Values at or below each bound, ascending; the last bound is `Infinity`. Seconds. */
export type Buckets = ReadonlyArray<readonly [bound: number, count: number]>
export type StrategyBuckets = ReadonlyMap<Strategy, Buckets>

const line = /^read_latency_seconds_bucket\{(.*)\} (\S+)/
const label = (labels: string, name: string): string | undefined =>
  new RegExp(`(?:^|,)${name}="([^"]*)"`).exec(labels)?.[1]

/** Reads the buckets of the reads' latency out of Prometheus text. */
export const parse = (text: string): StrategyBuckets => {
  const found = new Map<Strategy, Array<readonly [number, number]>>()
  for (const row of text.split("\n")) {
    const [, labels = "", count = ""] = line.exec(row) ?? []
    const strategy = label(labels, "strategy") as Strategy | undefined
    const le = label(labels, "le")
    if (strategy === undefined || le === undefined) continue
    const buckets = found.get(strategy) ?? []
    buckets.push([le === "+Inf" ? Infinity : Number(le), Number(count)])
    found.set(strategy, buckets)
  }
  return found
}

/** What came between two readings; all of the later one when the server began again. */
export const between = (before: Buckets, after: Buckets): Buckets => {
  const began = before.length !== after.length || after.some(([, count], i) => count < before[i]![1])
  return began ? after : after.map(([bound, count], i) => [bound, count - before[i]![1]] as const)
}

/** Adds up readings with the same bounds. */
export const sum = (all: ReadonlyArray<Buckets>): Buckets =>
  (all[0] ?? []).map(([bound], i) => [bound, all.reduce((total, buckets) => total + (buckets[i]?.[1] ?? 0), 0)])

/** The quantile, interpolated inside its bucket as Prometheus does; `null` of nothing. */
export const quantile = (buckets: Buckets, q: number): number | null => {
  const total = buckets.at(-1)?.[1] ?? 0
  if (total === 0) return null
  const rank = q * total
  const at = buckets.findIndex(([, count]) => count >= rank)
  const [below, fewer] = buckets[at - 1] ?? [0, 0]
  const [bound, count] = buckets[at]!
  if (bound === Infinity) return below
  return count === fewer ? bound : below + (bound - below) * (rank - fewer) / (count - fewer)
}
