import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Problems from "../api/Problems.ts"

interface Answer<A, E> {
  readonly body: string
  readonly until: number
  readonly given: Deferred.Deferred<A, E>
}

/**
 * Runs what a key names once: repeats are given the first answer, while it is remembered, and those that come
 * meanwhile wait for it. Failures are not remembered, so that they can be tried again.
 */
export type Once<A, E> = (
  key: string,
  body: string,
  run: Effect.Effect<A, E>
) => Effect.Effect<A, E | Problems.Conflict>

export interface Options {
  /** Answers remembered; the oldest leaves first. */
  readonly capacity: number
  /** Milliseconds. */
  readonly timeToLive: number
}

const conflict = new Problems.Conflict({
  detail: "this Idempotency-Key came with another body before; use a new key for a new request"
})

/** What is run goes on in the scope when whoever asked first has left: its repeats wait for the same answer. */
export const make = <A, E>({ capacity, timeToLive }: Options): Effect.Effect<Once<A, E>, never, Scope.Scope> =>
  Effect.map(Effect.scope, (scope) => {
    // In the order of arrival, which is that of expiry.
    const answers = new Map<string, Answer<A, E>>()
    const forget = (now: number) => {
      for (const [key, { until }] of answers) {
        if (until > now && answers.size < capacity) return
        answers.delete(key)
      }
    }
    const begin = (key: string, answer: Answer<A, E>, run: Effect.Effect<A, E>) => {
      answers.set(key, answer)
      return run.pipe(
        Effect.onError(() =>
          Effect.sync(() => {
            if (answers.get(key) === answer) answers.delete(key)
          })
        ),
        Deferred.into(answer.given),
        Effect.forkIn(scope)
      )
    }
    return (key, body, run) =>
      Effect.gen(function*() {
        const now = yield* Clock.currentTimeMillis
        const earlier = answers.get(key)
        if (earlier !== undefined && earlier.until > now) {
          return yield* earlier.body === body ? Deferred.await(earlier.given) : conflict
        }
        answers.delete(key)
        forget(now)
        const answer = { body, until: now + timeToLive, given: Deferred.makeUnsafe<A, E>() }
        yield* begin(key, answer, run)
        return yield* Deferred.await(answer.given)
      })
  })
