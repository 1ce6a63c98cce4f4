/**
 * Spans of what leaves the hit path, for whoever has installed a tracer; without one they cost a comparison.
 *
 * Attributes are from closed vocabularies or numbers, and a span ends with the kind of a failure: no key, value, tag
 * or message of an error is in any of them.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as References from "effect/References"
import * as Tracer from "effect/Tracer"
import type { Source, VixLevel } from "../CacheOutcome.ts"
import type { Answers, Filled, Lease, Lookup } from "../CacheStore.ts"
import type { Decision } from "../Decision.ts"
import type { Invalidation } from "../Invalidation.ts"
import { nameOf } from "./nameOf.ts"

type Name =
  | "smart-cache.read"
  | "smart-cache.compute"
  | "smart-cache.refresh"
  | "smart-cache.invalidate"
  | `smart-cache.store.${keyof Answers}`

/** Every attribute that a span can have. */
export interface Attributes {
  readonly strategy?: Decision["strategy"] | undefined
  readonly reason?: Decision["reason"] | undefined
  readonly refresh?: Decision["refresh"] | undefined
  readonly source?: Source | undefined
  /** One of the policy's. */
  readonly zone?: string | undefined
  readonly vix?: VixLevel | undefined
  /** What an invalidation names. */
  readonly target?: Invalidation["_tag"] | undefined
  /** What a store step came to. */
  readonly outcome?: Outcome | undefined
  /** How many. */
  readonly tags?: number | undefined
  readonly stamp?: number | undefined
}

type Outcome = "found" | "absent" | "invalidated" | Lease["_tag"] | Filled

interface Kind<A> {
  readonly name: Name
  readonly attributes: (exit: Exit.Exit<A, unknown>) => Attributes
  /** Below the span around it, or in a trace of its own that is linked to that one. */
  readonly place: "below" | "linked"
}

/** Without a backend nobody sees a span. */
const watched = ({ cache: { tracer, tracerEnabled } }: Fiber.Fiber<unknown, unknown>): boolean =>
  tracer !== undefined && tracer !== Tracer.nativeTracer && tracerEnabled

/** Whether somebody would see the spans of a fiber with these services. */
export const watchedWith = (services: Context.Context<never>): boolean =>
  Context.get(services, Tracer.Tracer) !== Tracer.nativeTracer && Context.get(services, References.TracerEnabled)

/** The kind of a failure in the place of what it says. */
const told = (exit: Exit.Exit<unknown, unknown>): Exit.Exit<unknown, unknown> => {
  if (Exit.isSuccess(exit)) return Exit.void
  if (Cause.hasInterruptsOnly(exit.cause)) return exit
  const failed = exit.cause.reasons.find(Cause.isFailReason)
  const name = nameOf(failed === undefined ? Cause.squash(exit.cause) : failed.error)
  const fault = Object.assign(new Error(), { name, stack: name })
  return failed === undefined ? Exit.die(fault) : Exit.fail(fault)
}

const end = (span: Tracer.Span, at: bigint, exit: Exit.Exit<unknown, unknown>, attributes: Attributes): void => {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) span.attribute(`smart_cache.${name}`, value)
  }
  span.end(at, told(exit))
}

const traced = <A, E, R>(
  fiber: Fiber.Fiber<unknown, unknown>,
  { attributes, name, place }: Kind<A>,
  effect: () => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> => {
  const { span: parent } = fiber.cache
  const options = place === "below"
    ? {}
    : { root: true, links: parent === undefined ? [] : [{ span: parent, attributes: {} }] }
  const clock = fiber.getRef(Clock.Clock)
  const now = fiber.getRef(References.TracerTimingEnabled) ? () => clock.currentTimeNanosUnsafe() : () => 0n
  // Effect's own `useSpan` would end the span with what an error says.
  return Effect.acquireUseRelease(
    Effect.makeSpan(name, options),
    (span) => Effect.provideService(Effect.suspend(effect), Tracer.ParentSpan, span) as Effect.Effect<A, E, R>,
    (span, exit) => Effect.sync(() => end(span, now(), exit, attributes(exit)))
  )
}

const whenRun = <A, E, R>(kind: Kind<A>, effect: () => Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.withFiber((fiber) => watched(fiber) ? traced(fiber, kind, effect) : effect())

/** A read that is no mere hit, or a hit that asks for a refresh. */
export const read = <A, E, R>(
  fiber: Fiber.Fiber<unknown, unknown>,
  attributes: () => Attributes,
  effect: () => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  watched(fiber) ? traced(fiber, { name: "smart-cache.read", attributes, place: "below" }, effect) : effect()

/** Making a value and its entry. */
export const compute = <A, E, R>(attributes: Attributes, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  whenRun({ name: "smart-cache.compute", attributes: () => attributes, place: "below" }, () => effect)

/** A background refresh: a trace of its own, linked to the read that asked for it. */
export const refresh = <A, E, R>(attributes: Attributes, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  whenRun({ name: "smart-cache.refresh", attributes: () => attributes, place: "linked" }, () => effect)

export const invalidate = <A extends { readonly stamp: number }, E, R>(
  attributes: Attributes,
  effect: () => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  whenRun({
    name: "smart-cache.invalidate",
    attributes: (exit) => Exit.isSuccess(exit) ? { ...attributes, stamp: exit.value.stamp } : attributes,
    place: "below"
  }, effect)

const found = ({ entry, invalidated }: Lookup): Attributes => ({
  outcome: entry !== undefined ? "found" : invalidated ? "invalidated" : "absent"
})

/** What the answer of a step comes to, in a word. */
const outcomes: { readonly [O in keyof Answers]: (answer: Answers[O]) => Attributes } = {
  read: found,
  look: found,
  lease: ({ _tag }) => ({ outcome: _tag }),
  release: () => ({}),
  stamp: (stamp) => ({ stamp }),
  fill: (outcome) => ({ outcome }),
  invalidate: ({ stamp }) => ({ stamp })
}

/** One step that asks the store, in the fiber that runs it. */
export const step = <O extends keyof Answers, E, R>(
  fiber: Fiber.Fiber<unknown, unknown>,
  operation: O,
  effect: () => Effect.Effect<Answers[O], E, R>
): Effect.Effect<Answers[O], E, R> => watched(fiber) ? traced(fiber, stepOf(operation), effect) : Effect.suspend(effect)

const stepOf = <O extends keyof Answers>(operation: O): Kind<Answers[O]> => ({
  name: `smart-cache.store.${operation}`,
  attributes: (exit) => Exit.isSuccess(exit) ? outcomes[operation](exit.value) : {},
  place: "below"
})
