/**
 * A read that is no memory hit: looks, alone or with others, decides again, and is served or has a value made.
 */
import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import { constTrue, constVoid } from "effect/Function"
import type { Entry } from "../CacheEntry.ts"
import * as CacheError from "../CacheError.ts"
import type { Source } from "../CacheOutcome.ts"
import type { CacheResult } from "../CacheResult.ts"
import * as Decision from "../Decision.ts"
import { Companies, type Company, type Ending, Known, type Member, type Outcome } from "./company.ts"
import type { Desk } from "./desk.ts"
import { secondsSince } from "./elapsed.ts"
import { Inquiry } from "./inquiry.ts"
import { Procurement } from "./procurement.ts"
import { attributesOf, type Read } from "./read.ts"
import type { Services as Parts } from "./services.ts"
import * as Spans from "./spans.ts"

type SmartCacheError = CacheError.SmartCacheError

/** Of whoever reads. */
type Services = Context.Context<never>

type Answering<A, E, R> = Effect.Effect<CacheResult<A>, E | SmartCacheError, R>

/** In a panic each read needs a value that knows of its own odds. */
const mayShare = ({ strategy }: Decision.Decision): boolean => strategy !== "bypass"

/** Whether those who decide the same wait for the same: without the store's word, each must find what is late enough for it. */
const shared = ({ serves, strategy }: Decision.Decision, { fence }: Known): boolean =>
  !serves && strategy !== "bypass" && fence < Infinity

/** Goes on with what a read comes to. */
type Resume<A, E, R> = (effect: Answering<A, E, R>) => void

export class SlowRead {
  private readonly services: Parts
  private readonly desk: Desk
  private readonly inquiry: Inquiry
  private readonly procurement: Procurement
  private readonly companies = new Companies()

  constructor(services: Parts, desk: Desk) {
    this.services = services
    this.desk = desk
    this.inquiry = new Inquiry(services)
    this.procurement = new Procurement(services, this.inquiry)
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
    return Effect.withFiber((fiber) => Spans.read(fiber, () => attributesOf(read), () => this.refresh(read, entry)))
  }

  /** Starts the background refresh that the decision asked for. */
  private refresh<A, E, R>(read: Read<A, E, R>, entry: Entry): Effect.Effect<void, never, R> {
    if (read.decision.refresh === "early") this.services.metrics.add("early_refreshes", 1)
    return this.services.swr.refresh(this.procurement.trip(read, new Known(entry, "ok", entry.stamp)))
  }

  /** Answers a read that is no memory hit. */
  run<A, E, R>(read: Read<A, E, R>, fiber: Fiber.Fiber<unknown, unknown>): Answering<A, E, R> {
    return Spans.read(fiber, () => attributesOf(read), () => this.counted(read, fiber.context))
  }

  private counted<A, E, R>(read: Read<A, E, R>, services: Services): Answering<A, E, R> {
    this.begin(read)
    const answer = read.decision === Decision.disabled
      ? this.deliver(read, this.procurement.alone(read))
      : this.lookUp(read, services)
    return Effect.onExitPrimitive(answer, (exit) => this.end(read, exit))
  }

  /** Times a read from here on, unless it has been timed from its very beginning. */
  begin(read: Read<unknown, unknown, unknown>): void {
    read.started ??= read.clock.monotonicTimeNanosUnsafe()
  }

  /** Counts a read once, however it ended, and gives what is then left to do. */
  end(read: Read<unknown, unknown, unknown>, exit: Exit.Exit<unknown, unknown>): Effect.Effect<void> | undefined {
    this.count(read, exit)
    read.company?.leaderLeft(exit)
    return read.ticket && this.services.swr.settle(read.key, read.ticket)
  }

