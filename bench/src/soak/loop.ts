/** How long the event loop and the collector keep others waiting; both are told by Node itself. */
import {
  constants,
  createHistogram,
  monitorEventLoopDelay,
  type PerformanceEntry,
  PerformanceObserver
} from "node:perf_hooks"
import type { Waits } from "./report.ts"

/** Milliseconds of the timer that looks. */
const resolution = 1

interface Percentiles {
  readonly count: number
  readonly max: number
  readonly percentile: (share: number) => number
}

const waits = (histogram: Percentiles): Waits => {
  const at = (share: number) => histogram.count === 0 ? 0 : histogram.percentile(share) / 1e6
  return { count: histogram.count, p50: at(50), p99: at(99), p999: at(99.9), max: at(100) }
}

/** As Node hands collections out. */
interface Collection extends PerformanceEntry {
  readonly detail: { readonly flags: number }
}

/** Watches until it is asked. */
export const watch = () => {
  const delay = monitorEventLoopDelay({ resolution })
  const pauses = createHistogram({ highest: 100_000_000_000, figures: 3 })
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { detail: { flags }, duration } = entry as Collection
      if ((flags & constants.NODE_PERFORMANCE_GC_FLAGS_FORCED) === 0) {
        pauses.record(Math.max(1, Math.round(duration * 1e6)))
      }
    }
  })
  observer.observe({ entryTypes: ["gc"] })
  delay.enable()
  return () => {
    delay.disable()
    observer.disconnect()
    return { loop: { ...waits(delay), resolution }, gc: waits(pauses) }
  }
}
