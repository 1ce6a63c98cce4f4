/** Observing and judging with more and more markets remembered, in turn. */
import { curve } from "./curve.ts"
import { bare } from "./reads.ts"
import { started } from "./vix.ts"

const samples = 36

const lookUps = 200_000

const start = async (size: number) => {
  const { round, stop } = await started({ markets: size, samples })
  const names = Array.from({ length: size }, (_, id) => `match-${id}:market`)
  const map = new Map(names.map((name, id) => [name, { id }]))
  return { round: async () => ({ ...await round(), "Map": bare(map, names, (at) => at % size, lookUps) }), stop }
}

export const workload = curve({
  name: "vix-markets",
  title: `markets remembered, ${samples} observations each`,
  x: "markets",
  sizes: [100, 1000, 10_000, 100_000],
  few: [100, 1000],
  redis: "none",
  measures: [{ name: "observe and judge", unit: "ns" }, { name: "Map", unit: "ns" }],
  laws: [{
    measure: "observe and judge",
    over: "Map",
    growth: "flat",
    why: "look-ups by hash; what both pay more is the processor's"
  }],
  start
})