  private count(
    { answer, clock, context, decision, started, verdict }: Read<unknown, unknown, unknown>,
    exit: Exit.Exit<unknown, unknown>
  ): void {
    const { metrics } = this.services
    const seconds = secondsSince(clock, started!)
    if (Exit.isFailure(exit) && !Cause.hasInterruptsOnly(exit.cause)) metrics.add("read_errors", 1)
    if (answer === undefined) {
      metrics.waited(decision.strategy, seconds, undefined)
      return this.desk.unanswered(decision, clock.currentTimeMillisUnsafe(), verdict, context)
    }
    const { age, strategy } = answer.metadata
    metrics.waited(strategy, seconds, age / 1000)
  }

  /** Asks the whole store, or waits for what somebody who asks alike is told; then decides again. */
  lookUp<A, E, R>(read: Read<A, E, R>, services: Services): Answering<A, E, R> {
    if (this.companyFor(read) === undefined) return this.lead(read, services)
    return Effect.callback((resume: (effect: Answering<A, E, R>) => void) => {
      // Again: before this step the fiber may have yielded, and they may have parted.
      const company = this.companyFor(read)
      if (company === undefined) return resume(Effect.suspend(() => this.lead(read, services)))
      const leave = this.accompany(read, services, company, resume)
      return Effect.sync(leave)
    })
  }

  /** Those who ask alike, if there are any. */
  companyFor(read: Read<unknown, unknown, unknown>): Company | undefined {
    const { store, swr } = this.services
    const company = this.companies.find(read, store.instant())
    if (company === undefined || !mayShare(read.decision)) return undefined
    // What they wait for may have ended, and they have not heard of it yet: too early for this one.
    return company.known === undefined || swr.flying(read.key) ? company : undefined
  }

  /** How many reads of a key wait with another one that waits for all of them. */
  companions(key: string): number {
    return this.companies.companions(key)
  }

  /** Asks the store, and tells those who have come along. */
  private lead<A, E, R>(read: Read<A, E, R>, services: Services): Answering<A, E, R> {
    const { clock, decision, key } = read
    const { store, swr } = this.services
    const company = mayShare(decision) ? this.companies.begin(read, store.instant()) : undefined
    read.company = company
    const applicant = decision === Decision.miss ? () => read.ticket ??= swr.ticket(key) : undefined
    return Effect.flatMap(this.inquiry.ask(read, clock.currentTimeMillisUnsafe(), applicant), (lookup) => {
      if (read.ticket !== undefined && lookup !== "silent") read.ticket.stamp = lookup.granted
      const known = this.inquiry.known(key, lookup)
      this.decide(read, known, services)
      if (company === undefined) return this.proceed(read, known)
      // A stampede shows in a second reader: while there is none, nothing is to be shared.
      const alone = () => company.size === 0 && !swr.flying(key)
      if (!shared(read.decision, known) || alone()) {
        company.look(known, read.decision)
        company.close()
        return this.proceed(read, known)
      }
      return this.guide(read, services, company, known)
    })
  }

  /** Begins what all wait for and waits with them, as the one who looked. */
  private guide<A, E, R>(
    read: Read<A, E, R>,
    services: Services,
    company: Company,
    known: Known
  ): Answering<A, E, R> {
    // One step: an interruption finds nothing begun, or a place to leave.
    return Effect.callback((resume: (effect: Answering<A, E, R>) => void) => {
      company.look(known, read.decision)
      const member: Member = {
        looked: constTrue,
        ended: (ending) => resume(this.deliver(read, ending)),
        lost: constVoid
      }
      company.join(member)
      const journey = Effect.suspend(() => this.procurement.compute(read, known))
      company.begin(Effect.runForkWith(services as Context.Context<R>)(journey))
      return Effect.sync(() => company.leave(member))
    })
  }

  /** Decides on what the store said. */
  decide(
    read: Read<unknown, unknown, unknown>,
    { entry, fence, standing }: Known,
    services: Services
  ): void {
    if (read.decision.strategy === "bypass") return
    const now = read.clock.currentTimeMillisUnsafe()
    const again = this.desk.decide(read.key, entry, standing, now, read.verdict, read.context, services)
    read.decision = again === Decision.miss && fence === Infinity ? Decision.storeUnavailable : again
  }

