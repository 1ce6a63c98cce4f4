/**
 * Moments that readers wait for; those of the same millisecond share one timer.
 *
 * A timer belongs to those who wait for it, and ends with the last of them: readers wait on while a cache closes.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import { each } from "./each.ts"

export class Alarm {
  private readonly sleepers = new Set<() => void>()
  private fiber: Fiber.Fiber<void> | undefined = undefined
  private readonly unset: () => void

  /** Calls `unset` when it has rung, or nobody waits for it any more. */
  constructor(unset: () => void) {
    this.unset = unset
  }

  start(fiber: Fiber.Fiber<void>): void {
    this.fiber = fiber
  }

  join(sleeper: () => void): void {
    this.sleepers.add(sleeper)
  }

  leave(sleeper: () => void): void {
    this.sleepers.delete(sleeper)
    if (this.sleepers.size > 0) return
    this.unset()
    this.fiber?.interruptUnsafe()
  }

  ring(): void {
    this.unset()
    each(this.sleepers, (sleeper) => sleeper())
  }
}

export class Alarms {
  /** By epoch milliseconds; as many as readers wait at most. */
  private readonly set = new Map<number, Alarm>()

  /** Calls the sleeper at a moment of the fiber's clock, unless it leaves before; nothing when the moment has come. */
  join(moment: number, sleeper: () => void, { context }: Fiber.Fiber<unknown, unknown>): Alarm | undefined {
    const now = Context.get(context, Clock.Clock).currentTimeMillisUnsafe()
    if (now >= moment) return undefined
    const alarm = this.set.get(moment) ?? this.start(moment, moment - now, context)
    alarm.join(sleeper)
    return alarm
  }

  private start(moment: number, millis: number, context: Context.Context<never>): Alarm {
    const alarm = new Alarm(() => {
      if (this.set.get(moment) === alarm) this.set.delete(moment)
    })
    this.set.set(moment, alarm)
    const ringing = Effect.andThen(Effect.sleep(millis), Effect.sync(() => alarm.ring()))
    alarm.start(Effect.runForkWith(context)(ringing))
    return alarm
  }
}
