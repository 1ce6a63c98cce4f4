/**
 * One read, from the decision to the result.
 *
 * A memory hit is one synchronous step on the calling fiber; everything else begins
 * at `SlowRead`.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { Settings } from "../CacheConfig.ts"
import * as CacheError from "../CacheError.ts"
import type * as CacheMetrics from "../CacheMetrics.ts"
import type { CacheResult } from "../CacheResult.ts"
import type * as CacheStore from "../CacheStore.ts"
import type * as Decision from "../Decision.ts"
import type { ReadContext } from "../ReadContext.ts"
import * as VixService from "../VixService.ts"
import { admit } from "./admit.ts"
import { Desk } from "./desk.ts"
import { secondsSince } from "./elapsed.ts"
import { problemOf } from "./problem.ts"
import { lookUp, type Services } from "./services.ts"
import { type Read, SlowRead } from "./slowRead.ts"

type SmartCacheError = CacheError.SmartCacheError

const noContext: ReadContext = {}
const noTags: ReadonlyArray<string> = []

export class Engine {
  readonly services: Services
  readonly desk: Desk
  private readonly slow: SlowRead
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
    return Effect.withFiber((fiber) => {
      const problem = problemOf(this.settings, key, context)
      if (problem !== undefined) return this.refuse(problem)
      const clock = fiber.getRef(Clock.Clock)
      const started = this.metrics.timing() ? clock.monotonicTimeNanosUnsafe() : undefined
      const now = clock.currentTimeMillisUnsafe()
      const verdict = context.odds === undefined ? VixService.unnamed : this.vix.assess(context.odds, now)
      if (verdict !== VixService.unnamed && !(verdict instanceof VixService.Verdict)) return this.refuse(verdict)
      const entry = this.store.peek(key)
      const decision = this.desk.decide(key, entry, "ok", now, verdict, context, fiber)
      if (entry !== undefined && decision.serves) {
        const result = this.desk.deliver<A>(key, decision, this.store.local, now, verdict, context, entry)
        if (started === undefined) this.metrics.untimed()
        else this.metrics.timed(decision.strategy, secondsSince(clock, started), result.metadata.age / 1000)
        return decision.refresh === "none"
          ? Exit.succeed(result)
          : Effect.as(
            this.slow.refreshBehind(this.read(key, compute, context, verdict, now, decision, started), entry, result),
            result
          )
      }
      return this.slow.run(this.read(key, compute, context, verdict, now, decision, started))
    })
  }

  private read<A, E, R>(
    key: string,
    compute: Effect.Effect<A, E, R>,
    context: ReadContext,
    verdict: VixService.Verdict,
    began: number,
    decision: Decision.Decision,
    started: bigint | undefined
  ): Read<A, E, R> {
    const approach = this.services.swr.approach(key)
    return { key, compute, context, verdict, began, started, approach, decision, answer: undefined, ticket: undefined }
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
