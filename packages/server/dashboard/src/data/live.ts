/** Keeps the page and the server connected: two streams, a few routes asked from time to time, patience in between. */
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import type * as Atom from "effect/reactivity/Atom"
import * as Buckets from "./buckets.ts"
import * as Decisions from "./decisions.ts"
import * as Events from "./events.ts"
import * as Latency from "./latency.ts"
import * as Request from "./request.ts"
import * as Series from "./series.ts"
import * as State from "./state.ts"
import type { Decision, Fixture, Graph, Health, Invalidation, MarketState, Sample, Trace } from "./types.ts"

const { registry } = State

/** Opened to look again at once, whatever is being waited for. */
const nudge = Latch.makeUnsafe(false)
const log = new Decisions.Log()
const latencies = new Latency.LatencyWindow()

const append = <A>(atom: Atom.Writable<ReadonlyArray<A>>, value: A, max: number): void =>
  registry.update(atom, (all) => [...all, value].slice(-max))

const onMetrics = (_: string, data: unknown): void => append(State.samples, data as Sample, Series.maxSamples)

const onInvalidation = (invalidation: Invalidation): void =>
  registry.update(State.invalidations, (all) => [{ ...invalidation, heardAt: Date.now() }, ...all].slice(0, 20))

const onDecision = (name: string, data: unknown): void => {
  if (name === "decision") log.take(data as Decision)
  else if (name === "invalidation") onInvalidation(data as Invalidation)
  else if (name === "skipped") log.skip((data as { readonly count: number }).count)
}

const every = (pause: Duration.Input, work: Effect.Effect<void, Request.RequestError>) =>
  Effect.forever(Effect.andThen(work, Effect.sleep(pause)))

/** Asks a route from time to time. What it refuses stays unknown; that nobody answers ends the session. */
const poll = <A>(pause: Duration.Input, path: string, token: string, take: (answer: A) => void) =>
  every(
    pause,
    Effect.suspend(() =>
      document.hidden
        ? Effect.void
        : Request.getJson<A>(path, token).pipe(Effect.map(take), Effect.catchTag("Refused", () => Effect.void))
    )
  )

/** Opened when another market is to be shown, whose odds nobody should wait for. */
const anotherMarket = Latch.makeUnsafe(false)
registry.subscribe(State.shownMarket, () => Effect.runSync(anotherMarket.open))

const readTrace = (token: string) =>
  Effect.gen(function*() {
    yield* anotherMarket.close
    const market = registry.get(State.shownMarket)
    if (market !== undefined && !document.hidden) {
      const path = `/api/v1/vix/trace?market_key=${encodeURIComponent(market)}`
      registry.set(State.trace, yield* Request.getJson<Trace>(path, token))
    }
    // What is refused is a market that has been forgotten meanwhile.
  }).pipe(
    Effect.catchTag("Refused", () => Effect.void),
    Effect.andThen(Effect.timeoutOption(anotherMarket.await, "2 seconds")),
    Effect.forever
  )

/** The most nervous first; those of which nothing is known yet last. */
const byNerves = (markets: ReadonlyArray<MarketState>): ReadonlyArray<MarketState> =>
  markets.toSorted((a, b) => (b.z ?? -1) - (a.z ?? -1))

/** Shows the market that is the most nervous one when first there is such a thing, and stays with it. */
const onMarkets = (all: ReadonlyArray<MarketState>): void => {
  const sorted = byNerves(all)
  registry.set(State.markets, sorted)
  const [first] = sorted
  if (registry.get(State.chosenMarket) === undefined && first !== undefined && first.z !== null) {
    registry.set(State.chosenMarket, first.market_key)
  }
}

const readLatency = (token: string) =>
  every(
    "2 seconds",
    Request.getText("/api/v1/cache/metrics", token).pipe(
      Effect.map((text) => {
        const at = registry.get(State.now) ?? Date.now()
        const point = latencies.take(at, Buckets.parse(text))
        if (point !== undefined) append(State.latency, point, Latency.maxPoints)
      }),
      Effect.catchTag("Refused", () => Effect.void)
    )
  )

const draw = every(
  "400 millis",
  Effect.sync(() => {
    const seen = log.drain()
    if (seen !== undefined) registry.set(State.decisions, seen)
  })
)

const into = <A>(atom: Atom.Writable<A | undefined>) => (value: A): void => registry.set(atom, value)

/** One connection: ends with the first thing that breaks. */
const session = (token: string, onOpen: () => void) =>
  Effect.all([
    Events.follow("/api/v1/metrics/stream", token, onOpen, onMetrics),
    Events.follow("/api/v1/decisions", token, () => undefined, onDecision),
    poll<Health>("5 seconds", "/health", token, into(State.health)),
    poll<Graph>("60 seconds", "/api/v1/graph", token, into(State.graph)),
    poll<ReadonlyArray<Fixture>>("5 seconds", "/api/v1/fixtures", token, into(State.fixtures)),
    poll<ReadonlyArray<MarketState>>("3 seconds", "/api/v1/vix?limit=200", token, onMarkets),
    readTrace(token),
    readLatency(token),
    draw
  ], { concurrency: "unbounded", discard: true })

/** Half a second, then twice as long each time up to ten, a little off so that many pages do not come at once. */
const backoff = (attempt: number): number => Math.min(10_000, 500 * 2 ** attempt) * (0.8 + 0.4 * Math.random())

const waitFor = (limit: Duration.Input) => Effect.andThen(nudge.close, Effect.timeoutOption(nudge.await, limit))

const connect = Effect.gen(function*() {
  let attempt = 0
  while (true) {
    registry.set(State.connection, { _tag: "Connecting" })
    const since = yield* Clock.currentTimeMillis
    latencies.clear()
    const error = yield* Effect.flip(session(registry.get(State.token), () => {
      attempt = 0
      registry.set(State.connection, { _tag: "Live", since })
    }))
    if (error._tag === "Refused" && (error.status === 401 || error.status === 403)) {
      registry.set(State.connection, { _tag: "Refused", why: error.message })
      // Only another token helps, and that begins anew.
      return yield* Effect.never
    }
    const pause = backoff(attempt++)
    const retryAt = (yield* Clock.currentTimeMillis) + pause
    registry.set(State.connection, { _tag: "Lost", why: error.message, retryAt })
    yield* waitFor(pause)
  }
})

let running: (() => void) | undefined

/** Connects, or connects anew. */
export const start = (): void => {
  running?.()
  running = Effect.runCallback(connect)
}

/** Leaves the server alone; what was seen stays. */
export const pause = (): void => {
  running?.()
  running = undefined
  registry.set(State.connection, { _tag: "Paused" })
}

/** Ends the wait for the next attempt. */
export const retryNow = (): void => {
  Effect.runSync(nudge.open)
}

/** Connects with another token. */
export const useToken = (token: string): void => {
  registry.set(State.token, token.trim())
  start()
}
