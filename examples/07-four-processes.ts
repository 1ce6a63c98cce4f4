/**
 * Four processes on one Redis: what one computed the others find, and what one invalidates is gone for all.
 *
 * Needs a Redis at `REDIS_URL`, by default redis://127.0.0.1:6379. Without one, each process computes for itself.
 */
import * as Invalidation from "@smart-cache/core/Invalidation"
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as RedisCache from "@smart-cache/redis/RedisCache"
import { Effect, ManagedRuntime } from "effect"
import { type ChildProcess, fork } from "node:child_process"
import { setTimeout } from "node:timers/promises"

/** What each of the four runs: it does as it is told, and answers where a value came from. */
const worker = () => {
  const runtime = ManagedRuntime.make(RedisCache.layerConfig())
  const slow = Effect.as(Effect.sleep("100 millis"), { home: 0.48 })
  const obey = Effect.fnUntraced(function*([verb, match]: readonly [string, string]) {
    const cache = yield* SmartCache.SmartCache
    if (verb === "invalidate") return yield* Effect.as(cache.invalidate(Invalidation.tags(match)), "done")
    return (yield* cache.get(`forecast:${match}`, slow, { tags: [match] })).metadata.source
  })
  process.on("message", (order: readonly [string, string]) => {
    const answer = runtime.runPromise(obey(order)).catch((error) => String(error))
    void answer.then((text) => process.send?.(text))
  })
  process.on("disconnect", () => void runtime.dispose())
}

const ask = (worker: ChildProcess, verb: "read" | "invalidate", match: string): Promise<string> =>
  new Promise((resolve) => {
    worker.once("message", (answer) => resolve(String(answer)))
    worker.send([verb, match])
  })

const main = async () => {
  const env = { REDIS_URL: "redis://127.0.0.1:6379", SMART_CACHE_NAMESPACE: "example", ...process.env }
  // Only this process prints.
  const four = [1, 2, 3, 4].map(() =>
    fork(import.meta.filename, { env, stdio: ["ignore", "ignore", "inherit", "ipc"] })
  )
  const [first, second, third] = four as [ChildProcess, ChildProcess, ChildProcess]
  const all = (match: string) => Promise.all(four.map((worker) => ask(worker, "read", match)))

  // Names that no run before has used.
  const [ars, liv] = [`ars-che-${crypto.randomUUID()}`, `liv-mun-${crypto.randomUUID()}`]
  console.log("the first reads:", await ask(first, "read", ars))
  console.log("the second:", await ask(second, "read", ars), "and then", await ask(second, "read", ars))

  const sources = await all(liv)
  console.log("four at once:", sources.filter((source) => source === "compute").length, "compute")
  console.log("four again:", (await all(liv)).join(", "))

  console.log("the third invalidates:", await ask(third, "invalidate", liv))
  // The others hear of it at once; even if the message is lost, within `staleness`.
  await setTimeout(2000)
  console.log("the first reads:", await ask(first, "read", liv))
  console.log("the second:", await ask(second, "read", liv))
  for (const worker of four) worker.disconnect()
}

if (process.send === undefined) await main()
else worker()

// Output:
// the first reads: compute
// the second: redis and then memory
// four at once: 1 compute
// four again: memory, memory, memory, memory
// the third invalidates: done
// the first reads: compute
// the second: redis
