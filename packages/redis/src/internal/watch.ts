/**
 * Whether what memory holds may still be trusted.
 *
 * News of invalidations arrive by pub/sub, which loses messages. So each message
 * names its predecessor, and the last one is asked for again and again: whoever
 * missed one distrusts everything held and reads it anew when it is wanted. When
 * nobody answers for too long, nothing held is trusted until somebody does.
 *
 * What was invalidated is therefore served from memory for at most `staleness`.
 *
 * A server that was replaced may have forgotten what it had acknowledged: at any
 * sign of that, whatever is remembered here is said again.
 */
import type { Stamp } from "@smart-cache/core/CacheEntry"
import type { SmartCacheError } from "@smart-cache/core/CacheError"
import type * as CacheStore from "@smart-cache/core/CacheStore"
import type * as MemoryTier from "@smart-cache/core/MemoryTier"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import type * as News from "./news.ts"
import type { Recall } from "./recall.ts"

/** What a look at the server says: the last message, the server's clock in milliseconds, and who the servers are. */
export interface Look {
  readonly last: string
  readonly serverTime: number
  /** Grows when a Cluster may have changed masters; always the same elsewhere. */
  readonly epoch: number
}

export interface Options {
  readonly look: Effect.Effect<Look, SmartCacheError>
  /** What came of a look that nobody asked for: a reader who has the clocks compared tells of that himself. */
  readonly looked: (look: Result.Result<Look, SmartCacheError>) => Effect.Effect<void>
  /** Milliseconds that a look takes at most. */
  readonly lookTimeout: number
  /** Milliseconds. */
  readonly staleness: number
  readonly tier: MemoryTier.MemoryTier | undefined
  readonly recall: Pick<Recall, "again" | "note">
  /** News were missed, contact was lost for too long, or there is contact again. */
  readonly changed: (what: "gap" | "lapsed" | "regained") => Effect.Effect<void>
}

/** Two processes know the server's clock to half a round trip each, so that what has just happened in one may lie ahead in the other. */
const noise = 250

/** Pub/sub may deliver a message after a look has told of it. */
const grace = 50

/** Milliseconds over which processes that all lost contact at once spread what they say again. */
const longestSpread = 500

/** Milliseconds that saying again takes at most: thousands of commands, each of them bounded. */
const reminding = 10_000

export class Watch {
  /** The server's clock minus this process's, milliseconds. */
  offset = 0
  /** Whether the offset is known. */
  measured = false
  private last = ""
  /** When the last message came, on the monotonic clock. */
  private heardAt = 0n
  /** Everything that was invalidated before this moment of the monotonic clock is known. */
  private sureAt = 0n
  /** Until when that is enough; a process that did not run for a while finds that it is over. */
  private sureUntil = 0n
  private readonly options: Options
  private readonly soon: Queue.Queue<void>
  private readonly doubts: Queue.Queue<void>
  private readonly clock: Clock.Clock
  private gaps = 0
  private lapsed = false
  private epoch = -1
  /** The server may have forgotten what is remembered here. */
  private doubted = false
  private subscribed = false

  private constructor(options: Options, clock: Clock.Clock, soon: Queue.Queue<void>, doubts: Queue.Queue<void>) {
    this.options = options
    this.clock = clock
    this.soon = soon
    this.doubts = doubts
  }

  static readonly make = (options: Options): Effect.Effect<Watch> =>
    Effect.gen(function*() {
      return new Watch(options, yield* Clock.Clock, yield* Queue.sliding<void>(1), yield* Queue.sliding<void>(1))
    })

  /**
   * Looks once, then for as long as the scope is open. Waits a little for the subscription before: what is said between
   * a first look and that would have been missed.
   */
  readonly start: Effect.Effect<void, never, Scope.Scope> = Effect.gen({ self: this }, function*() {
    yield* Effect.timeoutOption(Queue.take(this.soon), this.options.lookTimeout)
    yield* this.look()
    yield* Effect.forkScoped(this.go())
    yield* Effect.forkScoped(this.remind())
  })

  /** Whether what is held may be served now. */
  get trusted(): boolean {
    return this.clock.monotonicTimeNanosUnsafe() < this.sureUntil
  }

  /** A moment that was now in another process, as one that is not ahead in this. */
  past(moment: number): number {
    const now = this.clock.currentTimeMillisUnsafe()
    return moment > now && moment <= now + noise ? now : moment
  }

