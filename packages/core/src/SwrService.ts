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
import type * as Fiber from "effect/Fiber"
import { constVoid } from "effect/Function"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Scope from "effect/Scope"
import { CacheConfig, type Settings } from "./CacheConfig.ts"
import type { Entry, Stamp } from "./CacheEntry.ts"
import * as CacheError from "./CacheError.ts"
import * as CacheMetrics from "./CacheMetrics.ts"
import * as CacheStore from "./CacheStore.ts"
import { Alarms } from "./internal/alarms.ts"
import { asTyped } from "./internal/compute.ts"
import type { News } from "./internal/crowd.ts"
import { Failures } from "./internal/failures.ts"
import {
  type Arrival,
  arrival,
  type Demand,
  Flight,
  type Landing,
  type Outcome,
  serves,
  suits
} from "./internal/flight.ts"
import { Guard } from "./internal/guarded.ts"
import { Leasing, type Need, type Ticket } from "./internal/leasing.ts"
import { nameOf } from "./internal/nameOf.ts"
import { type Order, Production } from "./internal/production.ts"
import * as Spans from "./internal/spans.ts"
import * as Journal from "./Journal.ts"
import { StoreHealth } from "./StoreHealth.ts"

type SmartCacheError = CacheError.SmartCacheError

/** One read's wish to have a key computed. */
export interface Trip<A, E, R> extends Demand, Need, Order<A, E, R> {
  /** The entry that is held, whatever its age: gives δ, and is what an adopted entry must beat. */
  readonly basis: Entry | undefined
  /** A lease that the read has been granted already. */
  readonly ticket: Ticket | undefined
  /** Number of the last odds change. */
  readonly latestChange: () => number
}

/** What there was when a reader came. */
export interface Approach {
  /** How many computes had begun: one with a larger number began after the reader came. */
  readonly after: number
  /** Tags of the compute under way: an invalidation of them concerns whoever would join it. */
  readonly tags: ReadonlyArray<string>
}

/** What a reader got: a value that landed, or the news that it takes longer than the reader may wait. */
export type Arrived = Arrival | "slow"

/** What is known about a key beside its entry, for `explain`. */
export interface KeyState {
  readonly flight: { readonly startedAt: number; readonly waiters: number; readonly background: boolean } | undefined
  readonly failures: number
  readonly retryAt: number | undefined
}

export interface Shape {
  /** Computes or joins; waits until a moment, then says `"slow"` and lets the compute go on behind or not. */
  readonly fetch: <A, E, R>(
    trip: Trip<A, E, R>,
    until: number,
    then: "behind" | "abandoned"
  ) => Effect.Effect<Arrived, E | SmartCacheError, R>
  /** Refreshes in the background, unless the key is being computed or too many refreshes run. */
  readonly refresh: <A, E, R>(trip: Trip<A, E, R>) => Effect.Effect<void, never, R>
  /** What there is now for a reader of the key, taken before it reads the store. */
  readonly approach: (key: string) => Approach
  /** Lets a read ask for the lease of a key that nobody here computes or asks for; to be given back with {@link Shape.settle}. */
  readonly ticket: (key: string) => Ticket | undefined
  /** The read is over: how a lease that nothing took over is given back, if there is one. */
  readonly settle: (key: string, ticket: Ticket) => Effect.Effect<void> | undefined
  /** Whether the last compute of the key failed and it is too early to try again. */
  readonly backingOff: (key: string, now: number) => boolean
  /** A remembered failure that began late enough, when failures are cached (`failureTtl`). */
  readonly remembered: (key: string, demand: Demand, now: number) => Exit.Exit<never, unknown> | undefined
  readonly state: (key: string) => KeyState
  /** Whether a key is being computed, or its lease waited for. */
  readonly flying: (key: string) => boolean
  /**
   * What is under way: keys that are computed or whose lease is waited for, refreshes behind among them, and computes.
   */
  readonly running: () => { readonly flights: number; readonly background: number; readonly computes: number }
}

/** What becomes of a compute that takes longer than its reader waits. */
type Then = "behind" | "abandoned"

type Waited = Landing | "retry" | "slow"

const hasArrived = (waited: Arrived | "retry"): waited is Arrived => waited !== "retry"

const slow = Exit.succeed("slow" as const)
const retry = Exit.succeed("retry" as const)

const now = (clock: Clock.Clock): number => clock.currentTimeMillisUnsafe()

const noTags: ReadonlyArray<string> = []

interface Parts {
  readonly settings: Settings
  readonly store: CacheStore.Shape
  readonly metrics: CacheMetrics.Shape
  readonly guard: Guard
  readonly journal: Journal.Journal
  readonly scope: Scope.Scope
}

