/**
 * Who computes, and who waits how long: single flight, background refreshes,
 * timeouts, back-off (spec §3, §4).
 *
 * At most one compute of a key runs at a time. A reader whose demand a running
 * compute cannot meet (it began before an invalidation or before the reader's odds)
 * waits for its end and then shares the next one, so that neither a herd nor a
 * restart without end can arise.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import { CacheConfig, type Settings } from "./CacheConfig.ts"
import type { Entry, Stamp } from "./CacheEntry.ts"
import * as CacheError from "./CacheError.ts"
import * as CacheMetrics from "./CacheMetrics.ts"
import * as CacheStore from "./CacheStore.ts"
import { Failures } from "./internal/failures.ts"
import { type Demand, Flight, type Landing, serves, suits } from "./internal/flight.ts"
import { guarded } from "./internal/guarded.ts"
import * as XFetch from "./XFetch.ts"

type SmartCacheError = CacheError.SmartCacheError

/** One read's wish to have a key computed. */
export interface Trip<A, E, R> extends Demand {
  readonly key: string
  readonly tags: ReadonlyArray<string>
  readonly compute: Effect.Effect<A, E, R>
  /** The entry that is held, whatever its age: gives δ, and is what an adopted entry must beat. */
  readonly basis: Entry | undefined
  /** Number of the last odds change when the trip was made. */
  readonly latestChange: number
  /** Whether an entry that somebody else stored meanwhile would do, or only a compute. */
  readonly accept: "adopted" | "computed"
  /** Makes the entry of a computed value, or refuses the value or its TTL. */
  readonly admit: (
    value: A,
    now: number,
    delta: number,
    stamp: Stamp
  ) => Effect.Effect<Entry, SmartCacheError>
}

/** What a reader got: a value that landed, or the news that it takes longer than the reader may wait. */
export type Arrival = Landing | "slow"

/** What is known about a key beside its entry, for `explain`. */
export interface KeyState {
  readonly flight: { readonly startedAt: number; readonly waiters: number; readonly background: boolean } | undefined
  readonly failures: number
  readonly retryAt: number | undefined
}

export interface Shape {
  /** Computes or joins; waits at most `wait` milliseconds, then says `"slow"`. The compute goes on if `behind`. */
  readonly fetch: <A, E, R>(
    trip: Trip<A, E, R>,
    wait: number,
    behind: boolean
  ) => Effect.Effect<Arrival, E | SmartCacheError, R>
  /** Refreshes in the background, unless the key is being computed or too many refreshes run. */
  readonly refresh: <A, E, R>(trip: Trip<A, E, R>) => Effect.Effect<void, never, R>
  /** Whether the last compute of the key failed and it is too early to try again. */
  readonly backingOff: (key: string, now: number) => boolean
  /** A remembered failure that began after the fence, when failures are cached (`failureTtl`). */
  readonly remembered: (key: string, fence: Stamp, now: number) => Exit.Exit<never, unknown> | undefined
  readonly state: (key: string) => KeyState
  readonly running: Effect.Effect<{ readonly flights: number; readonly background: number }>
}

/** Waiting for somebody else's lease: first and longest pause, milliseconds, jittered between. */
const pause = { min: 25, max: 100 }

class Swr {
  private readonly flights = new Map<string, Flight>()
  private readonly failures: Failures
  private background = 0
  private tokens = 0
  private readonly instance: string
  private readonly settings: Settings
  private readonly store: CacheStore.Shape
  private readonly metrics: CacheMetrics.Shape
  private readonly scope: Scope.Scope

  constructor(
    settings: Settings,
    store: CacheStore.Shape,
    metrics: CacheMetrics.Shape,
    scope: Scope.Scope,
    instance: string
  ) {
    this.settings = settings
    this.store = store
    this.metrics = metrics
    this.scope = scope
    this.instance = instance
    this.failures = new Failures(settings)
  }

