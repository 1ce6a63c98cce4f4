/**
 * What is left of a read that memory could not answer: an effect, or for whoever awaits a promise, something to be told
 * of. Who only waits for what others are about needs no fiber for it.
 */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Effectable from "effect/Effectable"
import * as Exit from "effect/Exit"
import type { SmartCacheError } from "../CacheError.ts"
import type { CacheResult } from "../CacheResult.ts"
import type { Read } from "./read.ts"
import type { SlowRead } from "./slowRead.ts"
import * as Spans from "./spans.ts"

type Done<A, E> = (exit: Exit.Exit<A, E>) => void

class Later<A, E, R> {
  readonly slow: SlowRead
  readonly read: Read<A, E, R>

  constructor(slow: SlowRead, read: Read<A, E, R>) {
    this.slow = slow
    this.read = read
  }
}

/** The effect that a {@link Later} is by its prototype. */
type Left<A, E, R> = Effect.Effect<CacheResult<A>, E | SmartCacheError, R>

Object.setPrototypeOf(
  Later.prototype,
  Effectable.Prototype<Later<unknown, unknown, unknown> & Left<unknown, unknown, unknown>>({
    label: "SmartCache.later",
    evaluate(fiber) {
      return this.slow.run(this.read, fiber)
    }
  })
)

export const later = <A, E, R>(slow: SlowRead, read: Read<A, E, R>): Left<A, E, R> =>
  new Later(slow, read) as unknown as Left<A, E, R>

const isLater = (left: unknown): left is Later<unknown, unknown, never> => left instanceof Later

/** Runs an effect that may have ended already. */
const run = <A, E>(effect: Effect.Effect<A, E>, services: Context.Context<never>, done: Done<A, E>): void => {
  if (Exit.isExit(effect)) return done(effect as Exit.Exit<A, E>)
  Effect.runForkWith(services)(effect).addObserver(done)
}

/** Runs what `SmartCache.begin` left of a read, in a fiber only if there is something to do. */
export const settle = <A, E>(
  left: Effect.Effect<A, E>,
  services: Context.Context<never>,
  done: Done<A, E>
): void => {
  if (!isLater(left) || Spans.watchedWith(services)) return run(left, services, done)
  const { read, slow } = left
  const company = slow.companyFor(read)
  if (company === undefined) return run(left, services, done)
  slow.begin(read)
  const ended: Done<unknown, unknown> = (exit) => {
    const rest = slow.end(read, exit)
    if (rest !== undefined) Effect.runForkWith(services)(rest)
    done(exit as Exit.Exit<A, E>)
  }
  slow.accompany(read, services, company, (effect) => run(effect, services, ended))
}