class Swr {
  private readonly flights = new Map<string, Flight>()
  private readonly leasing: Leasing
  private readonly alarms = new Alarms()
  private readonly failures: Failures
  private background = 0
  private departures = 0
  private readonly settings: Settings
  private readonly metrics: CacheMetrics.Shape
  private readonly production: Production
  private readonly journal: Journal.Journal
  private readonly scope: Scope.Scope

  constructor({ guard, journal, metrics, scope, settings, store }: Parts, instance: string) {
    this.settings = settings
    this.metrics = metrics
    this.journal = journal
    this.scope = scope
    this.leasing = new Leasing(settings, store, metrics, guard, instance)
    this.production = new Production({ settings, store, metrics, guard, leasing: this.leasing })
    this.failures = new Failures(settings)
  }

  /** Waits for a flight that will do: the running one, else the reader's own once the running one has ended. */
  fetch<A, E, R>(
    trip: Trip<A, E, R>,
    until: number,
    then: Then
  ): Effect.Effect<Arrived, E | SmartCacheError, R> {
    return Effect.withFiber((fiber) => {
      const current = this.current(trip)
      const boarded = current === undefined
        ? this.lead(trip, until, then, fiber)
        : this.follow(current, trip, until, then, fiber)
      // Flights are shared by key: that one key means one type is the contract of the cache.
      return boarded as Effect.Effect<Arrived, E | SmartCacheError, R>
    })
  }

  private current({ accept, key }: Pick<Trip<unknown, unknown, unknown>, "accept" | "key">): Flight | undefined {
    return accept === "alone" ? undefined : this.flights.get(key)
  }

  /** Begins a flight and waits for it, unless somebody else has begun one meanwhile. */
  private lead<A, E, R>(
    trip: Trip<A, E, R>,
    until: number,
    then: Then,
    fiber: Fiber.Fiber<unknown, unknown>
  ): Effect.Effect<Arrived, unknown, R> {
    const clock = fiber.getRef(Clock.Clock)
    const boarding = Effect.acquireUseRelease(
      // Uninterruptible: from the look at the running flight to the place in a new one is one step.
      Effect.suspend(() =>
        this.current(trip) === undefined
          ? this.depart(trip, clock.currentTimeMillisUnsafe(), "foreground")
          : Effect.undefined
      ),
      (flight) =>
        flight === undefined ? retry : Effect.map(
          Effect.callback<Waited, unknown>((resume) => {
            const forget = this.watch(flight, until, fiber, (news) => {
              if (news === "late" && then === "behind") this.keepGoing(trip.key)
              resume(news === "late" ? slow : news)
            })
            return Effect.sync(forget)
          }),
          (landed) => {
            if (landed === "slow" || landed === "retry") return landed
            return serves(flight, landed, trip, now(clock)) ? arrival(flight, landed, "first") : "retry"
          }
        ),
      (flight) => Effect.sync(() => flight?.leave())
    )
    return Effect.filterOrElse(boarding, hasArrived, () => this.fetch(trip, until, then))
  }

  /** Waits for a flight that somebody else began: inside for its value, outside for its end. */
  private follow<A, E, R>(
    flight: Flight,
    trip: Trip<A, E, R>,
    until: number,
    then: Then,
    fiber: Fiber.Fiber<unknown, unknown>
  ): Effect.Effect<Arrived, unknown, R> {
    const clock = fiber.getRef(Clock.Clock)
    // From the look at the flight to the place in it is one step, and so is leaving it: no interruption comes between.
    const waiting = Effect.callback<Waited, unknown>((resume) => {
      const place = this.join(flight, trip, now(clock))
      const forget = this.watch(flight, until, fiber, (news) => {
        if (news === "late" && then === "behind") this.keepGoing(trip.key)
        if (place === "inside") flight.leave()
        resume(news === "late" ? slow : place === "inside" ? news : retry)
      })
      return Effect.sync(() => {
        forget()
        if (place === "inside") flight.leave()
      })
    })
    const arriving = Effect.flatMap(waiting, (landed) => {
      if (landed === "slow") return slow
      if (landed === "retry" || !serves(flight, landed, trip, now(clock))) return this.fetch(trip, until, then)
      this.metrics.add("coalesced", 1)
      return Exit.succeed(arrival(flight, landed, "joined"))
    })
    return trip.ticket === undefined ? arriving : Effect.andThen(this.surrender(trip.key, trip.ticket), arriving)
  }

