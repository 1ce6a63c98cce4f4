/** Streams of a cache that is closed. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Scope, Stream } from "effect"
import { begin, joined, open } from "../SmartCacheSupport.ts"

describe("a stream of what a cache does", () => {
  for (const name of ["decisions", "invalidations"] as const) {
    it.effect(`ends at once for who comes after the cache has closed: ${name}`, () =>
      Effect.gen(function*() {
        const scope = yield* Scope.make()
        const { cache } = yield* Effect.provideService(open(), Scope.Scope, scope)
        yield* Scope.close(scope, Exit.void)
        const watcher = yield* begin(Stream.runCollect<unknown, never, never>(cache[name]))
        for (let i = 0; i < 20; i++) yield* Effect.yieldNow
        assert.deepStrictEqual(yield* joined(watcher), [])
      }))
  }
})
