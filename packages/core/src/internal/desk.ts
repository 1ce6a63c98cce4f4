/**
 * Where reads are decided, counted and handed out: what the hit path and the slow path share.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import type { Entry } from "../CacheEntry.ts"
import type * as CacheMetrics from "../CacheMetrics.ts"
import type { Source } from "../CacheOutcome.ts"
import { type CacheResult, type DecisionEvent, Metadata } from "../CacheResult.ts"
import * as Decision from "../Decision.ts"
import type { ReadContext } from "../ReadContext.ts"
import type * as SwrService from "../SwrService.ts"
import * as TtlPolicy from "../TtlPolicy.ts"
import type * as VixService from "../VixService.ts"
import { Broadcast } from "./broadcast.ts"
import { rulesOf, type Services } from "./services.ts"

export class Desk {
  readonly rules: Decision.Rules
  /** Watched reads cost an offer for each watcher, unwatched ones a comparison. */
  readonly decisions: Broadcast<DecisionEvent>
  private readonly swr: SwrService.Shape
  private readonly metrics: CacheMetrics.Shape
  private readonly zones: ReadonlyArray<string>
  private readonly zoneIndex: (deadline: number, now: number) => number

  private constructor(services: Services, decisions: Broadcast<DecisionEvent>) {
    this.rules = rulesOf(services)
    this.decisions = decisions
    this.swr = services.swr
    this.metrics = services.metrics
    this.zones = TtlPolicy.zoneNames(services.policy)
    this.zoneIndex = TtlPolicy.zoneIndexer(services.policy)
  }

  static readonly make = (services: Services): Effect.Effect<Desk, never, Scope.Scope> =>
    Effect.map(Broadcast.make<DecisionEvent>(), (decisions) => new Desk(services, decisions))

  decide(
    key: string,
    entry: Entry | undefined,
    standing: Decision.Standing,
    now: number,
    verdict: VixService.Verdict,
    context: ReadContext,
    services: Context.Context<never>
  ): Decision.Decision {
    const draw = entry !== undefined && Decision.needsDraw(entry, now)
      ? Context.get(services, Random.Random).nextDoubleUnsafe()
      : 0
    const decision = Decision.decide(entry, standing, now, verdict.level, draw, context, this.rules)
    // Only a decision that would compute although something is held asks whether the key is failing.
    return decision === Decision.fresh || entry === undefined || !this.swr.backingOff(key, now)
      ? decision
      : Decision.decide(entry, "backing_off", now, verdict.level, draw, context, this.rules)
  }

  /** Counts a read and makes its result. */
  deliver<A>(
    key: string,
    decision: Decision.Decision,
    source: Source,
    now: number,
    verdict: VixService.Verdict,
    context: ReadContext,
    entry: Entry
  ): CacheResult<A> {
    const zone = this.zoneIndex(context.deadline ?? entry.deadline, now)
    this.metrics.read(decision.code, verdict.code, zone)
    const metadata = new Metadata(decision, source, now, zone < 0 ? undefined : this.zones[zone], verdict, entry)
    if (this.decisions.size > 0) this.decisions.publish({ key, metadata })
    // One key means one type: the entry's value is what the reader's compute makes.
    return metadata as CacheResult<A>
  }

  /** Counts a read that nothing answered: it failed or was interrupted. */
  unanswered(decision: Decision.Decision, now: number, verdict: VixService.Verdict, context: ReadContext): void {
    this.metrics.read(decision.code, verdict.code, this.zoneIndex(context.deadline ?? Infinity, now))
  }
}