  /** Calls back once: when a flight has landed, or when the reader's time is up. Gives what ends that. */
  private watch(
    flight: Flight,
    until: number,
    fiber: Fiber.Fiber<unknown, unknown>,
    done: (news: News) => void
  ): () => void {
    if (flight.outcome !== undefined) {
      done(flight.outcome)
      return constVoid
    }
    const crowd = flight.crowd(until, (crowd) => {
      const ring = () => crowd.tell("late")
      const alarm = this.alarms.join(until, ring, fiber)
      return alarm && (() => alarm.leave(ring))
    })
    if (crowd === undefined) {
      done("late")
      return constVoid
    }
    crowd.join(done)
    return () => crowd.leave(done)
  }

  /** A place in a flight that somebody else began, or outside of it until it has ended. */
  private join(flight: Flight, demand: Demand, now: number): "inside" | "outside" {
    if (suits(flight, demand, now)) {
      flight.waiters++
      return "inside"
    }
    // Only the cache itself wants this value, and the reader needs a later one: make room.
    if (flight.background && flight.waiters === 0) flight.abandon()
    return "outside"
  }

  /** A reader that shares a compute must not keep the lease from it. */
  private surrender(key: string, ticket: Ticket): Effect.Effect<void> {
    return Effect.uninterruptible(Effect.suspend(() => this.settle(key, ticket) ?? Effect.void))
  }

  ticket(key: string): Ticket | undefined {
    return this.flights.has(key) ? undefined : this.leasing.ticket(key)
  }

  /** Nobody waits for that: a reader has its answer. */
  settle(key: string, ticket: Ticket): Effect.Effect<void> | undefined {
    const token = this.leasing.close(key, ticket)
    return token === undefined
      ? undefined
      : Effect.asVoid(Effect.forkIn(this.leasing.giveBack(key, token), this.scope))
  }

  /** Begins a compute; the only one of its key, unless its reader wants to be alone. */
  private depart<A, E, R>(
    trip: Trip<A, E, R>,
    now: number,
    ground: "foreground" | "background"
  ): Effect.Effect<Flight, never, R> {
    const background = ground === "background"
    const flight = new Flight(++this.departures, now, trip.latestChange(), trip.tags, background)
    if (background) this.background++
    else flight.waiters = 1
    if (trip.accept === "alone") return this.launch(flight, trip.key, this.production.produce(trip, 0))
    if (trip.fence < Infinity) flight.fence = trip.fence
    this.flights.set(trip.key, flight)
    const flying = this.fly(flight, trip)
    return this.launch(flight, trip.key, background ? Spans.refresh({ tags: trip.tags.length }, flying) : flying)
  }

  /** Runs a flight in the cache's scope, with the caller's services. */
  private launch<R>(
    flight: Flight,
    key: string,
    flying: Effect.Effect<Landing | "retry", unknown, R>
  ): Effect.Effect<Flight, never, R> {
    return Effect.map(Effect.forkIn(flying, this.scope, { startImmediately: true }), (fiber) => {
      flight.fiber = fiber
      fiber.addObserver((exit) => this.arrive(flight, key, exit))
      if (flight.closing) flight.abandon()
      return flight
    })
  }

  private arrive(flight: Flight, key: string, exit: Exit.Exit<Landing | "retry", unknown>): void {
    if (this.flights.get(key) === flight) this.flights.delete(key)
    if (flight.background) this.ended(flight, exit)
    flight.land(this.outcome(flight, key, exit))
  }

  private outcome(flight: Flight, key: string, exit: Exit.Exit<Landing | "retry", unknown>): Outcome {
    if (Exit.isSuccess(exit)) return exit
    // The fiber itself was interrupted: nobody wanted it any more, or the cache closed.
    if (flight.closing) return Exit.succeed("retry")
    if (Cause.hasInterruptsOnly(exit.cause)) return Exit.fail(CacheError.make({ _tag: "Closed", key }))
    return Exit.fail(asTyped(key, exit.cause))
  }

  /** Counts the end of a background refresh. */
  private ended(flight: Flight, exit: Exit.Exit<Landing | "retry", unknown>): void {
    this.background--
    if (Exit.isSuccess(exit)) this.metrics.add(exit.value === "retry" ? "background_skipped" : "background_success", 1)
    else if (!flight.closing && !Cause.hasInterruptsOnly(exit.cause)) this.metrics.add("background_error", 1)
  }

