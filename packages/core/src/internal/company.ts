/**
 * Reads of one key that ask alike in one millisecond, while a look at the store would tell all of them the same: one
 * looks for all, and those who then need a value wait for it together, as long as each would. Each decides by itself on
 * what was found, for X-Fetch draws for every read.
 */
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import type { Entry, Stamp } from "../CacheEntry.ts"
import type { Decision, Standing } from "../Decision.ts"
import type { ReadContext } from "../ReadContext.ts"
import { each } from "./each.ts"
import type { Arrival } from "./flight.ts"
import { alike } from "./tagSets.ts"

/** What the store said to a read; the fence is `Infinity` when it said nothing. */
export class Known {
  readonly entry: Entry | undefined
  readonly standing: Standing
  readonly fence: Stamp

  constructor(entry: Entry | undefined, standing: Standing, fence: Stamp) {
    this.entry = entry
    this.standing = standing
    this.fence = fence
  }
}

/** What a read that needs a value comes to: an entry by a decision, and what it is sure to be later than. */
export interface Answer extends Arrival {
  readonly decision: Decision
}

/** An answer, or the end of the reader's patience. */
export type Outcome = Answer | "late"

export type Ending = Exit.Exit<Outcome, unknown>

/** One of the reads. */
export interface Member {
  /** Hears what was found, and says whether it waits with the others. */
  readonly looked: (known: Known, decision: Decision) => boolean
  readonly ended: (ending: Ending) => void
  /** Whoever looked for all has left before it was answered. */
  readonly lost: () => void
}

/** What the reads wait for together. */
interface Journey {
  readonly interruptUnsafe: () => void
  readonly addObserver: (observer: (ending: Ending) => void) => void
}

/** What a read asked for, and when. */
export interface Asked {
  readonly key: string
  readonly context: ReadContext
  readonly began: number
}

const noTags: ReadonlyArray<string> = []

/** Odds are not compared: they matter to what a read decides, not to what is found or computed for it. */
const askAlike = (a: ReadContext, b: ReadContext): boolean =>
  a === b ||
  (a.codec === b.codec && a.deadline === b.deadline && a.confirmed === b.confirmed && a.refresh === b.refresh &&
    alike(a.tags ?? noTags, b.tags ?? noTags))

/** The companies of a cache. */
export class Companies {
  /**
   * By key, the latest that may still be joined: those of one moment, in a map of its own (DESIGN.md, "What V8 keeps").
   * A read that comes late, by an earlier moment, parts those of now from whoever comes next: that costs a look.
   */
  private open = new Map<string, Company>()
  /** The moment of those: by the reader's clock, and by the store. */
  private began = -Infinity
  private instant = -Infinity
  /** Those that wait for something. */
  readonly waiting = new Set<Company>()

  /** Those who ask alike. Whoever comes at another moment has another patience, or would be told something else. */
  find(asked: Asked, instant: number): Company | undefined {
    if (asked.began !== this.began || instant !== this.instant) return undefined
    const company = this.open.get(asked.key)
    return company?.takes(asked) ? company : undefined
  }

  /** Begins one, until nobody may join any more. */
  begin(asked: Asked, instant: number): Company {
    if (asked.began !== this.began || instant !== this.instant) {
      this.open = new Map()
      this.began = asked.began
      this.instant = instant
    }
    const company = new Company(this, asked)
    this.open.set(asked.key, company)
    return company
  }

  close(company: Company): void {
    if (this.open.get(company.key) === company) this.open.delete(company.key)
  }

  /** How many reads of a key wait beside the first of their company. */
  companions(key: string): number {
    let companions = 0
    for (const company of this.waiting) if (company.key === key) companions += Math.max(0, company.size - 1)
    return companions
  }
}

export class Company {
  readonly key: string
  /** What was found; `undefined` until then. */
  known: Known | undefined
  /** What was decided on it by whoever looked. */
  decision: Decision | undefined
  /** Most reads are on their own. */
  private members: Set<Member> | undefined
  private journey: Journey | undefined
  private ending: Ending | undefined
  private readonly all: Companies
  private readonly asked: Asked

  constructor(all: Companies, asked: Asked) {
    this.all = all
    this.key = asked.key
    this.asked = asked
  }

  close(): void {
    this.all.close(this)
  }

  takes({ context }: Asked): boolean {
    return askAlike(this.asked.context, context)
  }

  get size(): number {
    return this.members?.size ?? 0
  }

  join(member: Member): void {
    if (this.ending === undefined) (this.members ??= new Set()).add(member)
    else member.ended(this.ending)
  }

  /** The last one to leave ends what they waited for. */
  leave(member: Member): void {
    this.members?.delete(member)
    this.abandon()
  }

  private abandon(): void {
    if (this.size > 0 || this.journey === undefined) return
    this.close()
    this.journey.interruptUnsafe()
  }

  /** Tells what was found; those who do not wait for the same as whoever looked go their own ways. */
  look(known: Known, decision: Decision): void {
    each(this.members ?? [], (member) => {
      if (!member.looked(known, decision)) this.members?.delete(member)
    })
    // Only now: whoever comes because of what another was told is told it by the loop.
    this.known = known
    this.decision = decision
  }

  /** From now on all wait for this. */
  begin(journey: Journey): void {
    this.journey = journey
    this.all.waiting.add(this)
    journey.addObserver((ending) => this.end(ending))
  }

  end(ending: Ending): void {
    this.ending = ending
    this.close()
    this.all.waiting.delete(this)
    this.tell((member) => member.ended(ending))
  }

  /** For the last time. */
  private tell(news: (member: Member) => void): void {
    each(this.members ?? [], news)
    this.members = undefined
  }

  /** Whoever looked for all has left: if nothing was found yet, all share a failure, but not an interruption. */
  leaderLeft(exit: Exit.Exit<unknown, unknown>): void {
    if (this.known !== undefined || this.ending !== undefined) return
    if (Exit.isFailure(exit) && !Cause.hasInterruptsOnly(exit.cause)) return this.end(Exit.failCause(exit.cause))
    this.close()
    this.tell((member) => member.lost())
  }
}
