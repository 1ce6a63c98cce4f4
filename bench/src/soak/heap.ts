/** The heap after a collection, again and again, and whether it grows. */
import { median } from "../frame/figures.ts"
import type { Sample } from "./report.ts"

/** Bytes in use after a collection. */
export const collected = (): number => {
  if (globalThis.gc === undefined) throw new Error("the soak's process needs --expose-gc")
  globalThis.gc()
  return process.memoryUsage().heapUsed
}

const middle = (part: ReadonlyArray<Sample>): number => median(part.map(({ heap }) => heap))

/** The last third's median against the first's. */
export const growth = (samples: ReadonlyArray<Sample>): number => {
  const third = Math.ceil(samples.length / 3)
  return samples.length === 0 ? 0 : middle(samples.slice(-third)) / middle(samples.slice(0, third)) - 1
}
