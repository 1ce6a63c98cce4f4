/**
 * One read, from the decision to the result.
 *
 * A memory hit is one synchronous step on the calling fiber; everything else begins
 * at `slow`.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as PubSub from "effect/PubSub"
import * as Random from "effect/Random"
import * as Stream from "effect/Stream"
import { CacheConfig, type Settings } from "../CacheConfig.ts"
import type { Entry, Stamp } from "../CacheEntry.ts"
import * as CacheError from "../CacheError.ts"
import * as CacheMetrics from "../CacheMetrics.ts"
import type { Source } from "../CacheOutcome.ts"
import { type CacheResult, type DecisionEvent, Metadata } from "../CacheResult.ts"
import * as CacheStore from "../CacheStore.ts"
import * as Decision from "../Decision.ts"
import type { ReadContext } from "../ReadContext.ts"
import * as SwrService from "../SwrService.ts"
import * as TagGraph from "../TagGraph.ts"
import * as TtlPolicy from "../TtlPolicy.ts"
import * as VixService from "../VixService.ts"
import * as XFetch from "../XFetch.ts"
import { guarded } from "./guarded.ts"

type SmartCacheError = CacheError.SmartCacheError

/** The services of one cache, looked up once. */
export interface EngineServices {
  readonly settings: Settings
  readonly store: CacheStore.Shape
  readonly policy: TtlPolicy.Policy
  readonly swr: SwrService.Shape
  readonly vix: VixService.Shape
  readonly graph: TagGraph.Graph
  readonly metrics: CacheMetrics.Shape
}

const noContext: ReadContext = {}
const noTags: ReadonlyArray<string> = []
const watched = 1024

const serves = ({ strategy }: Decision.Decision): boolean => strategy === "serve_fresh" || strategy === "serve_stale"

/** One read under way. */
interface Read<A, E, R> {
  readonly key: string
  readonly compute: Effect.Effect<A, E, R>
  readonly context: ReadContext
  readonly verdict: VixService.Verdict
  readonly began: number
}

export class Engine {
  readonly services: EngineServices
  readonly rules: Decision.Rules
  private readonly zones: ReadonlyArray<string>
  private readonly zoneIndex: (deadline: number, now: number) => number
  private readonly hub: PubSub.PubSub<DecisionEvent>
  private watchers = 0

  private constructor(services: EngineServices, hub: PubSub.PubSub<DecisionEvent>) {
    const { policy, settings } = services
    this.services = services
    this.hub = hub
    this.rules = {
      policy,
      enabled: settings.enabled,
      beta: settings.beta,
      staleFactor: settings.staleFactor,
      failSafe: settings.failSafe,
      warningTtl: settings.vixWarningTtl
    }
    this.zones = TtlPolicy.zoneNames(policy)
    this.zoneIndex = TtlPolicy.zoneIndexer(policy)
  }

  static readonly make = Effect.gen(function*() {
    const services: EngineServices = {
      settings: yield* CacheConfig,
      store: yield* CacheStore.CacheStore,
      policy: yield* TtlPolicy.TtlPolicy,
      swr: yield* SwrService.SwrService,
      vix: yield* VixService.VixService,
      graph: yield* TagGraph.TagGraph,
      metrics: yield* CacheMetrics.CacheMetrics
    }
    const hub = yield* Effect.acquireRelease(PubSub.sliding<DecisionEvent>(watched), PubSub.shutdown)
    return new Engine(services, hub)
  })

  get<A, E, R>(
    key: string,
    compute: Effect.Effect<A, E, R>,
    context: ReadContext = noContext
  ): Effect.Effect<CacheResult<A>, E | SmartCacheError, R> {
    return Effect.withFiber((fiber) => {
      const problem = this.problem(key, context)
      if (problem !== undefined) return this.refuse(problem)
      const now = fiber.getRef(Clock.Clock).currentTimeMillisUnsafe()
      const verdict = context.odds === undefined ? VixService.unnamed : this.services.vix.assess(context.odds, now)
      if (!(verdict instanceof VixService.Verdict)) return this.refuse(verdict)
      const entry = this.services.store.peek(key)
      const decision = this.decide(key, entry, "ok", now, verdict, context, fiber)
      if (entry !== undefined && serves(decision)) {
        const result = this.deliver<A>(key, decision, this.services.store.local, now, verdict, context, entry)
        return decision.refresh === "none"
          ? Exit.succeed(result)
          : Effect.as(this.refreshBehind({ key, compute, context, verdict, began: now }, decision, entry), result)
      }
      return this.slow({ key, compute, context, verdict, began: now }, decision)
    })
  }

