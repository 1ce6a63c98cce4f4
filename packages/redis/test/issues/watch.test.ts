/** What looks at the server tell: the log, and how the store does. */
import { assert, describe, it } from "@effect/vitest"
import * as CacheError from "@smart-cache/core/CacheError"
import * as RedisCache from "@smart-cache/redis/RedisCache"
import { Effect, Exit, Layer, Logger, References, Result } from "effect"
import { TestClock } from "effect/testing"
import * as Keys from "../../src/internal/keys.ts"
import * as News from "../../src/internal/news.ts"
import { Watch } from "../../src/internal/watch.ts"
import { until } from "../servers/client.ts"
import { single } from "../servers/single.ts"
import { freshNamespace } from "../support/shared.ts"

const staleness = 400

describe("the log of a process that loses contact twice within a few seconds", () => {
  it.live(
    "ends with its being regained for who leaves out `Debug`, though news were missed as well",
    () =>
      Effect.gen(function*() {
        const server = yield* single()
        const namespace = freshNamespace()
        const { news } = Keys.inDatabase(Keys.make(namespace), 0)
        const lines: Array<unknown> = []
        const logger = Logger.make(({ fiber }) => {
          const { event, suppressed } = fiber.getRef(References.CurrentLogAnnotations)
          if (String(event).startsWith("contact_")) lines.push(suppressed === undefined ? event : [event, suppressed])
        })
        const layer = RedisCache.layer({
          redis: { url: server.url, commandTimeout: 150 },
          store: { namespace, staleness }
        })
        yield* Effect.gen(function*() {
          yield* Layer.build(Layer.fresh(layer))
          yield* server.stop
          yield* until(() => lines.length === 1)
          yield* server.restart
          yield* until(() => lines.length === 2)
          yield* server.stop
          yield* Effect.sleep(3 * staleness)
          yield* server.restart
          yield* Effect.sleep(3 * staleness)
          // Something that comes after what nobody here has heard.
          yield* server.call("PUBLISH", news, `~2 ~1 1 ${News.write({ _tag: "Key", key: "k" })}`)
          yield* Effect.sleep("11 seconds")
          assert.deepStrictEqual(lines, ["contact_lapsed", "contact_regained", ["contact_regained", 1]])
        }).pipe(Effect.provide(Logger.layer([logger])))
      }),
    60_000
  )
})

describe("a look at the server", () => {
  it.effect("tells how that does when nobody asked for it; a reader who compares clocks tells of that himself", () =>
    Effect.gen(function*() {
      const told: Array<boolean> = []
      const watch = yield* Watch.make({
        look: Effect.fail(CacheError.make({ _tag: "StoreFailed", operation: "watch", cause: "away" })),
        looked: (look) => Effect.sync(() => told.push(Result.isSuccess(look))),
        lookTimeout: 100,
        staleness,
        tier: undefined,
        recall: { again: () => Effect.void, note: () => {} },
        changed: () => Effect.void
      })
      assert.isTrue(Exit.isFailure(yield* Effect.exit(watch.compare)))
      assert.deepStrictEqual(told, [])
      yield* Effect.forkScoped(watch.start)
      yield* TestClock.adjust(100)
      assert.deepStrictEqual(told, [false])
    }))
})