  private fly<A, E, R>(flight: Flight, trip: Trip<A, E, R>): Effect.Effect<Landing | "retry", E | SmartCacheError, R> {
    const granted = trip.ticket?.take()
    const token = granted?.token ?? this.leasing.token()
    const obtaining = granted?.stamp === undefined
      ? this.leasing.obtain(flight, trip, token)
      : Effect.succeed({ stamp: granted.stamp })
    const flying = Effect.flatMap(obtaining, (lease) => {
      if (lease === "retry" || "entry" in lease) {
        // The store's last word was that nothing is granted.
        flight.settled = true
        return Effect.succeed(lease)
      }
      flight.fence = Math.max(flight.fence, lease.stamp)
      flight.stamped = true
      return this.computeAndFill(flight, trip, lease.stamp, token)
    })
    // Whatever happened, and even if the grant was never heard of: unless there is none, give it back.
    return Effect.onExit(flying, (exit) => {
      if (flight.settled) return Effect.void
      const giving = this.leasing.giveBack(trip.key, token)
      // Whoever waits for a value need not wait for that too; whoever asks next asks after it.
      return Exit.isSuccess(exit)
        ? Effect.asVoid(Effect.forkIn(giving, this.scope, { startImmediately: true }))
        : giving
    })
  }

  private computeAndFill<A, E, R>(
    flight: Flight,
    trip: Trip<A, E, R>,
    stamp: Stamp,
    token: string
  ): Effect.Effect<Landing, E | SmartCacheError, R> {
    return Effect.gen({ self: this }, function*() {
      const exit = yield* Effect.exit(this.production.under(trip, stamp, token))
      if (Exit.isFailure(exit)) {
        this.failures.record(trip.key, Exit.failCause(exit.cause), flight, yield* Clock.currentTimeMillis)
        if (flight.background && this.failures.count(trip.key) === 1) {
          yield* this.journal.say(refreshFailed(exit.cause))
        }
        return yield* exit
      }
      this.failures.forget(trip.key)
      flight.settled = (yield* this.production.keep(trip, exit.value.entry, token)) !== undefined
      return exit.value
    })
  }

  /** The reader goes, its compute stays: as a background refresh, if there is room for one more. */
  private keepGoing(key: string): void {
    const flight = this.flights.get(key)
    if (flight === undefined || flight.background || this.background >= this.settings.maxBackground) return
    flight.background = true
    this.background++
  }

  refresh<A, E, R>(trip: Trip<A, E, R>): Effect.Effect<void, never, R> {
    return Effect.uninterruptible(Effect.clockWith((clock) => {
      if (this.flights.has(trip.key)) return Effect.void
      if (this.background >= this.settings.maxBackground) {
        this.metrics.add("background_skipped", 1)
        return Effect.void
      }
      return Effect.asVoid(this.depart(trip, clock.currentTimeMillisUnsafe(), "background"))
    }))
  }

  approach(key: string): Approach {
    return { after: this.departures, tags: this.flights.get(key)?.tags ?? noTags }
  }

  backingOff(key: string, now: number): boolean {
    return this.failures.backingOff(key, now)
  }

  remembered(key: string, demand: Demand, now: number): Exit.Exit<never, unknown> | undefined {
    return this.failures.remembered(key, demand, now)
  }

  flying(key: string): boolean {
    return this.flights.has(key)
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
    return { flights: this.flights.size, background: this.background, computes: this.production.underWay }
  }
}

const refreshFailed = (cause: Cause.Cause<unknown>): Journal.Line => ({
  level: "Warn",
  event: "refresh_failed",
  message: "smart-cache: a background refresh failed; the held value stays",
  details: { problem: nameOf(Cause.squash(cause)) }
})

/** Single flight and refreshes of one cache. */
export class SwrService extends Context.Service<SwrService, Shape>()("smart-cache/SwrService") {}

/** Owns every fiber in the layer's scope: closing it interrupts and awaits them all. */
export const layer: Layer.Layer<
  SwrService,
  never,
  CacheConfig | CacheStore.CacheStore | CacheMetrics.CacheMetrics | StoreHealth
> = Layer.effect(
  SwrService,
  Effect.gen(function*() {
    const settings = yield* CacheConfig
    const store = yield* CacheStore.CacheStore
    const metrics = yield* CacheMetrics.CacheMetrics
    const guard = new Guard(settings, metrics, yield* StoreHealth)
    const scope = yield* Scope.fork(yield* Effect.scope, "parallel")
    const instance = `${(yield* Random.nextInt).toString(36)}${(yield* Random.nextInt).toString(36)}`
    const swr = new Swr({ settings, store, metrics, guard, journal: yield* Journal.make, scope }, instance)
    return {
      fetch: (trip, until, then) => swr.fetch(trip, until, then),
      refresh: (trip) => swr.refresh(trip),
      approach: (key) => swr.approach(key),
      ticket: (key) => swr.ticket(key),
      settle: (key, ticket) => swr.settle(key, ticket),
      backingOff: (key, now) => swr.backingOff(key, now),
      remembered: (key, demand, now) => swr.remembered(key, demand, now),
      state: (key) => swr.state(key),
      flying: (key) => swr.flying(key),
      running: () => swr.running()
    }
  })
)
