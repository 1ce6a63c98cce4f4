/** The volatility guard: observing a price and judging it, with 360 samples held of every market. */
import type { Started, Subject, Workload } from "../frame/workload.ts"
import { type Guard, ours, samples, twoPasses } from "./vixMarkets.ts"

/** Prices walk by whole ticks, and no price comes twice in a row: an unchanged one would be no sample. */
class Walk {
  private state = 1

  step(odds: number): number {
    this.state = (Math.imul(this.state, 1_103_515_245) + 12_345) & 0x7fffffff
    const ticks = 1 + (this.state >> 16) % 5
    const up = odds < 1.5 || (odds < 5 && (this.state & 0x4000) !== 0)
    return Math.round(odds * 100 + (up ? ticks : -ticks)) / 100
  }
}

type GuardOf = (names: ReadonlyArray<string>) => Guard

const observations = 100_000

const measure = "an observation, processor"

/** The score by its definition. */
const scoreOf = (past: ReadonlyArray<number>, price: number): number => {
  const mean = past.reduce((sum, each) => sum + each, 0) / past.length
  const squares = past.reduce((sum, each) => sum + (each - mean) ** 2, 0)
  return Math.abs(price - mean) / Math.max(Math.sqrt(squares / (past.length - 1)), 0.01)
}

/** One market of all is followed, and its score is checked after each round. */
const started = (guardOf: GuardOf, markets: number): Started => {
  const guard = guardOf(Array.from({ length: markets }, (_, i) => `market:${i}`))
  const odds = new Float64Array(markets).fill(2)
  const walk = new Walk()
  const past: Array<number> = []
  let now = 1_000_000
  let turn = 0
  const follow = (price: number): void => {
    past.push(price)
    if (past.length > samples) past.shift()
  }
  const observe = (i: number): number => {
    const price = odds[i] = walk.step(odds[i]!)
    const score = guard(i, price, ++now)
    if (i === 0) follow(price)
    return score
  }
  const check = (): void => {
    const before = past.slice()
    const score = observe(0)
    const wanted = scoreOf(before, past.at(-1)!)
    if (!(Math.abs(score - wanted) <= 1e-6)) throw new Error(`a wrong score: ${score} instead of ${wanted}`)
  }
  for (let i = 0; i < markets * (samples + 1); i++) observe(turn++ % markets)
  return {
    round: async () => {
      const before = process.threadCpuUsage()
      for (let i = 0; i < observations; i++) observe(turn++ % markets)
      const { system, user } = process.threadCpuUsage(before)
      check()
      return { [measure]: (system + user) * 1000 / observations }
    },
    stop: async () => {}
  }
}

const sizes = [100, 1000, 10_000, 100_000]

const subjectOf = (guard: GuardOf, markets: number) => async (): Promise<Subject> => ({
  start: async () => started(guard, markets)
})

const nameOf = (markets: number): string => `${markets.toLocaleString("en")} markets`

const subjects = (name: string, guard: GuardOf): Workload["subjects"] =>
  Object.fromEntries(sizes.map((markets) => [`${name}, ${nameOf(markets)}`, subjectOf(guard, markets)]))

const floor = "two passes"

export const workload: Workload = {
  name: "vix",
  title: `the volatility guard: a price is judged and becomes a sample, ${samples} held of every market`,
  redis: "none",
  measures: [{ name: measure, unit: "ns", better: "less" }],
  subjects: { ...subjects(floor, twoPasses), ...subjects("smart-cache", ours) },
  base: `${floor}, ${nameOf(1000)}`,
  targets: sizes.flatMap((markets) => {
    const own = { subject: `smart-cache, ${nameOf(markets)}`, measure, times: 1.05 }
    return [
      { ...own, says: "1 µs where two passes take 0.95", of: `${floor}, ${nameOf(markets)}` },
      { ...own, says: "flat in the number of markets", of: `${floor}, ${nameOf(sizes[0]!)}` }
    ]
  }),
  rounds: 9
}
