/** Every curve by its name; a point's process loads its own and no other. */
import type { Curve } from "./curve.ts"

export const workloads: Readonly<Record<string, () => Promise<{ readonly workload: Curve }>>> = {
  entries: () => import("./entries.ts"),
  tags: () => import("./tags.ts"),
  markets: () => import("./markets.ts"),
  processes: () => import("./processes.ts"),
  readers: () => import("./readers.ts"),
  "value-size": () => import("./valueSize.ts"),
  "vix-history": () => import("./vixHistory.ts"),
  "vix-markets": () => import("./vixMarkets.ts"),
  invalidation: () => import("./invalidation.ts")
}