  /** What is wrong with a read, before anything is touched. */
  problem(key: string, { deadline, tags }: ReadContext): SmartCacheError | undefined {
    const { maxKeyLength, maxTags } = this.services.settings
    if (key.length === 0 || key.length > maxKeyLength) {
      const problem = key.length === 0 ? "is empty" : `is longer than maxKeyLength (${maxKeyLength})`
      return CacheError.make({ _tag: "InvalidKey", length: key.length, problem })
    }
    if (deadline !== undefined && Number.isNaN(deadline)) {
      const got = CacheError.show(deadline)
      return CacheError.make({ _tag: "InvalidContext", field: "deadline", got, expected: "epoch milliseconds" })
    }
    if (tags !== undefined && tags.length > maxTags) {
      const expected = `at most ${maxTags} tags (maxTags)`
      return CacheError.make({ _tag: "InvalidContext", field: "tags", got: `${tags.length} tags`, expected })
    }
    return undefined
  }

  refuse(error: SmartCacheError): Exit.Exit<never, SmartCacheError> {
    this.services.metrics.add("read_errors", 1)
    return Exit.fail(error)
  }

  private decide(
    key: string,
    entry: Entry | undefined,
    standing: Decision.Standing,
    now: number,
    verdict: VixService.Verdict,
    context: ReadContext,
    fiber: Fiber.Fiber<unknown, unknown>
  ): Decision.Decision {
    const draw = entry !== undefined && Decision.needsDraw(entry, now)
      ? fiber.getRef(Random.Random).nextDoubleUnsafe()
      : 0
    const decision = Decision.decide(entry, standing, now, verdict.level, draw, context, this.rules)
    // Only a decision that would compute something asks whether the key is failing.
    return decision === Decision.fresh || !this.services.swr.backingOff(key, now)
      ? decision
      : Decision.decide(entry, "backing_off", now, verdict.level, draw, context, this.rules)
  }

  /** Counts a read and makes its result. */
  private deliver<A>(
    key: string,
    decision: Decision.Decision,
    source: Source,
    now: number,
    verdict: VixService.Verdict,
    context: ReadContext,
    entry: Entry
  ): CacheResult<A> {
    const zone = this.zoneIndex(context.deadline ?? entry.deadline, now)
    this.services.metrics.read(decision.code, verdict.code, zone)
    const metadata = new Metadata(decision, source, now, zone < 0 ? undefined : this.zones[zone], verdict, entry)
    if (this.watchers > 0) PubSub.publishUnsafe(this.hub, { key, metadata })
    // One key means one type: the entry's value is what the reader's compute makes.
    return metadata as CacheResult<A>
  }

  private refreshBehind<A, E, R>(read: Read<A, E, R>, decision: Decision.Decision, entry: Entry) {
    if (decision.refresh === "early") this.services.metrics.add("early_refreshes", 1)
    return this.services.swr.refresh(this.trip(read, decision, entry, 0))
  }

