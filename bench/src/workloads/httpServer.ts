/**
 * The service as `npm run serve` has it, in a process of its own, for `http.ts`: it says where it listens, what
 * processor time it has used, and how long a read takes when no HTTP is around it.
 */
import * as SmartCache from "@smart-cache/core/SmartCache"
import * as Events from "@smart-cache/football/Events"
import * as GoldenHour from "@smart-cache/football/GoldenHour"
import * as Odds from "@smart-cache/football/Odds"
import * as DaySource from "@smart-cache/lab/DaySource"
import * as Answers from "@smart-cache/lab/live/Answers"
import * as Live from "@smart-cache/lab/live/Live"
import * as Server from "@smart-cache/server/Server"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as References from "effect/References"

/** What the parent may ask. */
export type Question = "usage" | "read"

export type Answer =
  | { readonly _tag: "Listening"; readonly url: string }
  /** Processor time so far, microseconds. */
  | { readonly _tag: "Usage"; readonly micros: number }
  /** Of one read that is a hit, nanoseconds. */
  | { readonly _tag: "Read"; readonly nanos: number }

const tell = (answer: Answer): void => void process.send?.(answer)

const reads = 50_000

/** One reader a minute: whatever else happens, happens over HTTP. */
const live = { source: DaySource.simulated(), seed: 1, speed: 1, rate: 1 / 60, computeMs: 50 }

const services = Server.layer({ port: 0 }).pipe(
  Layer.provide([Answers.fixtures, Answers.calculator]),
  Layer.provideMerge(Live.layer(live)),
  Layer.provideMerge(SmartCache.layer({ ttl: GoldenHour.policy, graph: Events.graph, vix: { ticks: Odds.ticks } }))
)

const main = Effect.gen(function*() {
  const context = yield* Layer.build(services)
  const { onOffer, read } = Context.get(context, Live.Live)
  const wanted = { match: (yield* onOffer).at(-1)!.id, market: "match-odds" }
  yield* read(wanted)
  const timed = Effect.gen(function*() {
    const start = process.cpuUsage()
    for (let i = 0; i < reads; i++) yield* read(wanted)
    const { system, user } = process.cpuUsage(start)
    return (user + system) * 1000 / reads
  })
  const run = Effect.runPromiseWith(context)
  process.on("message", (question: Question) => {
    const { system, user } = process.cpuUsage()
    if (question === "usage") return tell({ _tag: "Usage", micros: user + system })
    run(timed).then((nanos) => tell({ _tag: "Read", nanos }))
  })
  tell({ _tag: "Listening", url: HttpServer.formatAddress(Context.get(context, HttpServer.HttpServer).address) })
  return yield* Effect.never
})

process.on("disconnect", () => process.exit(0))
Effect.runPromise(Effect.scoped(main).pipe(Effect.provideService(References.MinimumLogLevel, "Error")))
