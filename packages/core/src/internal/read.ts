/**
 * One read that memory could not answer, as the steps of it share it.
 */
import type * as Clock from "effect/Clock"
import type * as Effect from "effect/Effect"
import type { CacheResult } from "../CacheResult.ts"
import type * as Decision from "../Decision.ts"
import type { ReadContext } from "../ReadContext.ts"
import type * as SwrService from "../SwrService.ts"
import type * as VixService from "../VixService.ts"
import type { Circumstances } from "./admit.ts"
import type { Company } from "./company.ts"
import type { Ticket } from "./leasing.ts"
import type * as Spans from "./spans.ts"

/** One read that is no mere hit. */
export class Read<A, E, R> implements Circumstances {
  readonly key: string
  readonly compute: Effect.Effect<A, E, R>
  readonly context: ReadContext
  readonly verdict: VixService.Verdict
  readonly clock: Clock.Clock
  readonly began: number
  /** By the monotonic clock: its very beginning if a hit were timed then, else when it turned out to be none, and unknown before. */
  started: bigint | undefined
  readonly approach: SwrService.Approach
  /** The latest decision, by which the read is counted if nothing answers it. */
  decision: Decision.Decision
  answer: CacheResult<unknown> | undefined = undefined
  /** A lease asked for with the look at the store. */
  ticket: Ticket | undefined = undefined
  /** Those for whom it looks. */
  company: Company | undefined = undefined

  constructor(
    key: string,
    compute: Effect.Effect<A, E, R>,
    context: ReadContext,
    verdict: VixService.Verdict,
    clock: Clock.Clock,
    began: number,
    started: bigint | undefined,
    approach: SwrService.Approach,
    decision: Decision.Decision
  ) {
    this.key = key
    this.compute = compute
    this.context = context
    this.verdict = verdict
    this.clock = clock
    this.began = began
    this.started = started
    this.approach = approach
    this.decision = decision
  }
}

/** What a span tells of a read. */
export const attributesOf = (
  { answer, context, decision, verdict }: Read<unknown, unknown, unknown>
): Spans.Attributes => {
  const given = answer?.metadata
  const { reason, refresh, strategy } = given ?? decision
  return {
    strategy,
    reason,
    refresh,
    source: given?.source,
    zone: given?.zone,
    vix: verdict.level,
    tags: context.tags?.length ?? 0,
    stamp: given?.stamp
  }
}
