/**
 * A virtual clock for work that also waits for the real world.
 *
 * It goes to the next moment that somebody sleeps for only when no fiber has anything to do and
 * nothing from outside is awaited: however long an answer takes, it takes no time on this clock.
 * `TestClock` waits for fibers alone.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Scheduler from "effect/Scheduler"

interface Sleeper {
  readonly at: number
  readonly wake: () => void
}

export class SteppedClock implements Clock.Clock {
  /** In descending order of time, those of one moment in the order in which they went to sleep, last first. */
  private readonly sleepers: Array<Sleeper> = []
  private readonly start: number
  private now: number
  /** Tasks of fibers that are due, and answers that are awaited. */
  private busy = 0
  private idle: (() => void) | undefined

  /** Epoch milliseconds. */
  constructor(start: number) {
    this.start = start
    this.now = start
  }

  currentTimeMillisUnsafe(): number {
    return this.now
  }

  currentTimeNanosUnsafe(): bigint {
    return BigInt(Math.round(this.now)) * 1_000_000n
  }

  monotonicTimeNanosUnsafe(): bigint {
    return BigInt(Math.round((this.now - this.start) * 1e6))
  }

  readonly currentTimeMillis = Effect.sync(() => this.currentTimeMillisUnsafe())
  readonly currentTimeNanos = Effect.sync(() => this.currentTimeNanosUnsafe())
  readonly monotonicTimeNanos = Effect.sync(() => this.monotonicTimeNanosUnsafe())

  sleep(duration: Duration.Duration): Effect.Effect<void> {
    return Effect.callback((resume) => {
      const at = this.now + Duration.toMillis(duration)
      if (at <= this.now) return resume(Effect.void)
      const sleeper: Sleeper = { at, wake: () => resume(Effect.void) }
      this.sleepers.splice(this.placeOf(at), 0, sleeper)
      return Effect.sync(() => {
        const place = this.sleepers.indexOf(sleeper)
        if (place >= 0) this.sleepers.splice(place, 1)
      })
    })
  }

  private placeOf(at: number): number {
    let low = 0
    let high = this.sleepers.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.sleepers[middle]!.at > at) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Work that is done outside: the clock stands until it is done. */
  readonly outside = <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.suspend(() => {
      this.busy++
      return Effect.ensuring(work, Effect.sync(() => this.done()))
    })

  private done(): void {
    this.busy--
    this.settle()
  }

  /** Whoever was served a moment ago may go on at once with something else, so that the end of the step is awaited. */
  private settle(): void {
    if (this.busy > 0 || this.idle === undefined) return
    queueMicrotask(() => {
      const { idle } = this
      if (this.busy > 0 || idle === undefined) return
      this.idle = undefined
      idle()
    })
  }

  private readonly quiet: Effect.Effect<void> = Effect.callback((resume) => {
    this.idle = () => resume(Effect.void)
    this.settle()
  })

  /** Goes to a moment and wakes, one after the other, those who sleep until then. */
  readonly setTime = (to: number): Effect.Effect<void> =>
    Effect.gen({ self: this }, function*() {
      yield* this.quiet
      while (this.sleepers.length > 0 && this.sleepers.at(-1)!.at <= to) {
        const { at, wake } = this.sleepers.pop()!
        this.now = at
        wake()
        yield* this.quiet
      }
      this.now = to
    })

  private counted(parent: Scheduler.Scheduler): Scheduler.Scheduler {
    return {
      executionMode: parent.executionMode,
      shouldYield: (fiber) => parent.shouldYield(fiber),
      makeDispatcher: () => {
        const dispatcher = parent.makeDispatcher()
        return {
          flush: () => dispatcher.flush(),
          scheduleTask: (task, priority) => {
            this.busy++
            dispatcher.scheduleTask(() => {
              try {
                task()
              } finally {
                this.done()
              }
            }, priority)
          }
        }
      }
    }
  }

  /** Runs everything on this clock; whoever moves it belongs inside, too. */
  readonly provide = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.flatMap(Scheduler.Scheduler, (parent) =>
      Effect.provideContext(
        effect,
        Context.make(Clock.Clock, this).pipe(Context.add(Scheduler.Scheduler, this.counted(parent)))
      ) as Effect.Effect<A, E, R>)
}
