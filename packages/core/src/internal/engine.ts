/**
 * One read, from the decision to the result.
 *
 * A memory hit is one synchronous step on the calling fiber; everything else begins
 * at `SlowRead`.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Effectable from "effect/Effectable"
import * as Exit from "effect/Exit"
import type { Settings } from "../CacheConfig.ts"
import type { Entry } from "../CacheEntry.ts"
import * as CacheError from "../CacheError.ts"
import type * as CacheMetrics from "../CacheMetrics.ts"
import { type CacheResult, isResult, type Metadata } from "../CacheResult.ts"
import type * as CacheStore from "../CacheStore.ts"
import type * as Decision from "../Decision.ts"
import type { ReadContext } from "../ReadContext.ts"
import * as VixService from "../VixService.ts"
import { admit } from "./admit.ts"
import { Desk } from "./desk.ts"
import { secondsSince } from "./elapsed.ts"
import { later } from "./later.ts"
import { problemOf } from "./problem.ts"
import { Read } from "./read.ts"
import { lookUp, type Services } from "./services.ts"
import { SlowRead } from "./slowRead.ts"

type SmartCacheError = CacheError.SmartCacheError

const noContext: ReadContext = {}
const noTags: ReadonlyArray<string> = []

export class Engine {
  readonly services: Services
  readonly desk: Desk
  /** The services of the last reader and the clock among them: most readers have those of the one before. */
  private latest: { readonly services: Context.Context<never>; readonly clock: Clock.Clock } | undefined
  readonly slow: SlowRead
  private readonly settings: Settings
  private readonly store: CacheStore.Shape
  private readonly vix: VixService.Shape
  private readonly metrics: CacheMetrics.Shape

  private constructor(services: Services, desk: Desk) {
    this.services = services
    this.desk = desk
    this.slow = new SlowRead(services, desk)
    this.settings = services.settings
    this.store = services.store
    this.vix = services.vix
    this.metrics = services.metrics
  }

  static readonly make = Effect.gen(function*() {
    const services = yield* lookUp
    return new Engine(services, yield* Desk.make(services))
  })

  get<A, E, R>(
    key: string,
    compute: Effect.Effect<A, E, R>,
    context: ReadContext = noContext
  ): Effect.Effect<CacheResult<A>, E | SmartCacheError, R> {
    return new Get(this, key, compute, context) as unknown as Got<A, E, R>
  }

  /** Decides a read with the services of whoever runs it: the result when memory answers, else what is left to run. */
  begin<A, E, R>(
    key: string,
    compute: Effect.Effect<A, E, R>,
    context: ReadContext,
    services: Context.Context<never>
  ): CacheResult<A> | Effect.Effect<CacheResult<A>, E | SmartCacheError, R> {
    const problem = problemOf(this.settings, key, context)
    if (problem !== undefined) return this.refuse(problem)
    const clock = this.clockOf(services)
    const started = this.metrics.timing() ? clock.monotonicTimeNanosUnsafe() : undefined
    const now = clock.currentTimeMillisUnsafe()
    const verdict = context.odds === undefined ? VixService.unnamed : this.vix.assess(context.odds, now)
    if (!(verdict instanceof VixService.Verdict)) return this.refuse(verdict)
    const entry = this.store.peek(key)
    const decision = this.desk.decide(key, entry, "ok", now, verdict, context, services)
    if (entry === undefined || !decision.serves) {
      return this.further(key, compute, context, verdict, clock, now, decision, started, undefined)
    }
    const result = this.desk.deliver<A>(key, decision, this.store.local, now, verdict, context, entry)
    if (started !== undefined) this.time(result.metadata, clock, started)
    return decision.refresh === "none"
      ? result
      : this.further(key, compute, context, verdict, clock, now, decision, started, { entry, result })
  }

  private clockOf(services: Context.Context<never>): Clock.Clock {
    if (this.latest?.services !== services) this.latest = { services, clock: Context.get(services, Clock.Clock) }
    return this.latest.clock
  }

  private time({ age, strategy }: Metadata, clock: Clock.Clock, started: bigint): void {
    this.metrics.timed(strategy, secondsSince(clock, started), age / 1000)
  }

  /** What memory cannot answer, or not alone. Apart from `begin`, so that the compiler spends its inlining on a hit. */
  private further<A, E, R>(
    key: string,
    compute: Effect.Effect<A, E, R>,
    context: ReadContext,
    verdict: VixService.Verdict,
    clock: Clock.Clock,
    began: number,
    decision: Decision.Decision,
    started: bigint | undefined,
    answered: { readonly entry: Entry; readonly result: CacheResult<A> } | undefined
  ): Effect.Effect<CacheResult<A>, E | SmartCacheError, R> {
    const approach = this.services.swr.approach(key)
    const read = new Read(key, compute, context, verdict, clock, began, started, approach, decision)
    return answered === undefined
      ? later(this.slow, read)
      : Effect.as(this.slow.refreshBehind(read, answered.entry, answered.result), answered.result)
  }

  private refuse(error: SmartCacheError): Exit.Exit<never, SmartCacheError> {
    this.metrics.add("read_errors", 1)
    return Exit.fail(error)
  }

  set<A>(key: string, value: A, context: ReadContext = noContext): Effect.Effect<CacheStore.Filled, SmartCacheError> {
    return Effect.gen({ self: this }, function*() {
      const problem = problemOf(this.settings, key, context)
      if (problem !== undefined) return yield* problem
      const now = yield* Clock.currentTimeMillis
      if (context.deadline !== undefined && now >= context.deadline) {
        return yield* CacheError.make({
          _tag: "InvalidContext",
          field: "deadline",
          got: CacheError.show(context.deadline),
          expected: `later than now (${now}), or the value could never be served`
        })
      }
      const { guard, store, vix } = this.services
      const verdict = context.odds === undefined ? VixService.unnamed : vix.assess(context.odds, now)
      if (!(verdict instanceof VixService.Verdict)) return yield* verdict
      const { codec, tags = noTags } = context
      const stamp = yield* guard.insist("stamp", () => store.stamp({ key, tags, codec }))
      const delta = store.peek(key)?.delta ?? 0
      const entry = yield* admit(this.services, { context, verdict }, value, now, delta, stamp)
      return yield* guard.insist("fill", () => store.fill({ key, codec, entry, token: undefined }))
    })
  }
}

/** A read as an effect of its own: one object a read, where a function and an effect around it would be three. */
class Get<A, E, R> {
  readonly engine: Engine
  readonly key: string
  readonly compute: Effect.Effect<A, E, R>
  readonly context: ReadContext

  constructor(engine: Engine, key: string, compute: Effect.Effect<A, E, R>, context: ReadContext) {
    this.engine = engine
    this.key = key
    this.compute = compute
    this.context = context
  }
}

/** The effect that a {@link Get} is by its prototype. */
type Got<A, E, R> = Effect.Effect<CacheResult<A>, E | SmartCacheError, R>

Object.setPrototypeOf(
  Get.prototype,
  Effectable.Prototype<Get<unknown, unknown, unknown> & Got<unknown, unknown, unknown>>({
    label: "SmartCache.get",
    evaluate(fiber) {
      const read = this.engine.begin(this.key, this.compute, this.context, fiber.context)
      return isResult(read) ? Exit.succeed(read) : read
    }
  })
)
