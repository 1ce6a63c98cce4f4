/** Counts what a piece of work makes: not how long it takes, which is weather. */
import * as Context from "effect/Context"
import * as Metric from "effect/Metric"
import { createHook } from "node:async_hooks"

export interface Made {
  readonly promises: number
  /** `setTimeout` and its like, each time one is made. */
  readonly timers: number
  /** Turns of the event loop that were asked for: Effect's scheduler takes one a crowd, a client one a batch. */
  readonly immediates: number
  /** Fibers beside the one that does the work. */
  readonly fibers: number
  readonly computes: number
}

export const kinds = ["promises", "timers", "immediates", "fibers", "computes"] as const satisfies ReadonlyArray<
  keyof Made
>

/** How Node calls the resources that are counted (`async_hooks`). */
const resources: Readonly<Record<string, keyof Made>> = {
  PROMISE: "promises",
  Timeout: "timers",
  Immediate: "immediates"
}

const nothing = { promises: 0, timers: 0, immediates: 0, fibers: 0, computes: 0 } as const satisfies Made

export class Meter {
  private made: { -readonly [K in keyof Made]: number } = { ...nothing }
  private running = false
  private readonly hook = createHook({
    init: (_id, type) => {
      const kind = resources[type]
      if (kind !== undefined) this.add(kind)
    }
  })

  /** To be provided to what is measured: whatever runs in its context tells here of each fiber that it starts. */
  readonly fibers: Context.Context<never> = Context.make(Metric.FiberRuntimeMetrics, {
    recordFiberStart: () => this.add("fibers"),
    recordFiberEnd: () => {}
  })

  begin(): void {
    this.made = { ...nothing }
    this.running = true
    this.hook.enable()
  }

  computed(): void {
    this.add("computes")
  }

  /** What was made until now, or until the first of several ends. */
  end(): Made {
    this.hook.disable()
    this.running = false
    return this.made
  }

  private add(kind: keyof Made): void {
    if (this.running) this.made[kind]++
  }
}
