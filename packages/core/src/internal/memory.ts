/**
 * Entries of one process, bounded by count and bytes, with the stamps, fences and
 * leases that a shared store keeps. Every step is synchronous.
 */
import * as Effect from "effect/Effect"
import type { Entry, Stamp } from "../CacheEntry.ts"
import type * as CacheStore from "../CacheStore.ts"
import { type Bounds, MemoryTier } from "../MemoryTier.ts"
import type { Fences } from "./fences.ts"

interface HeldLease {
  readonly token: string
  readonly stamp: Stamp
  readonly until: number
}

/** How many standing entries carry a tag, counting those with a later stamp than `since`. */
interface Population {
  count: number
  readonly since: Stamp
}

/** Leases are swept when there are twice as many as were living at the last sweep, and not below this number. */
const fewLeases = 1000

export class Memory {
  private readonly tier: MemoryTier
  private readonly fences: Fences
  private readonly leases = new Map<string, HeldLease>()
  /** Standing entries behind each tag in use; bounded by the entries and their tags. */
  private readonly population = new Map<string, Population>()
  private sequence: Stamp = 0
  private sweepAt = fewLeases

  constructor(bounds: Bounds) {
    this.tier = new MemoryTier(bounds, (entry) => this.uncount(entry))
    this.fences = this.tier.fences
  }

  /** Raised by each invalidation and explicit write. */
  get changes(): number {
    return this.fences.told
  }

  next(): Stamp {
    return ++this.sequence
  }

  peek(key: string): Entry | undefined {
    return this.tier.peek(key)
  }

  read(key: string, tags: ReadonlyArray<string>): CacheStore.Lookup {
    const entry = this.peek(key)
    const beaten = entry === undefined && this.tier.delete(key)
    return {
      entry,
      invalidated: beaten || (entry === undefined && this.fences.named(key)),
      fence: this.fences.of(key, tags)
    }
  }

  lease(
    { key, millis, newerThan, tags, token }: Omit<CacheStore.Claim, "codec">,
    now: number
  ): CacheStore.Lease {
    const entry = newerThan < Infinity ? this.peek(key) : undefined
    if (entry !== undefined && entry.stamp > Math.max(newerThan, this.fences.of(key, tags))) {
      return { _tag: "Newer", entry }
    }
    const current = this.leases.get(key)
    const held = current !== undefined && now < current.until
    if (held && current.token !== token) {
      return { _tag: "Busy", stamp: current.stamp, remaining: current.until - now, ended: Effect.never }
    }
    const stamp = held ? current.stamp : this.next()
    this.leases.set(key, { token, stamp, until: now + millis })
    if (this.leases.size > this.sweepAt) this.endLeases(now)
    return { _tag: "Granted", stamp }
  }

  release(key: string, token: string): void {
    if (this.leases.get(key)?.token === token) this.leases.delete(key)
  }

  fill({ entry, key, token }: Omit<CacheStore.Fill, "codec">): CacheStore.Filled {
    if (token !== undefined) this.release(key, token)
    const filled = this.tier.hold(key, entry)
    if (filled !== "refused" && token === undefined) this.fences.write(key, entry.stamp)
    if (filled === "stored") this.count(entry)
    return filled
  }

  invalidate(target: CacheStore.Target): CacheStore.Invalidated & { readonly dropped: number } {
    const stamp = this.next()
    switch (target._tag) {
      case "Key":
        this.fences.key(target.key, stamp)
        return { stamp, dropped: this.drop([target.key]) }
      case "Tags":
        return { stamp, dropped: target.tags.reduce((sum, tag) => sum + this.dropTag(tag, stamp), 0) }
      case "Prefix":
        this.fences.prefix(target.prefix, stamp)
        return { stamp, dropped: this.drop(this.tier.keys().filter((key) => key.startsWith(target.prefix))) }
      case "All": {
        const dropped = this.drop(this.tier.keys())
        this.fences.all(stamp)
        return { stamp, dropped }
      }
    }
  }

  held(): CacheStore.Held {
    return this.tier.held()
  }

  /** Leases that were never given back end here; living ones are as many as computes run. */
  private endLeases(now: number): void {
    for (const [key, { until }] of this.leases) if (now >= until) this.leases.delete(key)
    this.sweepAt = Math.max(fewLeases, 2 * this.leases.size)
  }

  private dropTag(tag: string, stamp: Stamp): number {
    const standing = this.population.get(tag)?.count ?? 0
    this.population.delete(tag)
    this.fences.tag(tag, stamp)
    return standing
  }

  /** Takes entries out; those that an invalidation of a tag had beaten before do not count again. */
  private drop(keys: ReadonlyArray<string>): number {
    let dropped = 0
    for (const key of keys) {
      const entry = this.tier.look(key)
      if (entry !== undefined && this.fences.admits(entry.stamp, entry.tags)) dropped++
      this.tier.delete(key)
    }
    return dropped
  }

  private count(entry: Entry): void {
    for (const tag of new Set(entry.tags)) {
      const population = this.population.get(tag)
      if (population === undefined) this.population.set(tag, { count: 1, since: this.fences.ofTag(tag) })
      else population.count++
    }
  }

  /** An entry leaves; those that an invalidation of the tag took out before are not counted any more. */
  private uncount(entry: Entry): void {
    for (const tag of new Set(entry.tags)) {
      const population = this.population.get(tag)
      if (population === undefined || entry.stamp <= population.since) continue
      if (--population.count === 0) this.population.delete(tag)
    }
  }
}
