/**
 * Moments that readers wait for; those of the same millisecond share one timer.
 *
 * A timer belongs to those who wait for it, and ends with the last of them: readers wait on while a cache closes.
 */
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"

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
    for (const sleeper of this.sleepers) sleeper()
  }
}

export class Alarms {
  /** By epoch milliseconds; as many as readers wait at most. */
  private readonly set = new Map<number, Alarm>()

  /** Calls the sleeper at a moment, unless it leaves before; nothing when the moment has come. */
  join(moment: number, sleeper: () => void): Effect.Effect<Alarm | undefined> {
    return Effect.clockWith((clock) => {
      if (clock.currentTimeMillisUnsafe() >= moment) return Effect.undefined
      const known = this.set.get(moment)
      if (known !== undefined) {
        known.join(sleeper)
        return Effect.succeed(known)
      }
      const alarm = new Alarm(() => {
        if (this.set.get(moment) === alarm) this.set.delete(moment)
      })
      this.set.set(moment, alarm)
      alarm.join(sleeper)
      const sleep = Effect.sleep(moment - clock.currentTimeMillisUnsafe())
      const ringing = Effect.andThen(sleep, Effect.sync(() => alarm.ring()))
      return Effect.map(Effect.forkDetach(ringing, { startImmediately: true }), (fiber) => {
        alarm.start(fiber)
        return alarm
      })
    })
  }
}
