/**
 * How the store does, by what every step that asks it tells, and the breaker that lets reads do without a store that
 * does not answer.
 *
 * Invalidations, explicit writes and explanations are never kept from the store: they are acknowledged or fail, and
 * tell how it does as well.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { CacheConfig, type Settings } from "./CacheConfig.ts"
import type { SmartCacheError } from "./CacheError.ts"
import { CacheMetrics } from "./CacheMetrics.ts"
import type { Answers } from "./CacheStore.ts"
import { Breaker, type Pass } from "./internal/breaker.ts"
import { millisOf } from "./internal/elapsed.ts"
import { nameOf } from "./internal/nameOf.ts"
import * as Journal from "./Journal.ts"

export type { Pass } from "./internal/breaker.ts"

/** What a store is asked for; `watch` is a store's own look at its server. */
export type Operation = keyof Answers | "watch"

/** How the store does. */
export interface Health {
  /** `degraded` from the first step that failed until one succeeds and none has failed for five seconds. */
  readonly state: "ok" | "degraded"
  /** While it is open, reads do without the store, but for one at a time that tries; never with `onStoreError: "fail"`. */
  readonly breaker: "closed" | "open"
  /** Epoch milliseconds since when the state is as it is. */
  readonly since: number
  /** What failed last, while it is degraded: the operation and the kind of failure. */
  readonly problem: string | undefined
}

/** A step that has failed. */
export interface Failure {
  readonly operation: Operation
  readonly error: SmartCacheError
  /** What it was admitted with; 0 for steps that ask in any case. */
  readonly pass: Pass
  /** Failures about the same thing count once, those about nothing in particular (`undefined`) each time. */
  readonly about: string | undefined
}

export interface Shape {
  readonly health: Effect.Effect<Health>
  /** Leave to ask the store; none while the breaker is open, but for a probe now and then. */
  readonly admit: (clock: Clock.Clock) => Pass | undefined
  /** Whether the breaker is open. */
  readonly skipping: () => boolean
  /** False when a success is no news. */
  readonly troubled: () => boolean
  /** The store has answered. */
  readonly answered: Effect.Effect<void>
  readonly failed: (failure: Failure) => Effect.Effect<void>
}

/** How the store of one cache does. */
export class StoreHealth extends Context.Service<StoreHealth, Shape>()("smart-cache/StoreHealth") {}

/** Milliseconds without a failure after which a success means that all is well: a store that fails now and then does not flap. */
const calm = 5000

/** In words that are safe to show: what a driver says of a failure may hold keys. */
const wordsOf = (operation: Operation, { reason }: SmartCacheError): string => {
  if (reason._tag !== "StoreFailed") return `${operation}: ${reason._tag}`
  const kind = reason.kind === "timeout" ? "no answer in time" : nameOf(reason.cause)
  return `${operation}: ${kind}`
}

class Ward {
  private readonly mode: Settings["onStoreError"]
  private readonly breaker: Breaker
  private readonly states: Journal.Journal
  private readonly switches: Journal.Journal
  private since: number
  private problem: string | undefined
  // By a clock that cannot go back.
  private degradedAt = 0
  private failedAt = 0
  private openedAt = 0

  constructor(
    mode: Settings["onStoreError"],
    breaker: Breaker,
    states: Journal.Journal,
    switches: Journal.Journal,
    since: number
  ) {
    this.mode = mode
    this.breaker = breaker
    this.states = states
    this.switches = switches
    this.since = since
  }

  get open(): boolean {
    return this.breaker.open
  }

  get degraded(): boolean {
    return this.problem !== undefined
  }

  health(): Health {
    return {
      state: this.degraded ? "degraded" : "ok",
      breaker: this.open ? "open" : "closed",
      since: this.since,
      problem: this.problem
    }
  }

  admit(clock: Clock.Clock): Pass | undefined {
    return this.breaker.admit(() => millisOf(clock))
  }

  troubled(): boolean {
    return this.degraded || !this.breaker.untroubled
  }

  readonly answered: Effect.Effect<void> = Effect.clockWith((clock) => {
    const now = millisOf(clock)
    const closing = this.breaker.answered()
      ? this.switches.say(closed(Math.round(now - this.openedAt) / 1000))
      : Effect.void
    if (!this.degraded || now - this.failedAt < calm) return closing
    this.problem = undefined
    this.since = clock.currentTimeMillisUnsafe()
    return Effect.andThen(closing, this.states.say(recovered(Math.round(now - this.degradedAt) / 1000)))
  })

  failed({ about, error, operation, pass }: Failure): Effect.Effect<void> {
    const kind = error.reason._tag === "StoreFailed" ? error.reason.kind : undefined
    if (kind === "unrelated") return Effect.void
    return Effect.clockWith((clock) => {
      const now = millisOf(clock)
      const degrading = this.degrade(wordsOf(operation, error), now, clock.currentTimeMillisUnsafe())
      // It answers, if only to refuse: reads may well be served.
      if (kind === "refused") return Effect.andThen(degrading, this.answered)
      // Reads that cannot do without the store are never kept from it.
      if (this.mode === "fail" || !this.breaker.failed(now, pass, about)) return degrading
      this.openedAt = now
      return Effect.andThen(degrading, this.switches.say(opened(this.problem)))
    })
  }

  private degrade(problem: string, now: number, epoch: number): Effect.Effect<void> {
    const before = this.problem
    this.problem = problem
    this.failedAt = now
    if (before !== undefined) return Effect.void
    this.degradedAt = now
    this.since = epoch
    return this.states.say(degraded(problem))
  }
}

const degraded = (problem: string): Journal.Line => ({
  level: "Warn",
  event: "store_degraded",
  message: "smart-cache: the store fails; what it cannot tell is computed",
  details: { problem }
})

const recovered = (seconds: number): Journal.Line => ({
  level: "Info",
  event: "store_recovered",
  message: "smart-cache: the store does its work again",
  details: { seconds }
})

const opened = (problem: string | undefined): Journal.Line => ({
  level: "Warn",
  event: "breaker_opened",
  message: "smart-cache: the breaker opened; reads do without the store until it answers",
  details: { problem: problem ?? "unknown" }
})

const closed = (seconds: number): Journal.Line => ({
  level: "Info",
  event: "breaker_closed",
  message: "smart-cache: the breaker closed; reads ask the store again",
  details: { seconds }
})

/** The store of a cache is taken to be well until a step fails. */
export const layer: Layer.Layer<StoreHealth, never, CacheConfig | CacheMetrics> = Layer.effect(
  StoreHealth,
  Effect.gen(function*() {
    const { onStoreError, storeTimeout } = yield* CacheConfig
    const metrics = yield* CacheMetrics
    const since = yield* Clock.currentTimeMillis
    const ward = new Ward(onStoreError, new Breaker(storeTimeout), yield* Journal.make, yield* Journal.make, since)
    metrics.gauge("store_degraded", () => ward.degraded ? 1 : 0)
    metrics.gauge("breaker_open", () => ward.open ? 1 : 0)
    return {
      health: Effect.sync(() => ward.health()),
      admit: (clock) => ward.admit(clock),
      skipping: () => ward.open,
      troubled: () => ward.troubled(),
      answered: ward.answered,
      failed: (failure) => ward.failed(failure)
    }
  })
)
