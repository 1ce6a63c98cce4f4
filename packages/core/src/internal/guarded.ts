/**
 * A store step that may fail, die or hang: bounded, typed, counted, told of, and left out while the breaker is open.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type { Settings } from "../CacheConfig.ts"
import * as CacheError from "../CacheError.ts"
import type * as CacheMetrics from "../CacheMetrics.ts"
import type { Answers } from "../CacheStore.ts"
import type { Failure, Shape as StoreHealth } from "../StoreHealth.ts"
import { Alarms } from "./alarms.ts"
import * as Spans from "./spans.ts"
import { within } from "./within.ts"

type SmartCacheError = CacheError.SmartCacheError
type Operation = keyof Answers
type Step<O extends Operation> = () => Effect.Effect<Answers[O], SmartCacheError>

/** There is no answer: the store was asked and gave none, or the breaker was open. */
export type Silence = "silent"

/** How a step is asked for that a read can do without. */
export interface Terms<O extends Operation> {
  /** Milliseconds that its reader still has. */
  readonly patience?: number | undefined
  /** Milliseconds within which it ends by itself. */
  readonly within?: number | undefined
  /** Stands in while the store fails or is not asked. */
  readonly offline?: Step<O> | undefined
}

const noTerms = {}

/** A store's own typed error as it is; anything else that ended the step as `StoreFailed`. */
const asTyped = (operation: Failure["operation"], cause: Cause.Cause<SmartCacheError>): SmartCacheError => {
  const failed = cause.reasons.find(Cause.isFailReason)
  if (failed !== undefined) return failed.error
  const died = cause.reasons.find(Cause.isDieReason)
  return CacheError.make({ _tag: "StoreFailed", operation, cause: died?.defect ?? "it interrupted itself" })
}

const without = <O extends Operation>(
  { offline }: Terms<O>
): Effect.Effect<Answers[O] | Silence, SmartCacheError> => offline?.() ?? Effect.succeed("silent")

export class Guard {
  private readonly settings: Settings
  private readonly metrics: CacheMetrics.Shape
  private readonly health: StoreHealth
  private readonly alarms = new Alarms()
  /** Milliseconds: a store that hangs leaves a reader most of its time for the compute. */
  private readonly longest: number

  constructor(settings: Settings, metrics: CacheMetrics.Shape, health: StoreHealth) {
    this.settings = settings
    this.metrics = metrics
    this.health = health
    this.longest = Math.min(settings.storeTimeout, settings.hardTimeout / 8)
  }

  /** The step's result; it is never left out: it is acknowledged, or fails. */
  insist<O extends Operation>(operation: O, step: Step<O>): Effect.Effect<Answers[O], SmartCacheError> {
    // One of them that is tried again and again says no more of the store than when it was tried once.
    const told = { operation, about: operation, pass: 0 }
    return Effect.withFiber((fiber) =>
      this.tell(told, this.bounded(fiber, operation, step, noTerms), (error) => Effect.fail(error))
    )
  }

  /**
   * The step's result; when it failed, took too long or was left out, and the settings allow reads without a store, what
   * stands in for it, if anything does. The key is what it is about.
   */
  ask<O extends Operation>(
    operation: O,
    key: string,
    step: Step<O>,
    terms: Terms<O> = noTerms
  ): Effect.Effect<Answers[O] | Silence, SmartCacheError> {
    return Effect.withFiber((fiber) => {
      // Nothing is learnt from a fill that succeeds: it is no probe.
      const pass = operation === "fill" && this.health.skipping()
        ? undefined
        : this.health.admit(fiber.getRef(Clock.Clock))
      if (pass === undefined) return without(terms)
      return this.tell(
        { operation, about: key, pass },
        this.bounded(fiber, operation, step, terms),
        (error) => this.settings.onStoreError === "fail" ? Effect.fail(error) : without(terms)
      )
    })
  }

  /** Fails when there is no answer within `storeTimeout`, or within what patience is left. */
  private bounded<O extends Operation>(
    fiber: Fiber.Fiber<unknown, unknown>,
    operation: O,
    step: Step<O>,
    { patience = Infinity, within: sure = Infinity }: Terms<O>
  ): Effect.Effect<Answers[O], SmartCacheError> {
    const millis = Math.min(this.longest, patience)
    if (sure <= millis) return Spans.step(fiber, operation, step)
    const late = () =>
      Effect.fail(CacheError.make({
        _tag: "StoreFailed",
        operation,
        cause: `no answer within ${millis} ms`,
        // That a reader has no time left says nothing about the store.
        kind: patience < this.longest ? "unrelated" : "timeout"
      }))
    // The span lies around the timeout: a step that hangs has failed.
    return Spans.step(fiber, operation, () => within(this.alarms, millis, step, late))
  }

  /** Counts a step that failed and tells the store's health how it ended, then goes on. */
  private tell<A, B>(
    told: Omit<Failure, "error">,
    asked: Effect.Effect<A, SmartCacheError>,
    otherwise: (error: SmartCacheError) => Effect.Effect<B, SmartCacheError>
  ): Effect.Effect<A | B, SmartCacheError> {
    const { health, metrics } = this
    return Effect.matchCauseEffect(asked, {
      // A fill may have been held in this process alone.
      onSuccess: (answer) =>
        told.operation !== "fill" && health.troubled() ? Effect.as(health.answered, answer) : Effect.succeed(answer),
      onFailure: (cause) => {
        metrics.add("store_errors", 1)
        const error = asTyped(told.operation, cause)
        return Effect.andThen(health.failed({ ...told, error }), Effect.suspend(() => otherwise(error)))
      }
    })
  }
}