  fetch<A, E, R>(trip: Trip<A, E, R>, wait: number, behind: boolean): Effect.Effect<Arrival, E | SmartCacheError, R> {
    const timer = Effect.andThen(
      Effect.sleep(wait),
      Effect.sync((): Arrival => {
        if (behind) this.keepGoing(trip.key)
        return "slow"
      })
    )
    return Effect.raceFirst(this.board(trip), timer)
  }

  /** Joins the running compute if it will do, else begins one when the running one has ended. */
  private board<A, E, R>(trip: Trip<A, E, R>): Effect.Effect<Landing, E | SmartCacheError, R> {
    return Effect.suspend(() => {
      const current = this.flights.get(trip.key)
      if (current === undefined) return this.settle(trip, this.depart(trip, false), false)
      if (suits(current, trip)) return this.settle(trip, Effect.succeed(current), true)
      // Only the cache itself wants this value, and the reader needs a later one: make room.
      if (current.background && current.waiters === 0) current.abandon()
      return Effect.andThen(current.ended, this.board(trip))
    })
  }

  private settle<A, E, R>(
    trip: Trip<A, E, R>,
    boarding: Effect.Effect<Flight, never, R>,
    joined: boolean
  ): Effect.Effect<Landing, E | SmartCacheError, R> {
    return Effect.flatMap(boarding, (flight) =>
      // Flights are shared by key: that one key means one type is the contract of the cache.
      Effect.flatMap(flight.board as Effect.Effect<Landing | "retry", E | SmartCacheError>, (landed) => {
        if (landed === "retry" || !serves(landed, trip)) return this.board(trip)
        if (!joined) return Effect.succeed(landed)
        this.metrics.add("coalesced", 1)
        return Effect.succeed(landed.source === "compute" ? { ...landed, source: "in_flight" as const } : landed)
      }))
  }

