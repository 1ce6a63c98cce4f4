/**
 * A store step that may fail, die or hang: bounded, typed, counted, told of, and left out while the breaker is open.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Settings } from "../CacheConfig.ts"
import * as CacheError from "../CacheError.ts"
import type * as CacheMetrics from "../CacheMetrics.ts"
import type { Answers } from "../CacheStore.ts"
import type { Pass, Shape as StoreHealth } from "../StoreHealth.ts"
import * as Spans from "./spans.ts"

type SmartCacheError = CacheError.SmartCacheError
type Operation = keyof Answers
type Step<O extends Operation> = () => Effect.Effect<Answers[O], SmartCacheError>

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

/** Only while the breaker is open. */
const skipped = (operation: Operation) =>
  CacheError.make({
    _tag: "StoreFailed",
    operation,
    cause: "the breaker is open: the store has failed again and again, and is asked again in a while",
    kind: "unrelated"
  })

/** A store's own typed error as it is; anything else that ended the step as `StoreFailed`. */
const asTyped = (operation: Operation, cause: Cause.Cause<SmartCacheError>): SmartCacheError => {
  const failed = cause.reasons.find(Cause.isFailReason)
  if (failed !== undefined) return failed.error
  const died = cause.reasons.find(Cause.isDieReason)
  return CacheError.make({ _tag: "StoreFailed", operation, cause: died?.defect ?? "it interrupted itself" })
}

export class Guard {
  private readonly settings: Settings
  private readonly metrics: CacheMetrics.Shape
  private readonly health: StoreHealth
  /** Milliseconds: a store that hangs leaves a reader most of its time for the compute. */
  private readonly longest: number

  constructor(settings: Settings, metrics: CacheMetrics.Shape, health: StoreHealth) {
    this.settings = settings
    this.metrics = metrics
    this.health = health
    this.longest = Math.min(settings.storeTimeout, settings.hardTimeout / 4)
  }

  /** Whether reads do without the store, and nothing has been heard of it since this moment: it may do well by now. */
  unheardSince(moment: number): boolean {
    return this.health.skipping() && this.health.failedAt() < moment
  }

  /** The step's result; it is never left out: it is acknowledged, or fails. */
  insist<O extends Operation>(operation: O, step: Step<O>): Effect.Effect<Answers[O], SmartCacheError> {
    return this.tell(operation, this.bounded(operation, step, noTerms), 0, (error) => Effect.fail(error))
  }

  /**
   * The step's result, or what stands in for it, or `undefined`, when it failed, took too long or was left out and the
   * settings allow reads without a store.
   */
  ask<O extends Operation>(
    operation: O,
    step: Step<O>,
    terms: Terms<O> = noTerms
  ): Effect.Effect<Answers[O] | undefined, SmartCacheError> {
    return Effect.withFiber((fiber) => {
      const pass = this.health.admit(fiber.getRef(Clock.Clock))
      if (pass === undefined) return this.without(terms, () => skipped(operation))
      return this.tell(operation, this.bounded(operation, step, terms), pass, (error) => {
        this.metrics.add("store_errors", 1)
        return this.without(terms, () => error)
      })
    })
  }

  private without<O extends Operation>(
    { offline }: Terms<O>,
    error: () => SmartCacheError
  ): Effect.Effect<Answers[O] | undefined, SmartCacheError> {
    if (this.settings.onStoreError === "fail") return Effect.fail(error())
    return offline?.() ?? Effect.void as Effect.Effect<undefined>
  }

  /** Fails when there is no answer within `storeTimeout`, or within what patience is left. */
  private bounded<O extends Operation>(
    operation: O,
    step: Step<O>,
    { patience = Infinity, within = Infinity }: Terms<O>
  ): Effect.Effect<Answers[O], SmartCacheError> {
    const millis = Math.min(this.longest, patience)
    const asked = Spans.step(operation, step)
    return within <= millis ? asked : Effect.timeoutOrElse(asked, {
      duration: millis,
      orElse: () =>
        Effect.fail(CacheError.make({
          _tag: "StoreFailed",
          operation,
          cause: `no answer within ${millis} ms`,
          // That a reader has no time left says nothing about the store.
          kind: patience < this.longest ? "unrelated" : "timeout"
        }))
    })
  }

  /** Tells the store's health how the step ended, then goes on. */
  private tell<A, B>(
    operation: Operation,
    asked: Effect.Effect<A, SmartCacheError>,
    pass: Pass,
    otherwise: (error: SmartCacheError) => Effect.Effect<B, SmartCacheError>
  ): Effect.Effect<A | B, SmartCacheError> {
    const { health } = this
    return Effect.matchCauseEffect(asked, {
      // A fill may have been held in this process alone.
      onSuccess: (answer) =>
        operation !== "fill" && health.troubled() ? Effect.as(health.answered, answer) : Effect.succeed(answer),
      onFailure: (cause) => {
        const error = asTyped(operation, cause)
        return Effect.andThen(health.failed(operation, error, pass), Effect.suspend(() => otherwise(error)))
      }
    })
  }
}
