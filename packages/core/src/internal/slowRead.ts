/**
 * A read that is no memory hit: asks the whole store, joins or begins a compute, waits within the timeouts.
 */
import * as Cause from "effect/Cause"
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import type { Entry, Stamp } from "../CacheEntry.ts"
import * as CacheError from "../CacheError.ts"
import type { Source } from "../CacheOutcome.ts"
import type { CacheResult } from "../CacheResult.ts"
import type { Lookup } from "../CacheStore.ts"
import * as Decision from "../Decision.ts"
import type * as SwrService from "../SwrService.ts"
import { admit, type Circumstances } from "./admit.ts"
import type { Desk } from "./desk.ts"
import { secondsSince } from "./elapsed.ts"
import type { Silence } from "./guarded.ts"
import type { Ticket } from "./leasing.ts"
import type { Services } from "./services.ts"
import * as Spans from "./spans.ts"

type SmartCacheError = CacheError.SmartCacheError

const noTags: ReadonlyArray<string> = []

/** What the store said to a read; the fence is `Infinity` when it said nothing. */
interface Known {
  readonly entry: Entry | undefined
  readonly standing: Decision.Standing
  readonly fence: Stamp
}

const nothing: Known = { entry: undefined, standing: "ok", fence: 0 }

/** One read that is no mere hit. */
export interface Read<A, E, R> extends Circumstances {
  readonly key: string
  readonly compute: Effect.Effect<A, E, R>
  readonly clock: Clock.Clock
  readonly began: number
  /** By the monotonic clock, if the read was timed from its very beginning. */
  readonly started: bigint | undefined
  readonly approach: SwrService.Approach
  /** The latest decision, by which the read is counted if nothing answers it. */
  decision: Decision.Decision
  answer: CacheResult<unknown> | undefined
  /** A lease asked for with the look at the store. */
  ticket: Ticket | undefined
}

/** What a span tells of a read. */
const attributesOf = ({ answer, context, decision, verdict }: Read<unknown, unknown, unknown>): Spans.Attributes => {
  const given = answer?.metadata
  const { reason, refresh, strategy } = given ?? decision
  const tags = context.tags ?? noTags
  return {
    strategy,
    reason,
    refresh,
    source: given?.source,
    zone: given?.zone,
    vix: verdict.level,
    tags: tags.length,
    stamp: given?.stamp
  }
}

export class SlowRead {
  private readonly services: Services
  private readonly desk: Desk

  constructor(services: Services, desk: Desk) {
    this.services = services
    this.desk = desk
  }

  /** Counts a read that was no mere hit, and makes its result. */
  private answer<A>(
    read: Read<A, unknown, unknown>,
    decision: Decision.Decision,
    source: Source,
    now: number,
    entry: Entry
  ): CacheResult<A> {
    const result = this.desk.deliver<A>(read.key, decision, source, now, read.verdict, read.context, entry)
    read.answer = result
    return result
  }

  /** Starts the background refresh that a memory hit asked for, which has its answer already. */
  refreshBehind<A, E, R>(read: Read<A, E, R>, entry: Entry, answer: CacheResult<A>): Effect.Effect<void, never, R> {
    read.answer = answer
    return Spans.read(() => attributesOf(read), () => this.refresh(read, entry))
  }

  /** Starts the background refresh that the decision asked for. */
  private refresh<A, E, R>(read: Read<A, E, R>, entry: Entry): Effect.Effect<void, never, R> {
    if (read.decision.refresh === "early") this.services.metrics.add("early_refreshes", 1)
    return this.services.swr.refresh(this.trip(read, { entry, standing: "ok", fence: entry.stamp }))
  }

  /** Answers a read that is no memory hit; it is counted once, however it ends. */
  run<A, E, R>(read: Read<A, E, R>): Effect.Effect<CacheResult<A>, E | SmartCacheError, R> {
    return Spans.read(() => attributesOf(read), (fiber) => this.counted(read, fiber))
  }

