/**
 * The dealings of one cache with a store that others use too: asking for leases, waiting for those of others,
 * renewing and giving back.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type { Settings } from "../CacheConfig.ts"
import type { Entry, Stamp } from "../CacheEntry.ts"
import type { SmartCacheError } from "../CacheError.ts"
import type * as CacheMetrics from "../CacheMetrics.ts"
import type * as CacheStore from "../CacheStore.ts"
import type { Demand, Flight, Landing } from "./flight.ts"
import type { Guard, Silence } from "./guarded.ts"

/** A lease that a read asks for on its way, and whether a compute has taken it over. */
export class Ticket implements CacheStore.Applicant {
  readonly token: string
  readonly millis: number
  /** While unheard of, it may have been granted. */
  stamp: Stamp | undefined | "unheard" = "unheard"
  /** By a compute, or given back. */
  spent = false

  constructor(token: string, millis: number) {
    this.token = token
    this.millis = millis
  }

  /** For the one who computes. */
  take(): { readonly token: string; readonly stamp: Stamp | undefined } | undefined {
    if (this.spent || this.stamp === undefined) return undefined
    this.spent = true
    return { token: this.token, stamp: this.stamp === "unheard" ? undefined : this.stamp }
  }
}

/** Who needs a lease, and what would do instead. */
export interface Need extends CacheStore.Subject, Pick<Demand, "accept"> {
  /** What an adopted entry must beat. */
  readonly basis: Entry | undefined
  /** Until when an entry is fresh for the reader. */
  readonly freshUntil: (entry: Entry) => number
}

/** Waiting for somebody else's lease: shortest and longest pause, milliseconds. */
const pause = { min: 25, max: 100 }

/** Whoever has waited for so many leases of others in vain computes without one. */
const patience = 2

const noTags: ReadonlyArray<string> = []

export class Leasing {
  /** One read a key asks for a lease on its way. */
  private readonly tickets = new Map<string, Ticket>()
  private tokens = 0
  private readonly settings: Settings
  private readonly store: CacheStore.Shape
  private readonly metrics: CacheMetrics.Shape
  private readonly guard: Guard
  /** Tells this cache's leases from those of others on the same store. */
  private readonly instance: string

  constructor(
    settings: Settings,
    store: CacheStore.Shape,
    metrics: CacheMetrics.Shape,
    guard: Guard,
    instance: string
  ) {
    this.settings = settings
    this.store = store
    this.metrics = metrics
    this.guard = guard
    this.instance = instance
  }

  token(): string {
    return `${this.instance}.${++this.tokens}`
  }

  ticket(key: string): Ticket | undefined {
    if (this.tickets.has(key)) return undefined
    const ticket = new Ticket(this.token(), this.settings.leaseTtl)
    this.tickets.set(key, ticket)
    return ticket
  }

  /** The token of a lease that is to be given back, because nobody has taken it over. */
  close(key: string, ticket: Ticket): string | undefined {
    if (this.tickets.get(key) === ticket) this.tickets.delete(key)
    if (ticket.spent || ticket.stamp === undefined) return undefined
    ticket.spent = true
    return ticket.token
  }

  /** A stamp to compute with, an entry that somebody else stored meanwhile, or nothing when others compute and nobody waits here. */
  obtain(
    flight: Flight,
    need: Need,
    token: string
  ): Effect.Effect<{ readonly stamp: Stamp } | Landing | "retry", SmartCacheError> {
    const { codec, key, tags } = need
    const { hardTimeout, leaseTtl: millis } = this.settings
    return Effect.gen({ self: this }, function*() {
      // The holder may be dead: half of the readers' patience is for its compute, half for ours.
      const until = flight.startedAt + hardTimeout / 2
      let holder: Stamp | undefined
      let holders = 0
      let newerThan = need.accept === "adopted" ? need.basis?.stamp ?? 0 : Infinity
      for (;;) {
        const lease = yield* this.lease({ key, tags, codec, token, millis, newerThan })
        if (lease === "silent") return { stamp: 0 }
        if (lease._tag === "Granted") return lease
        const now = yield* Clock.currentTimeMillis
        if (lease._tag === "Newer") {
          const { entry } = lease
          if (now < need.freshUntil(entry)) return { entry, source: this.store.shared }
          // A store that calls newer what is not would be asked for ever.
          if (entry.stamp <= newerThan) return { stamp: 0 }
          newerThan = entry.stamp
          continue
        }
        if (flight.background && flight.waiters === 0) return "retry"
        if (lease.stamp !== holder) holders++
        holder = lease.stamp
        // What the holder computes would not do, or takes too long; or one after the other computes and stores nothing.
        if (need.accept !== "adopted" || now >= until || holders > patience) {
          const stamp = yield* this.guard.ask("stamp", key, () => this.store.stamp(need))
          return { stamp: typeof stamp === "number" ? stamp : 0 }
        }
        this.metrics.add("lease_waits", 1)
        const nap = yield* Random.nextIntBetween(pause.min, pause.max)
        yield* Effect.timeoutOption(lease.ended, lease.remaining >= 1 ? Math.min(lease.remaining, nap) : nap)
      }
    })
  }

  /** Asks for the lease again, for ever: a holder that dies keeps others waiting for one `leaseTtl` only. */
  renew({ codec, key }: CacheStore.Subject, token: string): Effect.Effect<void> {
    const millis = this.settings.leaseTtl
    const again = this.lease({ key, tags: noTags, codec, token, millis, newerThan: Infinity })
    return Effect.forever(Effect.ignore(Effect.andThen(Effect.sleep(millis / 3), again)))
  }

  giveBack(key: string, token: string): Effect.Effect<void> {
    return Effect.ignore(this.guard.ask("release", key, () => this.store.release(key, token)))
  }

  private lease(claim: CacheStore.Claim): Effect.Effect<CacheStore.Lease | Silence, SmartCacheError> {
    const { offline } = this.store
    return this.guard.ask("lease", claim.key, () => this.store.lease(claim), {
      offline: offline === undefined ? undefined : () => offline.lease(claim)
    })
  }
}
