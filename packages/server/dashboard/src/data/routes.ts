/** Routes that are asked from time to time, while the page is connected. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import type * as Atom from "effect/reactivity/Atom"
import * as Buckets from "./buckets.ts"
import * as Latency from "./latency.ts"
import * as Request from "./request.ts"
import * as State from "./state.ts"
import type { Fixture, Graph, Health, MarketState, Trace } from "./types.ts"

const { registry } = State

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

const readLatency = (token: string) => {
  // What is read now has nothing to do with what another connection read.
  const window = new Latency.LatencyWindow()
  return every(
    "2 seconds",
    Request.getText("/api/v1/cache/metrics", token).pipe(
      Effect.map((text) => {
        const at = registry.get(State.now) ?? Date.now()
        const point = window.take(at, Buckets.parse(text))
        if (point !== undefined) State.append(State.latency, point, Latency.maxPoints)
      }),
      Effect.catchTag("Refused", () => Effect.void)
    )
  )
}

const into = <A>(atom: Atom.Writable<A | undefined>) => (value: A): void => registry.set(atom, value)

/** Asks all of them; fails when nobody answers any more. */
export const ask = (token: string): Effect.Effect<void, Request.RequestError> =>
  Effect.all([
    poll<Health>("5 seconds", "/health", token, into(State.health)),
    poll<Graph>("60 seconds", "/api/v1/graph", token, into(State.graph)),
    poll<ReadonlyArray<Fixture>>("5 seconds", "/api/v1/fixtures", token, into(State.fixtures)),
    poll<ReadonlyArray<MarketState>>("3 seconds", "/api/v1/vix?limit=200", token, onMarkets),
    readTrace(token),
    readLatency(token)
  ], { concurrency: "unbounded", discard: true })