  private counted<A, E, R>(
    read: Read<A, E, R>,
    fiber: Fiber.Fiber<unknown, unknown>
  ): Effect.Effect<CacheResult<A>, E | SmartCacheError, R> {
    const started = read.started ?? read.clock.monotonicTimeNanosUnsafe()
    const answer = read.decision === Decision.disabled
      ? this.await(read, this.trip(read, nothing))
      : this.lookUp(read, fiber)
    return Effect.onExitPrimitive(answer, (exit) => {
      this.ended(read, exit, started)
      return read.ticket && this.services.swr.settle(read.key, read.ticket)
    })
  }

  /** Counts a read that is over. */
  private ended(
    { answer, clock, context, decision, verdict }: Read<unknown, unknown, unknown>,
    exit: Exit.Exit<unknown, unknown>,
    started: bigint
  ): void {
    const { metrics } = this.services
    const seconds = secondsSince(clock, started)
    if (Exit.isFailure(exit) && !Cause.hasInterruptsOnly(exit.cause)) metrics.add("read_errors", 1)
    if (answer === undefined) {
      metrics.waited(decision.strategy, seconds, undefined)
      return this.desk.unanswered(decision, clock.currentTimeMillisUnsafe(), verdict, context)
    }
    const { age, strategy } = answer.metadata
    metrics.waited(strategy, seconds, age / 1000)
  }

  /** Asks the whole store, then decides again on what it says. */
  private lookUp<A, E, R>(
    read: Read<A, E, R>,
    fiber: Fiber.Fiber<unknown, unknown>
  ): Effect.Effect<CacheResult<A>, E | SmartCacheError, R> {
    const applicant = read.decision === Decision.miss
      ? () => read.ticket ??= this.services.swr.ticket(read.key)
      : undefined
    return Effect.flatMap(this.ask(read, read.began, applicant), (lookup) => {
      if (read.ticket !== undefined && lookup !== "silent") read.ticket.stamp = lookup.granted
      const known = this.known(read.key, lookup)
      const { entry, fence, standing } = known
      const now = read.clock.currentTimeMillisUnsafe()
      if (read.decision.strategy !== "bypass") {
        const again = this.desk.decide(read.key, entry, standing, now, read.verdict, read.context, fiber.context)
        read.decision = again === Decision.miss && fence === Infinity ? Decision.storeUnavailable : again
      }
      if (entry === undefined || !read.decision.serves) return this.compute(read, known)
      const result = this.answer(read, read.decision, this.services.store.shared, now, entry)
      return read.decision.refresh === "none"
        ? Exit.succeed(result)
        : Effect.as(this.refresh(read, entry), result)
    })
  }

  /** How long a reader may still wait. */
  private patience({ began }: Read<unknown, unknown, unknown>, now: number): number {
    return Math.max(0, began + this.services.settings.hardTimeout - now)
  }

  private ask(
    read: Read<unknown, unknown, unknown>,
    now: number,
    applicant: (() => Ticket | undefined) | undefined
  ): Effect.Effect<Lookup | Silence, SmartCacheError> {
    const { guard, store } = this.services
    const { approach, context: { codec, tags = noTags }, key } = read
    // An invalidation of any tag of the compute under way concerns whoever would join it.
    const concerned = approach.tags.length === 0 || approach.tags === tags
      ? tags
      : [...new Set([...tags, ...approach.tags])]
    return guard.ask("read", key, () => store.read({ key, tags: concerned, codec }, applicant), {
      patience: this.patience(read, now),
      within: store.read.within
    })
  }

  /** What a store's answer says; while it is out of reach, what this process holds is what is known. */
  private known(key: string, lookup: Lookup | Silence): Known {
    if (lookup === "silent") return { entry: this.services.store.peek(key), standing: "ok", fence: Infinity }
    const { entry, fence, invalidated } = lookup
    return { entry, standing: invalidated ? "invalidated" : "ok", fence: Math.max(fence, entry?.stamp ?? 0) }
  }