  /** Everything that is not a memory hit; each read is counted once, however it ends. */
  private slow<A, E, R>(
    read: Read<A, E, R>,
    first: Decision.Decision
  ): Effect.Effect<CacheResult<A>, E | SmartCacheError, R> {
    const answer = first === Decision.disabled ? this.alone(read) : this.lookUp(read, first)
    return Effect.onExit(answer, (exit) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        this.services.metrics.waited(now - read.began)
        if (Exit.isSuccess(exit)) return
        if (!Cause.hasInterruptsOnly(exit.cause)) this.services.metrics.add("read_errors", 1)
        const zone = this.zoneIndex(read.context.deadline ?? Infinity, now)
        this.services.metrics.read(first.code, read.verdict.code, zone)
      }))
  }

  /** The cache is off: computes for this reader alone and stores nothing. */
  private alone<A, E, R>(read: Read<A, E, R>): Effect.Effect<CacheResult<A>, E | SmartCacheError, R> {
    return Effect.gen({ self: this }, function*() {
      this.services.metrics.add("computes", 1)
      const value = yield* Effect.catchDefect(
        read.compute,
        (defect) => Effect.fail(CacheError.make({ _tag: "ComputeDied", key: read.key, defect }))
      )
      const now = yield* Clock.currentTimeMillis
      const entry = yield* this.admit(read, value, now, now - read.began, 0)
      return this.deliver<A>(read.key, Decision.disabled, "compute", now, read.verdict, read.context, entry)
    })
  }

  /** Asks the whole store, then decides again on what it says. */
  private lookUp<A, E, R>(
    read: Read<A, E, R>,
    first: Decision.Decision
  ): Effect.Effect<CacheResult<A>, E | SmartCacheError, R> {
    return Effect.flatMap(this.readStore(read.key, read.context), (lookup) =>
      Effect.withFiber((fiber) => {
        const now = fiber.getRef(Clock.Clock).currentTimeMillisUnsafe()
        const entry = lookup?.entry
        const standing = lookup?.invalidated === true ? "invalidated" : "ok"
        const again = first.strategy === "bypass"
          ? first
          : this.decide(read.key, entry, standing, now, read.verdict, read.context, fiber)
        if (entry !== undefined && serves(again)) {
          const { shared } = this.services.store
          const result = this.deliver<A>(read.key, again, shared, now, read.verdict, read.context, entry)
          return again.refresh === "none"
            ? Exit.succeed(result)
            : Effect.as(this.refreshBehind(read, again, entry), result)
        }
        return this.compute(
          read,
          lookup === undefined && again === Decision.miss ? Decision.storeUnavailable : again,
          lookup
        )
      }))
  }

  private readStore(key: string, context: ReadContext) {
    const { metrics, settings, store } = this.services
    return guarded("read", store.read(key, context.tags ?? noTags), settings, metrics)
  }

  private compute<A, E, R>(
    read: Read<A, E, R>,
    decision: Decision.Decision,
    lookup: CacheStore.Lookup | undefined
  ): Effect.Effect<CacheResult<A>, E | SmartCacheError, R> {
    const { settings, swr } = this.services
    const entry = lookup?.entry
    const fence = lookup?.fence ?? 0
    const usable = decision.strategy === "compute" && entry !== undefined
      && read.began < Decision.usableUntil(entry, read.context, this.rules)
    if (!usable && decision.strategy === "compute") {
      const failure = swr.remembered(read.key, fence, read.began)
      if (failure !== undefined) return failure as Exit.Exit<never, E>
    }
    const trip = this.trip(read, decision, entry, fence)
    const { hardTimeout, softTimeout } = settings
    if (!usable) return this.await(read, decision, trip, hardTimeout)
    const soft = Effect.flatMap(this.arrive(read, decision, trip, softTimeout, true), (answer) =>
      // What could stand in when the wait began may be past its deadline or invalidated by now: then wait on.
      answer === "slow"
        ? this.standIn(read, Decision.computeSlow, this.await(read, decision, trip, hardTimeout - softTimeout))
        : Effect.succeed(answer))
    return Effect.catch(soft, (error) => this.standIn(read, Decision.computeFailed, Effect.fail(error)))
  }

  /** Waits for a value to land, for so many milliseconds, and delivers it. */
  private arrive<A, E, R>(
    read: Read<A, E, R>,
    decision: Decision.Decision,
    trip: SwrService.Trip<A, E, R>,
    millis: number,
    behind: boolean
  ): Effect.Effect<CacheResult<A> | "slow", E | SmartCacheError, R> {
    return Effect.map(
      Effect.zip(this.services.swr.fetch(trip, millis, behind), Clock.currentTimeMillis),
      ([arrival, now]) =>
        arrival === "slow"
          ? arrival
          : this.deliver<A>(read.key, decision, arrival.source, now, read.verdict, read.context, arrival.entry)
    )
  }

  private await<A, E, R>(
    read: Read<A, E, R>,
    decision: Decision.Decision,
    trip: SwrService.Trip<A, E, R>,
    millis: number
  ): Effect.Effect<CacheResult<A>, E | SmartCacheError, R> {
    return Effect.flatMap(this.arrive(read, decision, trip, millis, false), (answer) =>
      answer === "slow"
        ? CacheError.make({ _tag: "HardTimeout", key: read.key, millis: this.services.settings.hardTimeout })
        : Effect.succeed(answer))
  }

  /** A value inside the fail-safe window, if one still stands, else what would have been said without it. */
  private standIn<A, E, R>(
    read: Pick<Read<A, unknown, unknown>, "key" | "context" | "verdict">,
    decision: Decision.Decision,
    otherwise: Effect.Effect<CacheResult<A>, E, R>
  ): Effect.Effect<CacheResult<A>, E | SmartCacheError, R> {
    return Effect.flatMap(
      this.readStore(read.key, read.context),
      (lookup) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) => {
          const entry = lookup?.entry
          return entry !== undefined && now < Decision.usableUntil(entry, read.context, this.rules)
            ? Effect.succeed(
              this.deliver<A>(read.key, decision, this.services.store.shared, now, read.verdict, read.context, entry)
            )
            : otherwise
        })
    )
  }

  private trip<A, E, R>(
    read: Read<A, E, R>,
    decision: Decision.Decision,
    basis: Entry | undefined,
    fence: Stamp
  ): SwrService.Trip<A, E, R> {
    const { deadline = Infinity, odds, tags = noTags } = read.context
    const { vix } = this.services
    const bypass = decision.strategy === "bypass"
    return {
      key: read.key,
      tags,
      compute: read.compute,
      basis,
      fence,
      change: bypass && odds !== undefined ? vix.lastChange(odds) : 0,
      latestChange: vix.latestChange(),
      // After the deadline only computes that began after it count: before, the value meant something else.
      notBefore: decision === Decision.deadlinePassed ? deadline : -Infinity,
      accept: decision.strategy === "bypass" || decision === Decision.deadlinePassed ? "computed" : "adopted",
      admit: (value, now, delta, stamp) => this.admit(read, value, now, delta, stamp)
    }
  }

  /** The entry of a value: its life as the policy grants it. */
  private admit(
    read: Pick<Read<unknown, unknown, unknown>, "context" | "verdict">,
    value: unknown,
    now: number,
    delta: number,
    stamp: Stamp
  ): Effect.Effect<Entry, SmartCacheError> {
    return Effect.withFiber((fiber) => {
      const { policy, settings, vix } = this.services
      const { confirmed = false, deadline = Infinity, odds, tags = noTags } = read.context
      const nervous = read.verdict.level === "warning" || read.verdict.level === "panic"
      const grant: TtlPolicy.Grant = {
        createdAt: now,
        deadline,
        confirmed,
        cap: nervous ? settings.vixWarningTtl : Infinity,
        drift: odds === undefined ? Number.NaN : vix.drift(odds),
        draw: fiber.getRef(Random.Random).nextDoubleUnsafe(),
        value
      }
      const ttl = TtlPolicy.ttlAt(policy, grant, now)
      if (!(ttl >= 0 && ttl < Infinity)) {
        const expected = "a finite duration of at least 0"
        return Effect.fail(CacheError.make({ _tag: "InvalidTtl", got: CacheError.show(ttl), expected }))
      }
      const freshUntil = TtlPolicy.expiry(policy, grant, 1)
      const staleUntil = TtlPolicy.expiry(policy, grant, 1 + settings.staleFactor)
      const earlyFrom = XFetch.earliest(XFetch.scale(settings.beta, delta, freshUntil - now), freshUntil)
      return Effect.succeed({
        value,
        createdAt: now,
        freshUntil,
        earlyFrom,
        staleUntil,
        deadline,
        confirmed,
        delta,
        stamp,
        tags
      })
    })
  }

  set<A>(key: string, value: A, context: ReadContext = noContext): Effect.Effect<CacheStore.Filled, SmartCacheError> {
    return Effect.gen({ self: this }, function*() {
      const problem = this.problem(key, context)
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
      const { store, vix } = this.services
      const verdict = context.odds === undefined ? VixService.unnamed : vix.assess(context.odds, now)
      if (!(verdict instanceof VixService.Verdict)) return yield* verdict
      const stamp = yield* store.stamp
      const delta = store.peek(key)?.delta ?? 0
      const entry = yield* this.admit({ context, verdict }, value, now, delta, stamp)
      return yield* store.fill({ key, entry, token: undefined })
    })
  }

  /** Watched reads cost a publication each, unwatched ones a comparison. */
  readonly decisions: Stream.Stream<DecisionEvent> = Stream.unwrap(Effect.suspend(() =>
    Effect.as(
      Effect.acquireRelease(
        Effect.sync(() => {
          this.watchers++
        }),
        () =>
          Effect.sync(() => {
            this.watchers--
          })
      ),
      Stream.fromPubSub(this.hub)
    )
  ))
}
