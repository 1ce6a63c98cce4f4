/**
 * Predictions through the cache; the application gives this service.
 */
import type { SmartCacheError } from "@smart-cache/core/CacheError"
import type { Metadata } from "@smart-cache/core/CacheResult"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"

/** What is asked for; the application has a market of its own for those who name none. */
export interface Question {
  readonly homeTeam: string
  readonly awayTeam: string
  readonly market?: string | undefined
}

export interface Selection {
  readonly selection: string
  /** Between 0 and 1. */
  readonly probability: number
}

export interface Prediction {
  readonly match: string
  readonly market: string
  readonly homeTeam: string
  readonly awayTeam: string
  readonly selections: ReadonlyArray<Selection>
}

/** A prediction and how it was come by. */
export interface Calculation {
  readonly prediction: Prediction
  readonly metadata: Metadata
}

/** These teams do not play each other, as far as the application knows. */
export class UnknownMatch extends Data.TaggedError("UnknownMatch")<Pick<Question, "homeTeam" | "awayTeam">> {
  override get message(): string {
    return `no match of "${this.homeTeam}" against "${this.awayTeam}" is on offer`
  }
}

/** There is no such market. */
export class UnknownMarket extends Data.TaggedError("UnknownMarket")<{ readonly market: string }> {
  override get message(): string {
    return `there is no market "${this.market}"`
  }
}

/** The model could not answer now; it may later. The message is shown to whoever asked. */
export class ModelFailed extends Data.TaggedError("ModelFailed")<{ readonly message: string }> {}

export type CalculatorError = UnknownMatch | UnknownMarket | ModelFailed | SmartCacheError

export interface Shape {
  /** Reads a prediction through the cache; it may compute, and it changes nothing else. */
  readonly calculate: (question: Question) => Effect.Effect<Calculation, CalculatorError>
}

/** What answers with predictions. */
export class Calculator extends Context.Service<Calculator, Shape>()("smart-cache/Calculator") {}