  private compute<A, E, R>(
    read: Read<A, E, R>,
    known: Known
  ): Effect.Effect<CacheResult<A>, E | SmartCacheError, R> {
    const { settings, swr } = this.services
    const { entry } = known
    const trip = this.trip(read, known)
    if (read.decision.strategy !== "compute") return this.await(read, trip)
    if (entry === undefined || read.began >= Decision.usableUntil(entry, read.context, this.desk.rules)) {
      const failure = swr.remembered(read.key, trip, read.began)
      return failure === undefined ? this.await(read, trip) : failure as Exit.Exit<never, E>
    }
    // What could stand in when the wait began may be past its deadline or invalidated by now: then wait on.
    const late = () => this.standIn(read, Decision.computeSlow, entry, this.await(read, trip))
    const soft = this.arrive(read, trip, settings.softTimeout, "behind", late)
    return Effect.catch(soft, (error) => this.standIn(read, Decision.computeFailed, entry, Effect.fail(error)))
  }

  /** Waits for a value to land, for so many milliseconds but never beyond `hardTimeout`, and delivers it. */
  private arrive<A, E, R>(
    read: Read<A, E, R>,
    trip: SwrService.Trip<A, E, R>,
    millis: number,
    then: "behind" | "abandoned",
    late: () => Effect.Effect<CacheResult<A>, E | SmartCacheError, R>
  ): Effect.Effect<CacheResult<A>, E | SmartCacheError, R> {
    const { clock } = read
    const now = clock.currentTimeMillisUnsafe()
    const until = now + Math.min(millis, this.patience(read, now))
    return Effect.flatMap(this.services.swr.fetch(trip, until, then), (arrival) =>
      arrival === "slow"
        ? late()
        : Exit.succeed(
          this.answer(read, read.decision, arrival.source, clock.currentTimeMillisUnsafe(), arrival.entry)
        ))
  }

  private await<A, E, R>(
    read: Read<A, E, R>,
    trip: SwrService.Trip<A, E, R>
  ): Effect.Effect<CacheResult<A>, E | SmartCacheError, R> {
    const { hardTimeout } = this.services.settings
    const late = () => Exit.fail(CacheError.make({ _tag: "HardTimeout", key: read.key, millis: hardTimeout }))
    return this.arrive(read, trip, hardTimeout, "abandoned", late)
  }

  /** A value inside the fail-safe window, if one still stands, else what would have been said without it. */
  private standIn<A, E, R>(
    read: Read<A, unknown, unknown>,
    decision: Decision.Decision,
    held: Entry,
    otherwise: Effect.Effect<CacheResult<A>, E, R>
  ): Effect.Effect<CacheResult<A>, E | SmartCacheError, R> {
    return Effect.gen({ self: this }, function*() {
      const known = this.known(read.key, yield* this.ask(read, read.clock.currentTimeMillisUnsafe(), undefined))
      const entry = known.fence === Infinity ? held : known.entry
      const now = read.clock.currentTimeMillisUnsafe()
      return entry !== undefined && now < Decision.usableUntil(entry, read.context, this.desk.rules)
        ? this.answer(read, decision, this.services.store.shared, now, entry)
        : yield* otherwise
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
      codec: context.codec,
      ticket: read.ticket,
      compute: read.compute,
      basis: entry,
      fence,
      after: approach.after,
      change: bypass && odds !== undefined ? vix.lastChange(odds) : 0,
      latestChange: vix.latestChange,
      // After the deadline only computes that began after it count: before, the value meant something else.
      deadline,
      accept: decision === Decision.disabled
        ? "alone"
        : bypass || decision === Decision.deadlinePassed
        ? "computed"
        : "adopted",
      freshUntil: (entry) => Decision.freshUntil(entry, context, this.desk.rules),
      admit: (value, now, delta, stamp) => admit(this.services, read, value, now, delta, stamp)
    }
  }
}
