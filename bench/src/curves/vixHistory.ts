/** Observing and judging one market with more and more history. */
import { curve } from "./curve.ts"
import { started } from "./vix.ts"

export const workload = curve({
  name: "vix-history",
  title: "observations remembered of a market",
  x: "observations",
  sizes: [100, 1000, 10_000, 100_000],
  few: [100, 1000],
  redis: "none",
  measures: [{ name: "observe and judge", unit: "ns" }],
  laws: [{ measure: "observe and judge", growth: "flat", why: "sums that slide with the window" }],
  start: (samples) => started({ markets: 1, samples })
})
