/** One of the stampede's processes: a cache over Redis that reads when it is told to, until its parent goes. */
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as RedisCache from "@smart-cache/redis/RedisCache"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as References from "effect/References"
import { now, type Order, type Report, type Setup } from "./stampedeProtocol.ts"

const { namespace, url }: Setup = JSON.parse(process.argv[2] ?? "")

const tell = (report: Report): void => void process.send?.(report)

/** Patient with a machine on which five processes share two cores. */
const cache = RedisCache.layer({
  redis: { url, commandTimeout: "5 seconds" },
  store: { namespace },
  config: { storeTimeout: "5 seconds" }
})

const runtime = ManagedRuntime.make(Layer.provideMerge(cache, Layer.succeed(References.MinimumLogLevel, "Error")))

const read = ({ at, computeMs, key, readers }: Order) =>
  Effect.gen(function*() {
    const cache = yield* SmartCache.SmartCache
    let computes = 0
    const compute = Effect.suspend(() => {
      computes++
      return Effect.as(Effect.sleep(computeMs), `${key} by ${process.pid}`)
    })
    yield* Effect.sleep(Math.max(0, at - now()))
    const results = yield* Effect.all(Array.from({ length: readers }, () => cache.get(key, compute)), {
      concurrency: "unbounded"
    })
    const { problem, state } = yield* cache.health
    if (state !== "ok") return yield* Effect.die(new Error(`the Redis does not answer: ${problem}`))
    tell({ _tag: "Done", computes, values: [...new Set(results.map(({ value }) => value))] })
  })

process.on("message", (order: Order) =>
  void runtime.runPromise(read(order)).catch((error: unknown) => {
    console.error(error)
    process.exit(1)
  }))
process.on("disconnect", () => void runtime.dispose().then(() => process.exit(0)))

await runtime.context()
tell({ _tag: "Ready" })
