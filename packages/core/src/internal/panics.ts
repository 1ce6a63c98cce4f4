/**
 * Markets that fall into a panic, and out of one, in the log.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Journal from "../Journal.ts"
import type { PanicEvent, Shape as Vix } from "../VixService.ts"

/** Which market it is, is often a tag of the application's, and tags are in no line: the guard tells. */
const lineOf = ({ panic }: PanicEvent): Journal.Line =>
  panic === "begins"
    ? {
      level: "Warn",
      event: "market_panic",
      message: "smart-cache: a market panics; reads that name it bypass the cache"
    }
    : {
      level: "Info",
      event: "market_calm",
      message: "smart-cache: a market is over its panic"
    }

/** Tells of them until the scope closes; the reader that finds one out waits for no log. */
export const tell = (vix: Vix): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function*() {
    const journal = yield* Journal.make
    const telling = Stream.runForEach(vix.panics, (event) => journal.say(lineOf(event)))
    yield* Effect.forkScoped(telling, { startImmediately: true })
  })
