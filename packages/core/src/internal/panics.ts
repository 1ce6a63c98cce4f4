/**
 * Markets that fall into a panic, and out of one, in the log.
 */
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Journal from "../Journal.ts"
import type { PanicListener, Shape as Vix } from "../VixService.ts"

type Turn = Parameters<PanicListener>

/** Turns that may wait for the log; of more, nobody would read a line. */
const most = 64

const lineOf = ([market, panic]: Turn): Journal.Line =>
  panic === "begins"
    ? {
      level: "Warn",
      event: "market_panic",
      message: "smart-cache: a market panics; reads that name it bypass the cache",
      details: { market }
    }
    : {
      level: "Info",
      event: "market_calm",
      message: "smart-cache: a market is over its panic",
      details: { market }
    }

/** Tells of them until the scope closes; the reader that finds one out waits for no log. */
export const tell = (vix: Vix): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function*() {
    const journal = yield* Journal.make
    const turns = yield* Queue.sliding<Turn>(most)
    yield* vix.onPanic((...turn) => Queue.offerUnsafe(turns, turn))
    const telling = Effect.flatMap(Queue.take(turns), (turn) => journal.say(lineOf(turn)))
    yield* Effect.forkScoped(Effect.forever(telling))
  })
