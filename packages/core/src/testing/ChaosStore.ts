/**
 * For tests: a store whose steps fail, hang, dawdle or lose their reply, by script
 * or by chance.
 *
 * Chance comes from `Random` and time from the `Clock`, so that a seed replays a
 * failure. `peek` is left alone: it never leaves the process.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as CacheError from "../CacheError.ts"
import * as CacheStore from "../CacheStore.ts"

/** A step that can go wrong. */
export type Step = keyof CacheStore.Answers

/** Every step, in the order of the contract. */
export const steps: ReadonlyArray<Step> = ["read", "look", "lease", "release", "stamp", "fill", "invalidate"]

/**
 * What happens to one step.
 *
 * - `None`: nothing.
 * - `Fail`: it fails with `StoreFailed` and does nothing.
 * - `Hang`: it never answers and does nothing.
 * - `Delay`: it does its work after so many milliseconds.
 * - `LoseReply`: it does its work, and then fails as if it had not.
 */
export type Fault =
  | { readonly _tag: "None" }
  | { readonly _tag: "Fail" }
  | { readonly _tag: "Hang" }
  | { readonly _tag: "Delay"; readonly millis: number }
  | { readonly _tag: "LoseReply" }

export const none: Fault = { _tag: "None" }
export const fail: Fault = { _tag: "Fail" }
export const hang: Fault = { _tag: "Hang" }
export const loseReply: Fault = { _tag: "LoseReply" }
export const delay = (millis: number): Fault => ({ _tag: "Delay", millis })

/** Says of each step what shall happen to it. */
export type Plan = (step: Step) => Effect.Effect<Fault>

/**
 * Faults in the order of the steps, nothing after the last; a fault with a name waits for the next step of that
 * name. A script remembers how far it is: one store, one script.
 *
 * @example
 * ```ts
 * ChaosStore.script([["fill", ChaosStore.loseReply], ["read", ChaosStore.fail]])
 * ```
 */
export const script = (faults: ReadonlyArray<Fault | readonly [Step, Fault]>): Plan => {
  let position = 0
  return (step) =>
    Effect.sync(() => {
      const next = faults[position]
      if (next === undefined) return none
      if ("_tag" in next) {
        position++
        return next
      }
      if (next[0] !== step) return none
      position++
      return next[1]
    })
}

/** How likely each fault is, 0 by default; together at most 1. */
export interface Chances {
  readonly fail?: number | undefined
  readonly hang?: number | undefined
  readonly loseReply?: number | undefined
  readonly delay?: number | undefined
  /** Longest delay in milliseconds; 500 by default. */
  readonly maxDelay?: number | undefined
  /** Which steps can go wrong; all of them by default. */
  readonly steps?: ReadonlyArray<Step> | undefined
}

/** Faults by chance, drawn from `Random`; throws `RangeError` when the chances are none. */
export const random = (chances: Chances): Plan => {
  const table = [
    [chances.fail ?? 0, () => fail],
    [chances.hang ?? 0, () => hang],
    [chances.loseReply ?? 0, () => loseReply],
    [chances.delay ?? 0, (draw: number) => delay(Math.ceil(draw * (chances.maxDelay ?? 500)))]
  ] as const
  const total = table.reduce((sum, [chance]) => sum + chance, 0)
  if (!(table.every(([chance]) => chance >= 0) && total <= 1)) {
    throw new RangeError(
      `ChaosStore.random: chances must not be negative and sum to at most 1, got ${table.map(([chance]) => chance)}`
    )
  }
  return (step) =>
    Effect.gen(function*() {
      if (chances.steps !== undefined && !chances.steps.includes(step)) return none
      let draw = yield* Random.next
      for (const [chance, fault] of table) {
        if (draw < chance) return fault(draw / chance)
        draw -= chance
      }
      return none
    })
}

const failed = (operation: Step, cause: string) =>
  Effect.fail(CacheError.make({ _tag: "StoreFailed", operation, cause }))

/** A store around another whose steps go wrong as planned. */
export const make = (store: CacheStore.Shape, plan: Plan): CacheStore.Shape => {
  const troubled = <A>(
    step: Step,
    work: Effect.Effect<A, CacheError.SmartCacheError>
  ): Effect.Effect<A, CacheError.SmartCacheError> =>
    Effect.flatMap(plan(step), (fault) => {
      switch (fault._tag) {
        case "None":
          return work
        case "Fail":
          return failed(step, "chaos: refused")
        case "Hang":
          return Effect.never
        case "Delay":
          return Effect.delay(work, fault.millis)
        case "LoseReply":
          return Effect.andThen(work, failed(step, "chaos: the reply was lost"))
      }
    })
  return {
    local: store.local,
    shared: store.shared,
    peek: (key) => store.peek(key),
    read: (subject, applicant) => troubled("read", store.read(subject, applicant)),
    instant: () => store.instant(),
    look: (subject) => troubled("look", store.look(subject)),
    lease: (claim) => troubled("lease", store.lease(claim)),
    release: (key, token) => troubled("release", store.release(key, token)),
    stamp: (subject) => troubled("stamp", store.stamp(subject)),
    fill: (fill) => troubled("fill", store.fill(fill)),
    invalidate: (target) => troubled("invalidate", store.invalidate(target)),
    held: () => store.held(),
    offline: store.offline
  }
}

/** Puts trouble between the cache and the store that is given. */
export const layer = (plan: Plan): Layer.Layer<CacheStore.CacheStore, never, CacheStore.CacheStore> =>
  Layer.effect(CacheStore.CacheStore, Effect.map(CacheStore.CacheStore, (store) => make(store, plan)))