  /** A message came. */
  heard({ before, id, what, stamp }: News.News): void {
    const { recall, tier } = this.options
    recall.note(what, stamp)
    if (what._tag === "Written") tier?.overwrite(what.key, stamp)
    else tier?.beat(what, stamp)
    if (id <= this.last) return
    const missed = this.last !== "" && before !== this.last
    this.last = id
    this.heardAt = this.clock.monotonicTimeNanosUnsafe()
    if (missed) this.missed()
  }

  /** This process has invalidated or written something itself. */
  told(what: CacheStore.Target | News.What, stamp: Stamp): void {
    this.options.recall.note(what, stamp)
  }

  /** The subscription was made anew: look whether anything was missed, or forgotten. */
  connected(): void {
    // At first, nothing was said that is not fresh; a look that had failed before has raised its doubt itself.
    if (this.subscribed) this.doubted = true
    this.subscribed = true
    Queue.offerUnsafe(this.soon, undefined)
  }

  private missed(): void {
    this.doubted = true
    this.options.tier?.distrust()
    this.gaps++
    Queue.offerUnsafe(this.soon, undefined)
  }

  private look(): Effect.Effect<void> {
    return Effect.gen({ self: this }, function*() {
      const sentAt = this.clock.monotonicTimeNanosUnsafe()
      const before = this.clock.currentTimeMillisUnsafe()
      const look = yield* Effect.result(this.options.look)
      yield* this.options.looked(look)
      if (Result.isFailure(look)) return yield* this.unanswered()
      const { epoch, last, serverTime } = look.success
      this.measure(serverTime, before, this.clock.currentTimeMillisUnsafe())
      if (this.last === "") this.last = last
      if (last > this.last) yield* Effect.sleep(grace)
      // A server that lost its last writes in a failover knows less than was heard before it was asked.
      if (last > this.last || (last < this.last && this.heardAt < sentAt)) {
        this.last = last
        this.missed()
      }
      this.sureAt = sentAt
      this.sureUntil = sentAt + BigInt(Math.round(this.options.staleness * 1e6))
      if (this.lapsed) yield* this.options.changed("regained")
      this.lapsed = false
      if (this.gaps > 0) yield* this.options.changed("gap")
      this.gaps = 0
      if (this.epoch >= 0 && epoch > this.epoch) this.doubted = true
      this.epoch = Math.max(epoch, this.epoch)
      if (this.doubted) Queue.offerUnsafe(this.doubts, undefined)
      this.doubted = false
    })
  }

  /** Says again what the server may have forgotten, once more after the next look when that fails. Looks do not wait for it. */
  private remind(): Effect.Effect<never> {
    const { recall, staleness } = this.options
    const again = Effect.timeout(recall.again(Math.min(staleness / 4, longestSpread)), reminding)
    const once = Effect.catch(again, () => Effect.sync(() => this.doubted = true))
    return Effect.forever(Effect.andThen(Queue.take(this.doubts), once))
  }

  /** Keeps the offset as it is while it is as good as the measurement: entries are not to age by noise. */
  private measure(serverTime: number, before: number, after: number): void {
    const measured = serverTime - (before + after) / 2
    if (Math.abs(measured - this.offset) > (after - before) / 2 + 2) this.offset = Math.round(measured)
    this.measured = true
  }

  /** Compares the clocks without waiting for the next look. */
  readonly compare: Effect.Effect<void, SmartCacheError> = Effect.suspend(() => {
    const before = this.clock.currentTimeMillisUnsafe()
    return Effect.map(
      this.options.look,
      ({ serverTime }) => this.measure(serverTime, before, this.clock.currentTimeMillisUnsafe())
    )
  })

  /** Lets trust lapse when another look that is not answered would come too late. */
  private unanswered(): Effect.Effect<void> {
    this.doubted = true
    const { lookTimeout, staleness, tier } = this.options
    const sure = Number(this.clock.monotonicTimeNanosUnsafe() - this.sureAt) / 1e6
    if (this.sureUntil === 0n || sure + staleness / 4 + lookTimeout <= staleness) return Effect.void
    this.sureUntil = 0n
    this.lapsed = true
    tier?.distrust()
    return this.options.changed("lapsed")
  }

  private go(): Effect.Effect<never> {
    const pause = Effect.timeoutOption(Queue.take(this.soon), this.options.staleness / 4)
    return Effect.forever(Effect.andThen(pause, this.look()))
  }
}