  /** Begins a compute in the cache's scope, with the caller's services. */
  private depart<A, E, R>(trip: Trip<A, E, R>, background: boolean): Effect.Effect<Flight, never, R> {
    return Effect.uninterruptible(Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const flight = new Flight(now, trip.latestChange, background)
      this.flights.set(trip.key, flight)
      if (background) this.background++
      const fly = Effect.forkIn(this.fly(flight, trip), this.scope, { startImmediately: true })
      return Effect.map(fly, (fiber) => {
        flight.fiber = fiber
        fiber.addObserver((exit) => this.arrive(flight, trip.key, exit))
        if (flight.closing) flight.abandon()
        return flight
      })
    }))
  }

  private arrive(flight: Flight, key: string, exit: Exit.Exit<Landing | "retry", unknown>): void {
    if (this.flights.get(key) === flight) this.flights.delete(key)
    if (flight.background) this.background--
    // The fiber itself was interrupted: nobody wanted it any more, or the cache closed.
    const interrupted = Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause)
    if (!interrupted) flight.land(exit)
    else flight.land(flight.closing ? Exit.succeed("retry") : Exit.fail(CacheError.make({ _tag: "Closed", key })))
  }

  private fly<A, E, R>(flight: Flight, trip: Trip<A, E, R>): Effect.Effect<Landing | "retry", E | SmartCacheError, R> {
    const token = `${this.instance}.${++this.tokens}`
    const flying = Effect.flatMap(this.obtain(flight, trip, token), (lease) => {
      if (lease === "retry" || "entry" in lease) return Effect.succeed(lease)
      flight.stamp = lease.stamp
      return this.computeAndFill(flight, trip, lease.stamp, token)
    })
    // Whatever happened, and even if the grant was never heard of: unless a fill ended the lease, give it back.
    const landing = Effect.onExit(flying, () => flight.filled ? Effect.void : this.giveBack(trip.key, token))
    return flight.background ? this.observed(flight, trip, landing) : landing
  }

  /** Counts the end of a background refresh, and says so once when a key begins to fail. */
  private observed<A, E, R, B>(
    flight: Flight,
    trip: Trip<A, E, R>,
    flying: Effect.Effect<B, E | SmartCacheError, R>
  ): Effect.Effect<B, E | SmartCacheError, R> {
    return Effect.onExit(flying, (exit) => {
      if (Exit.isSuccess(exit)) this.metrics.add("background_success", 1)
      else if (!flight.closing && !Cause.hasInterruptsOnly(exit.cause)) {
        this.metrics.add("background_error", 1)
        if (this.failures.count(trip.key) === 1) {
          return Effect.logWarning("smart-cache: a background refresh failed; the held value stays", { key: trip.key })
        }
      }
      return Effect.void
    })
  }

  /** A stamp to compute with, an entry that somebody else stored meanwhile, or nothing when others compute and nobody waits here. */
  private obtain<A, E, R>(
    flight: Flight,
    trip: Trip<A, E, R>,
    token: string
  ): Effect.Effect<{ readonly stamp: Stamp } | Landing | "retry", SmartCacheError> {
    const step = Effect.gen({ self: this }, function*() {
      const lease = yield* this.guard("lease", this.store.lease(trip.key, token, this.settings.hardTimeout))
      if (lease === undefined) return { stamp: 0 }
      if (lease._tag === "Granted" && !flight.background) return lease
      const adopted = trip.accept === "adopted" ? yield* this.adopt(trip) : undefined
      if (adopted !== undefined) return adopted
      if (lease._tag === "Granted") return lease
      if (flight.background && flight.waiters === 0) return "retry" as const
      this.metrics.add("lease_waits", 1)
      yield* Effect.sleep(Math.min(lease.remaining, yield* Random.nextBetween(pause.min, pause.max)))
      return undefined
    })
    return Effect.flatMap(step, (result) =>
      result === undefined ? this.obtain(flight, trip, token) : Effect.succeed(result))
  }

  /** An entry of the store that is newer than what the reader had, still fresh, and past its fence. */
  private adopt<A, E, R>(trip: Trip<A, E, R>): Effect.Effect<Landing | undefined, SmartCacheError> {
    return Effect.gen({ self: this }, function*() {
      const lookup = yield* this.guard("read", this.store.read(trip.key, trip.tags))
      const now = yield* Clock.currentTimeMillis
      const entry = lookup?.entry
      if (entry === undefined || entry.stamp <= Math.max(trip.basis?.stamp ?? 0, trip.fence)) return undefined
      return now < entry.freshUntil ? { entry, source: this.store.shared } : undefined
    })
  }

  private computeAndFill<A, E, R>(
    flight: Flight,
    trip: Trip<A, E, R>,
    stamp: Stamp,
    token: string
  ): Effect.Effect<Landing, E | SmartCacheError, R> {
    return Effect.gen({ self: this }, function*() {
      const began = yield* Clock.currentTimeMillis
      const exit = yield* Effect.exit(this.bounded(trip))
      const ended = yield* Clock.currentTimeMillis
      if (Exit.isFailure(exit)) {
        this.metrics.add("compute_errors", 1)
        const failure = asTyped(trip.key, exit)
        this.failures.record(trip.key, failure, stamp, ended)
        return yield* failure
      }
      const delta = XFetch.smooth(trip.basis?.delta, ended - began)
      const entry = yield* trip.admit(exit.value, ended, delta, stamp)
      this.failures.forget(trip.key)
      yield* this.keep(flight, trip.key, entry, token)
      return { entry, source: "compute" as const }
    })
  }

  private bounded<A, E, R>(trip: Trip<A, E, R>): Effect.Effect<A, E | SmartCacheError, R> {
    const millis = this.settings.hardTimeout
    return Effect.suspend(() => {
      this.metrics.add("computes", 1)
      return Effect.timeoutOrElse(trip.compute, {
        duration: millis,
        orElse: () => Effect.fail(CacheError.make({ _tag: "HardTimeout", key: trip.key, millis }))
      })
    })
  }

  /** Stores the entry; without life (TTL 0, past its deadline) or without a stamp it is only handed over. */
  private keep(flight: Flight, key: string, entry: Entry, token: string): Effect.Effect<void, SmartCacheError> {
    if (entry.stamp === 0 || entry.freshUntil <= entry.createdAt) return Effect.void
    return Effect.map(this.guard("fill", this.store.fill({ key, entry, token })), (filled) => {
      flight.filled = filled !== undefined
      if (filled === "refused") this.metrics.add("fills_refused", 1)
      if (filled === "too_large") this.metrics.add("values_too_large", 1)
    })
  }

  private giveBack(key: string, token: string): Effect.Effect<void> {
    return Effect.ignore(this.guard("release", this.store.release(key, token)))
  }

  private guard<A>(operation: string, effect: Effect.Effect<A, SmartCacheError>) {
    return guarded(operation, effect, this.settings, this.metrics)
  }

  /** The reader goes, its compute stays: as a background refresh, if there is room for one more. */
  private keepGoing(key: string): void {
    const flight = this.flights.get(key)
    if (flight === undefined || flight.background || this.background >= this.settings.maxBackground) return
    flight.background = true
    this.background++
  }

  refresh<A, E, R>(trip: Trip<A, E, R>): Effect.Effect<void, never, R> {
    return Effect.suspend(() => {
      if (this.flights.has(trip.key)) return Effect.void
      if (this.background >= this.settings.maxBackground) {
        this.metrics.add("background_skipped", 1)
        return Effect.void
      }
      return Effect.asVoid(this.depart(trip, true))
    })
  }

  backingOff(key: string, now: number): boolean {
    return this.failures.backingOff(key, now)
  }

  remembered(key: string, fence: Stamp, now: number): Exit.Exit<never, unknown> | undefined {
    return this.failures.remembered(key, fence, now)
  }

  state(key: string): KeyState {
    const flight = this.flights.get(key)
    return {
      flight: flight && { startedAt: flight.startedAt, waiters: flight.waiters, background: flight.background },
      failures: this.failures.count(key),
      retryAt: this.failures.retryAt(key)
    }
  }

  running() {
    return { flights: this.flights.size, background: this.background }
  }
}

