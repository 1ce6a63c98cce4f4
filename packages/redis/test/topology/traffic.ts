/** Readers and writers that go on while servers move, die and return. */
import * as Invalidation from "@smart-cache/core/Invalidation"
import { Effect, Fiber, Ref } from "effect"
import type { source } from "./source.ts"
import { inTime, type Opened } from "./support.ts"

/** Milliseconds within which memory hears of an invalidation, and some for a busy machine. */
export const staleness = 2500

export interface Reader {
  readonly opened: Opened
  /** Milliseconds that its reads may lag behind an acknowledged invalidation. */
  readonly lag: number
}

export const keyOf = (match: string) => `match:{${match}}:prices`
export const tagsOf = (match: string) => ["match-odds", "draw-no-bet"].map((market) => `{${match}}:${market}`)

type Prices = Effect.Success<ReturnType<typeof source>>

export const get = ({ cache }: Opened, prices: Prices, match: string) =>
  cache.get(keyOf(match), prices.compute(match), { tags: tagsOf(match) })

/** Reads and invalidates these matches until stopped; stopping fails if any read failed, came late or was stale. */
export const begin = Effect.fnUntraced(
  function*(matches: ReadonlyArray<string>, prices: Prices, readers: ReadonlyArray<Reader>, writer: Opened) {
    const done = yield* Ref.make(false)
    const repeatedly = <E>(step: Effect.Effect<void, E>) =>
      Effect.forkChild(Effect.gen(function*() {
        while (!(yield* Ref.get(done))) yield* Effect.andThen(step, Effect.sleep("10 millis"))
      }))
    const reading = yield* Effect.forEach(matches, (match) =>
      repeatedly(Effect.forEach(
        readers,
        ({ lag, opened }) => prices.check(match, lag, inTime(get(opened, prices, match))),
        { discard: true }
      )))
    const writing = yield* Effect.forEach(matches, (match, i) => {
      const what = i % 2 === 0 ? Invalidation.tags(...tagsOf(match)) : Invalidation.key(keyOf(match))
      return repeatedly(Effect.andThen(prices.change(match, writer.cache.invalidate(what)), Effect.sleep("20 millis")))
    })
    const stop = Effect.andThen(Ref.set(done, true), Effect.forEach([...reading, ...writing], Fiber.join))
    return { stop }
  }
)
