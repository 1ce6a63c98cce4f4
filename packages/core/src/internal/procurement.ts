/**
 * How a value comes to a read that needs one: joins or begins a compute, waits within the timeouts, stands in.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { Entry } from "../CacheEntry.ts"
import type { SmartCacheError } from "../CacheError.ts"
import * as Decision from "../Decision.ts"
import type * as SwrService from "../SwrService.ts"
import { admit } from "./admit.ts"
import { Known, type Outcome } from "./company.ts"
import type { Inquiry } from "./inquiry.ts"
import type { Read } from "./read.ts"
import { rulesOf, type Services } from "./services.ts"

/** What comes to a read that needs a value. */
export type Coming<E, R> = Effect.Effect<Outcome, E | SmartCacheError, R>

const noTags: ReadonlyArray<string> = []

const late = Exit.succeed("late" as const)

const nothing = new Known(undefined, "ok", 0)

export class Procurement {
  private readonly services: Services
  private readonly inquiry: Inquiry
  private readonly rules: Decision.Rules

  constructor(services: Services, inquiry: Inquiry) {
    this.services = services
    this.inquiry = inquiry
    this.rules = rulesOf(services)
  }

  /** A value of its own, whatever is known. */
  alone<A, E, R>(read: Read<A, E, R>): Coming<E, R> {
    return this.await(read, this.trip(read, nothing))
  }

  /** A value that is late enough for what is known. */
  compute<A, E, R>(read: Read<A, E, R>, known: Known): Coming<E, R> {
    const { settings, swr } = this.services
    const { entry } = known
    const trip = this.trip(read, known)
    if (read.decision.strategy !== "compute") return this.await(read, trip)
    if (entry === undefined || read.began >= Decision.usableUntil(entry, read.context, this.rules)) {
      const failure = swr.remembered(read.key, trip, read.began)
      return failure === undefined ? this.await(read, trip) : failure as Exit.Exit<never, E>
    }
    const instead = (otherwise: Coming<E, R>) => this.standIn(read, Decision.computeFailed, entry, otherwise)
    // What could stand in when the wait began may be past its deadline or invalidated by now: then wait on.
    const wait = Effect.flatMap(
      this.arrive(read, trip, settings.softTimeout, "behind"),
      (outcome) =>
        outcome === "late"
          ? this.standIn(read, Decision.computeSlow, entry, this.await(read, trip))
          : Exit.succeed(outcome)
    )
    return Effect.matchEffect(wait, {
      onFailure: (error) => instead(Exit.fail(error)),
      onSuccess: (outcome) => outcome === "late" ? instead(late) : Exit.succeed(outcome)
    })
  }

  /** Waits for a value to land, for so many milliseconds but never beyond `hardTimeout`. */
  private arrive<A, E, R>(
    read: Read<A, E, R>,
    trip: SwrService.Trip<A, E, R>,
    millis: number,
    then: "behind" | "abandoned"
  ): Coming<E, R> {
    const { decision } = read
    const now = read.clock.currentTimeMillisUnsafe()
    const until = now + Math.min(millis, this.inquiry.patience(read, now))
    return Effect.map(
      this.services.swr.fetch(trip, until, then),
      (arrived) => arrived === "slow" ? "late" : { ...arrived, decision }
    )
  }

  private await<A, E, R>(read: Read<A, E, R>, trip: SwrService.Trip<A, E, R>): Coming<E, R> {
    return this.arrive(read, trip, this.services.settings.hardTimeout, "abandoned")
  }

  /** A value inside the fail-safe window, if one still stands, else what would have been said without it. */
  private standIn<E, R>(
    read: Read<unknown, E, R>,
    decision: Decision.Decision,
    held: Entry,
    otherwise: Coming<E, R>
  ): Coming<E, R> {
    return Effect.gen({ self: this }, function*() {
      const known = this.inquiry.known(
        read.key,
        yield* this.inquiry.ask(read, read.clock.currentTimeMillisUnsafe(), undefined)
      )
      const entry = known.fence === Infinity ? held : known.entry
      const now = read.clock.currentTimeMillisUnsafe()
      return entry !== undefined && now < Decision.usableUntil(entry, read.context, this.rules)
        ? { decision, source: this.services.store.shared, entry, fence: known.fence }
        : yield* otherwise
    })
  }

  /** What is to be fetched, and what would do. */
  trip<A, E, R>(read: Read<A, E, R>, { entry, fence }: Known): SwrService.Trip<A, E, R> {
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
      freshUntil: (entry) => Decision.freshUntil(entry, context, this.rules),
      admit: (value, now, delta, stamp) => admit(this.services, read, value, now, delta, stamp)
    }
  }
}