/** The compute's own error as it is; a defect, or an interruption that the compute did to itself, as a typed error. */
const asTyped = <E>(key: string, exit: Exit.Failure<unknown, E>): Exit.Exit<never, E | SmartCacheError> => {
  const failed = exit.cause.reasons.find(Cause.isFailReason)
  if (failed !== undefined) return Exit.fail(failed.error)
  const died = exit.cause.reasons.find(Cause.isDieReason)
  const defect = died === undefined ? "it interrupted itself" : died.defect
  return Exit.fail(CacheError.make({ _tag: "ComputeDied", key, defect }))
}

/** Single flight and refreshes of one cache. */
export class SwrService extends Context.Service<SwrService, Shape>()("smart-cache/SwrService") {}

/** Owns every fiber in the layer's scope: closing it interrupts and awaits them all. */
export const layer: Layer.Layer<
  SwrService,
  never,
  CacheConfig | CacheStore.CacheStore | CacheMetrics.CacheMetrics
> = Layer.effect(
  SwrService,
  Effect.gen(function*() {
    const settings = yield* CacheConfig
    const store = yield* CacheStore.CacheStore
    const metrics = yield* CacheMetrics.CacheMetrics
    // Tells this cache's leases from those of others on the same store.
    const instance = `${(yield* Random.nextInt).toString(36)}${(yield* Random.nextInt).toString(36)}`
    const swr = new Swr(settings, store, metrics, yield* Effect.scope, instance)
    return {
      fetch: (trip, wait, behind) => swr.fetch(trip, wait, behind),
      refresh: (trip) => swr.refresh(trip),
      backingOff: (key, now) => swr.backingOff(key, now),
      remembered: (key, fence, now) => swr.remembered(key, fence, now),
      state: (key) => swr.state(key),
      running: Effect.sync(() => swr.running())
    }
  })
)
