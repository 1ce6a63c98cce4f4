/** A source whose values count up, and a check that no read is answered from before an acknowledged invalidation. */
import { assert } from "@effect/vitest"
import type { SmartCacheError } from "@smart-cache/core/CacheError"
import type { CacheResult } from "@smart-cache/core/CacheResult"
import { Clock, Effect, Exit } from "effect"

interface State {
  /** What the source says now. */
  version: number
  /** Versions that were acknowledged as invalidating what is older, and when. */
  readonly acknowledged: Array<readonly [version: number, at: number]>
}

const latest = ({ acknowledged }: State, at: number): number =>
  acknowledged.findLast(([, since]) => since <= at)?.[0] ?? 0

/** A source of so many values. */
export const source = (names: ReadonlyArray<string>) =>
  Effect.sync(() => {
    const states = new Map(names.map((name): [string, State] => [name, { version: 0, acknowledged: [] }]))
    const of = (name: string) => states.get(name)!
    const counts = { reads: 0, computes: 0, acknowledged: 0, failed: 0 }
    return {
      counts,
      compute: (name: string) =>
        Effect.sync(() => {
          counts.computes++
          return of(name).version
        }),
      /** Changes a value, then invalidates what is cached of it; one that fails promises nothing. */
      change: (name: string, invalidate: Effect.Effect<unknown, SmartCacheError>) =>
        Effect.gen(function*() {
          const state = of(name)
          const version = ++state.version
          const exit = yield* Effect.exit(invalidate)
          if (Exit.isFailure(exit)) return void counts.failed++
          counts.acknowledged++
          state.acknowledged.push([version, yield* Clock.currentTimeMillis])
        }),
      /** Checks a read that may lag so many milliseconds behind; fails when the read fails. */
      check: (name: string, lag: number, read: Effect.Effect<CacheResult<number>, SmartCacheError>) =>
        Effect.gen(function*() {
          const floor = latest(of(name), (yield* Clock.currentTimeMillis) - lag)
          const { value } = yield* read
          counts.reads++
          assert.isAtLeast(value, floor, `${name} is read as it was before it was invalidated`)
        })
    }
  })
