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
import { bounded, guarded } from "./guarded.ts"

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
/** What the store said to a read; the fence is `Infinity` when it said nothing. */
interface Known {
  readonly entry: Entry | undefined
  readonly standing: Decision.Standing
  readonly fence: Stamp
}

const nothing: Known = { entry: undefined, standing: "ok", fence: 0 }

const serves = ({ strategy }: Decision.Decision): boolean => strategy === "serve_fresh" || strategy === "serve_stale"

/** One read that is no mere hit. */
interface Read<A, E, R> {
  readonly key: string
  readonly compute: Effect.Effect<A, E, R>
  readonly context: ReadContext
  readonly verdict: VixService.Verdict
  readonly began: number
  readonly approach: SwrService.Approach
  /** The latest decision, by which the read is counted if nothing answers it. */
  decision: Decision.Decision
  answered: boolean
}

export class Engine {
  readonly services: EngineServices
  readonly rules: Decision.Rules
  private readonly zones: ReadonlyArray<string>
  private readonly zoneIndex: (deadline: number, now: number) => number
  private readonly hub: PubSub.PubSub<DecisionEvent>
  /** How many streams of decisions are open. */
  watchers = 0

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
          : Effect.as(this.refreshBehind(this.read(key, compute, context, verdict, now, decision), entry), result)
      }
      return this.slow(this.read(key, compute, context, verdict, now, decision))
    })
  }

  private read<A, E, R>(
    key: string,
    compute: Effect.Effect<A, E, R>,
    context: ReadContext,
    verdict: VixService.Verdict,
    began: number,
    decision: Decision.Decision
  ): Read<A, E, R> {
    const approach = this.services.swr.approach(key)
    return { key, compute, context, verdict, began, approach, decision, answered: false }
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
    // Only a decision that would compute although something is held asks whether the key is failing.
    return decision === Decision.fresh || entry === undefined || !this.services.swr.backingOff(key, now)
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

  /** Counts a read that was no mere hit, and makes its result. */
  private answer<A>(
    read: Read<A, unknown, unknown>,
    decision: Decision.Decision,
    source: Source,
    now: number,
    entry: Entry
  ): CacheResult<A> {
    read.answered = true
    return this.deliver<A>(read.key, decision, source, now, read.verdict, read.context, entry)
  }

  private refreshBehind<A, E, R>(read: Read<A, E, R>, entry: Entry) {
    if (read.decision.refresh === "early") this.services.metrics.add("early_refreshes", 1)
    return this.services.swr.refresh(this.trip(read, { entry, standing: "ok", fence: entry.stamp }))
  }

  /** Everything that is not a memory hit; each read is counted once, however it ends. */
  private slow<A, E, R>(read: Read<A, E, R>): Effect.Effect<CacheResult<A>, E | SmartCacheError, R> {
    const answer = read.decision === Decision.disabled ? this.await(read, this.trip(read, nothing)) : this.lookUp(read)
    return Effect.onExit(answer, (exit) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        const { metrics } = this.services
        metrics.waited(now - read.began)
        if (Exit.isFailure(exit) && !Cause.hasInterruptsOnly(exit.cause)) metrics.add("read_errors", 1)
        if (read.answered) return
        const zone = this.zoneIndex(read.context.deadline ?? Infinity, now)
        metrics.read(read.decision.code, read.verdict.code, zone)
      }))
  }

  /** Asks the whole store, then decides again on what it says. */
  private lookUp<A, E, R>(read: Read<A, E, R>): Effect.Effect<CacheResult<A>, E | SmartCacheError, R> {
    return Effect.flatMap(this.readStore(read), (known) =>
      Effect.withFiber((fiber) => {
        const now = fiber.getRef(Clock.Clock).currentTimeMillisUnsafe()
        const { entry, fence, standing } = known
        if (read.decision.strategy !== "bypass") {
          const again = this.decide(read.key, entry, standing, now, read.verdict, read.context, fiber)
          read.decision = again === Decision.miss && fence === Infinity ? Decision.storeUnavailable : again
        }
        if (entry === undefined || !serves(read.decision)) return this.compute(read, known)
        const result = this.answer(read, read.decision, this.services.store.shared, now, entry)
        return read.decision.refresh === "none"
          ? Exit.succeed(result)
          : Effect.as(this.refreshBehind(read, entry), result)
      }))
  }

  /** How long a reader may still wait. */
  private patience({ began }: Read<unknown, unknown, unknown>, now: number): number {
    return Math.max(0, began + this.services.settings.hardTimeout - now)
  }

  /** While the store is out of reach, what this process holds is what is known. */
  private readStore(read: Read<unknown, unknown, unknown>): Effect.Effect<Known, SmartCacheError> {
    const { metrics, settings, store } = this.services
    const { approach, context: { tags = noTags }, key } = read
    // An invalidation of any tag of the compute under way concerns whoever would join it.
    const concerned = approach.tags.length === 0 || approach.tags === tags
      ? tags
      : [...new Set([...tags, ...approach.tags])]
    const reading = Effect.flatMap(Clock.currentTimeMillis, (now) =>
      guarded("read", () => store.read(key, concerned), settings, metrics, this.patience(read, now)))
    return Effect.map(reading, (lookup) => {
      if (lookup === undefined) return { entry: store.peek(key), standing: "ok", fence: Infinity }
      const { entry, fence, invalidated } = lookup
      return { entry, standing: invalidated ? "invalidated" : "ok", fence: Math.max(fence, entry?.stamp ?? 0) }
    })
  }

  private compute<A, E, R>(
    read: Read<A, E, R>,
    known: Known
  ): Effect.Effect<CacheResult<A>, E | SmartCacheError, R> {
    const { settings, swr } = this.services
    const { entry } = known
    const trip = this.trip(read, known)
    if (read.decision.strategy !== "compute") return this.await(read, trip)
    if (entry === undefined || read.began >= Decision.usableUntil(entry, read.context, this.rules)) {
      const failure = swr.remembered(read.key, trip, read.began)
      return failure === undefined ? this.await(read, trip) : failure as Exit.Exit<never, E>
    }
    const soft = Effect.flatMap(this.arrive(read, trip, settings.softTimeout, "behind"), (answer) =>
      // What could stand in when the wait began may be past its deadline or invalidated by now: then wait on.
      answer === "slow"
        ? this.standIn(read, Decision.computeSlow, entry, this.await(read, trip))
        : Effect.succeed(answer))
    return Effect.catch(soft, (error) => this.standIn(read, Decision.computeFailed, entry, Effect.fail(error)))
  }

  /** Waits for a value to land, for so many milliseconds but never beyond `hardTimeout`, and delivers it. */
  private arrive<A, E, R>(
    read: Read<A, E, R>,
    trip: SwrService.Trip<A, E, R>,
    millis: number,
    then: "behind" | "abandoned"
  ): Effect.Effect<CacheResult<A> | "slow", E | SmartCacheError, R> {
    const { swr } = this.services
    const fetching = Effect.flatMap(Clock.currentTimeMillis, (now) =>
      swr.fetch(trip, Math.min(millis, this.patience(read, now)), then))
    return Effect.map(Effect.zip(fetching, Clock.currentTimeMillis), ([arrival, now]) =>
      arrival === "slow" ? arrival : this.answer(read, read.decision, arrival.source, now, arrival.entry))
  }

  private await<A, E, R>(
    read: Read<A, E, R>,
    trip: SwrService.Trip<A, E, R>
  ): Effect.Effect<CacheResult<A>, E | SmartCacheError, R> {
    const { hardTimeout } = this.services.settings
    return Effect.flatMap(this.arrive(read, trip, hardTimeout, "abandoned"), (answer) =>
      answer === "slow"
        ? CacheError.make({ _tag: "HardTimeout", key: read.key, millis: hardTimeout })
        : Effect.succeed(answer))
  }

  /** A value inside the fail-safe window, if one still stands, else what would have been said without it. */
  private standIn<A, E, R>(
    read: Read<A, unknown, unknown>,
    decision: Decision.Decision,
    held: Entry,
    otherwise: Effect.Effect<CacheResult<A>, E, R>
  ): Effect.Effect<CacheResult<A>, E | SmartCacheError, R> {
    return Effect.flatMap(Effect.zip(this.readStore(read), Clock.currentTimeMillis), ([known, now]) => {
      const entry = known.fence === Infinity ? held : known.entry
      return entry !== undefined && now < Decision.usableUntil(entry, read.context, this.rules)
        ? Effect.succeed(this.answer(read, decision, this.services.store.shared, now, entry))
        : otherwise
    })
  }

  private trip<A, E, R>(read: Read<A, E, R>, { entry, fence }: Known): SwrService.Trip<A, E, R> {
    const { approach, context, decision } = read
    const { deadline = Infinity, odds, tags = noTags } = context
    const { vix } = this.services
    const bypass = decision.strategy === "bypass"
    return {
      key: read.key,
      tags,
      compute: read.compute,
      basis: entry,
      fence,
      after: fence === Infinity ? approach.horizon : approach.after,
      change: bypass && odds !== undefined ? vix.lastChange(odds) : 0,
      latestChange: vix.latestChange,
      // After the deadline only computes that began after it count: before, the value meant something else.
      deadline,
      accept: decision === Decision.disabled
        ? "alone"
        : bypass || decision === Decision.deadlinePassed
        ? "computed"
        : "adopted",
      freshUntil: (entry) => Decision.freshUntil(entry, context, this.rules),
      admit: (value, now, delta, stamp) => this.admit(read, value, now, delta, stamp)
    }
  }

  /** The entry of a value: its life as the policy grants it. */
  private admit(
    { context, verdict }: Pick<Read<unknown, unknown, unknown>, "context" | "verdict">,
    value: unknown,
    now: number,
    delta: number,
    stamp: Stamp
  ): Effect.Effect<Entry, SmartCacheError> {
    return Effect.withFiber((fiber) => {
      const { settings, vix } = this.services
      const { confirmed = false, deadline = Infinity, odds, tags = noTags } = context
      const nervous = verdict.level === "warning" || verdict.level === "panic"
      const life = this.grant({
        createdAt: now,
        deadline,
        confirmed,
        cap: nervous ? settings.vixWarningTtl : Infinity,
        drift: odds === undefined ? Number.NaN : vix.drift(odds),
        draw: fiber.getRef(Random.Random).nextDoubleUnsafe(),
        value
      })
      if (typeof life === "string") {
        const expected = "a finite duration of at least 0"
        return Effect.fail(CacheError.make({ _tag: "InvalidTtl", got: life, expected }))
      }
      const earlyFrom = XFetch.earliest(XFetch.scale(settings.beta, delta, life.freshUntil - now), life.freshUntil)
      return Effect.succeed({ value, createdAt: now, ...life, earlyFrom, deadline, confirmed, delta, stamp, tags })
    })
  }

  /** The windows that the policy grants, or what it gave instead; a policy may call the application's own code. */
  private grant(grant: TtlPolicy.Grant): Pick<Entry, "freshUntil" | "staleUntil"> | string {
    const { policy, settings } = this.services
    try {
      const ttl = TtlPolicy.ttlAt(policy, grant, grant.createdAt)
      if (!(ttl >= 0 && ttl < Infinity)) return CacheError.show(ttl)
      return {
        freshUntil: TtlPolicy.expiry(policy, grant, 1),
        staleUntil: TtlPolicy.expiry(policy, grant, 1 + settings.staleFactor)
      }
    } catch (error) {
      return error instanceof Error ? `a thrown ${error.name}` : "something thrown"
    }
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
      const { settings, store, swr, vix } = this.services
      const verdict = context.odds === undefined ? VixService.unnamed : vix.assess(context.odds, now)
      if (!(verdict instanceof VixService.Verdict)) return yield* verdict
      const stamp = yield* bounded("stamp", () => store.stamp, settings)
      const delta = store.peek(key)?.delta ?? 0
      const entry = yield* this.admit({ context, verdict }, value, now, delta, stamp)
      const filled = yield* bounded("fill", () => store.fill({ key, entry, token: undefined }), settings)
      swr.outdate()
      return filled
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
