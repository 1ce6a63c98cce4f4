import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"

/** So many elements were left out since the last time it was said. */
export class Skipped {
  readonly count: number

  constructor(count: number) {
    this.count = count
  }
}

/**
 * At most `perSecond` elements a second; what is beyond, or what a slow taker has no room for, is counted and said
 * once a second.
 */
export const sampled = <A>(source: Stream.Stream<A>, perSecond: number): Stream.Stream<A | Skipped> =>
  Stream.callback<A | Skipped>((queue) => {
    let room = perSecond
    let skipped = 0
    const take = (element: A) => {
      if (room > 0 && Queue.offerUnsafe(queue, element)) room--
      else skipped++
    }
    const tick = () => {
      room = perSecond
      if (skipped > 0 && Queue.offerUnsafe(queue, new Skipped(skipped))) skipped = 0
    }
    return Effect.all([
      Stream.runForEach(source, (element) => Effect.sync(() => take(element))),
      Effect.schedule(Effect.sync(tick), Schedule.spaced("1 second"))
    ], { concurrency: "unbounded", discard: true })
  }, { bufferSize: perSecond + 1, strategy: "dropping" })