  /** Waits with those who ask alike, unless what they found is not to be waited on; gives what ends that. */
  accompany<A, E, R>(
    read: Read<A, E, R>,
    services: Services,
    company: Company,
    resume: Resume<A, E, R>
  ): () => void {
    const companion = new Companion(this, read, services, company, resume)
    const { decision, known } = company
    if (known !== undefined && !companion.looked(known, decision!)) return constVoid
    company.join(companion)
    return () => company.leave(companion)
  }

  /** What a read makes of an ending that was another's. */
  share<A, E, R>(
    read: Read<A, E, R>,
    company: Company,
    ending: Ending
  ): Answering<A, E, R> {
    // What ends before anything was found is a failure.
    if (Exit.isFailure(ending) || ending.value === "late" || company.known === undefined) {
      return this.deliver(read, ending)
    }
    const { value: outcome } = ending
    const { known } = company
    // A compute may have begun after the one who looked came, and before this one: the stamps must tell.
    if (outcome.fence < known.fence) return this.deliver(read, this.procurement.compute(read, known))
    if (outcome.decision !== read.decision) return this.deliver(read, ending)
    this.services.metrics.add("coalesced", 1)
    const source = outcome.source === "compute" ? "in_flight" : outcome.source
    return Exit.succeed(
      this.answer(read, outcome.decision, source, read.clock.currentTimeMillisUnsafe(), outcome.entry)
    )
  }

  /** Serves what was found, or has a value made. */
  proceed<A, E, R>(read: Read<A, E, R>, known: Known): Answering<A, E, R> {
    const { entry } = known
    if (entry === undefined || !read.decision.serves) return this.deliver(read, this.procurement.compute(read, known))
    const now = read.clock.currentTimeMillisUnsafe()
    const result = this.answer(read, read.decision, this.services.store.shared, now, entry)
    return read.decision.refresh === "none" ? Exit.succeed(result) : Effect.as(this.refresh(read, entry), result)
  }

  /** Makes the result of what a read came to. */
  private deliver<A, E, R>(read: Read<A, E, R>, ending: Effect.Effect<Outcome, unknown, R>): Answering<A, E, R> {
    const { hardTimeout: millis } = this.services.settings
    return Effect.flatMap(ending as Effect.Effect<Outcome, E | SmartCacheError, R>, (outcome) => {
      if (outcome === "late") return Exit.fail(CacheError.make({ _tag: "HardTimeout", key: read.key, millis }))
      const { decision, entry, source } = outcome
      return Exit.succeed(this.answer(read, decision, source, read.clock.currentTimeMillisUnsafe(), entry))
    })
  }
}

/** A read that waits with others. */
class Companion<A, E, R> implements Member {
  private readonly slow: SlowRead
  private readonly read: Read<A, E, R>
  private readonly services: Services
  private readonly company: Company
  private readonly resume: Resume<A, E, R>

  constructor(slow: SlowRead, read: Read<A, E, R>, services: Services, company: Company, resume: Resume<A, E, R>) {
    this.slow = slow
    this.read = read
    this.services = services
    this.company = company
    this.resume = resume
  }

  looked(known: Known, decision: Decision.Decision): boolean {
    const { read, resume, services, slow } = this
    try {
      slow.decide(read, known, services)
    } catch (defect) {
      resume(Exit.die(defect))
      return false
    }
    const stays = read.decision === decision && shared(decision, known)
    if (!stays) resume(Effect.suspend(() => slow.proceed(read, known)))
    return stays
  }

  ended(ending: Ending): void {
    this.resume(this.slow.share(this.read, this.company, ending))
  }

  lost(): void {
    const { read, resume, services, slow } = this
    resume(Effect.suspend(() => slow.lookUp(read, services)))
  }
}
