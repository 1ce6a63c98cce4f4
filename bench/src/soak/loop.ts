/** How long the event loop and the collector keep others waiting; both are told by Node itself. */
import { constants, monitorEventLoopDelay, type PerformanceEntry, PerformanceObserver } from "node:perf_hooks"
import { histogram, record, waitsOf } from "./histogram.ts"

/** Milliseconds of the timer that looks. */
const resolution = 1

/** As Node hands collections out. */
interface Collection extends PerformanceEntry {
  readonly detail: { readonly flags: number }
}

/** Watches until it is asked. */
export const watch = () => {
  const delay = monitorEventLoopDelay({ resolution })
  const pauses = histogram()
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { detail: { flags }, duration } = entry as Collection
      if ((flags & constants.NODE_PERFORMANCE_GC_FLAGS_FORCED) === 0) {
        record(pauses, duration)
      }
    }
  })
  observer.observe({ entryTypes: ["gc"] })
  delay.enable()
  return () => {
    delay.disable()
    observer.disconnect()
    return { loop: { ...waitsOf(delay), resolution }, gc: waitsOf(pauses) }
  }
}
