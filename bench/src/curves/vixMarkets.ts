/** Observing and judging with more and more markets remembered. */
import { curve } from "./curve.ts"
import { started } from "./vix.ts"

const samples = 36

export const workload = curve({
  name: "vix-markets",
  title: `markets remembered, ${samples} observations each`,
  x: "markets",
  sizes: [100, 1000, 10_000, 100_000],
  few: [100, 1000],
  redis: "none",
  measures: [{ name: "observe and judge", unit: "ns" }],
  laws: [{ measure: "observe and judge", growth: "flat", why: "one look-up by hash" }],
  start: (markets) => started({ markets, samples })
})
