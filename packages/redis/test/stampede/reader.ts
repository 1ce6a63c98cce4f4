/** The program of one process: a cache over Redis that reads when it is told to, until it is told to close. */
import * as CacheMetrics from "@smart-cache/core/CacheMetrics"
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as RedisCache from "@smart-cache/redis/RedisCache"
import { Effect, Fiber, Queue } from "effect"
import { type Compute, now, type Order, type Read, type Report, type Setup } from "./protocol.ts"

const { config, namespace, url }: Setup = JSON.parse(process.argv[2] ?? "")

const tell = (report: Report): void => void process.send?.(report)

const spend = ({ _tag, millis }: Compute): Effect.Effect<void> =>
  _tag === "Sleep" ? Effect.sleep(millis) : Effect.sync(() => {
    for (const until = now() + millis; now() < until;);
  })

const read = ({ at, compute, id, key, readers }: Read) =>
  Effect.gen(function*() {
    const cache = yield* SmartCache.SmartCache
    const { value } = yield* CacheMetrics.CacheMetrics
    const computing = Effect.gen(function*() {
      tell({ _tag: "Computing", id, at: now() })
      yield* spend(compute)
      return `${process.pid}.${id}`
    })
    yield* Effect.sleep(Math.max(0, at - now()))
    const all = Array.from({ length: readers }, () => cache.get(key, computing))
    const results = yield* Effect.all(all, { concurrency: "unbounded" })
    tell({
      _tag: "Done",
      id,
      at: now(),
      values: [...new Set(results.map(({ value }) => value))],
      stamps: [...new Set(results.map(({ metadata }) => metadata.stamp))],
      refused: Number(value("fills_refused"))
    })
  })

const main = Effect.gen(function*() {
  const orders = yield* Queue.unbounded<Order>()
  const reads = new Map<number, Fiber.Fiber<unknown, unknown>>()
  process.on("message", (order: Order) => Queue.offerUnsafe(orders, order))
  // Nobody is left to ask.
  process.on("disconnect", () => Queue.offerUnsafe(orders, { _tag: "Close" }))
  tell({ _tag: "Ready" })
  for (;;) {
    const order = yield* Queue.take(orders)
    if (order._tag === "Close") return
    if (order._tag === "Read") reads.set(order.id, yield* Effect.forkChild(read(order)))
    else yield* Fiber.interrupt(reads.get(order.id)!)
  }
})

const options: RedisCache.Options = {
  redis: { url, commandTimeout: "10 seconds", connectTimeout: "5 seconds" },
  store: { namespace },
  config: { storeTimeout: "10 seconds", hardTimeout: "60 seconds", ...config }
}

await Effect.runPromise(Effect.provide(main, RedisCache.layer(options)))
// Without the channel nothing keeps the process, unless the cache left something behind.
if (process.connected) process.disconnect()
