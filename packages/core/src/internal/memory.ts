/**
 * Entries of one process, bounded by count and bytes, with the stamps, fences and
 * leases that a shared store keeps. Every step is synchronous.
 */
import * as Effect from "effect/Effect"
import { LRUCache } from "lru-cache"
import type { Entry, Stamp } from "../CacheEntry.ts"
import type * as CacheStore from "../CacheStore.ts"
import { Fences } from "./fences.ts"
import { sizeOf } from "./sizeOf.ts"

export interface Bounds {
  /** Most entries held. */
  readonly maxEntries: number
  /** Most bytes held, estimated from the values. */
  readonly maxBytes: number
  /** Invalidated keys and tags remembered; forgetting one only costs recomputes. */
  readonly maxMarkers: number
}

/** An entry, and the invalidation up to which it is known to stand. */
interface Cell {
  readonly entry: Entry
  checkedAt: Stamp
}

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

/** Envelope, map node and list links of one entry. */
const overhead = 220

export class Memory {
  private readonly cells: LRUCache<string, Cell>
  private readonly fences: Fences
  private readonly leases = new Map<string, HeldLease>()
  /** Standing entries behind each tag in use; bounded by the entries and their tags. */
  private readonly population = new Map<string, Population>()
  private sequence: Stamp = 0
  private sweepAt = fewLeases
  private readonly maxBytes: number

  constructor(bounds: Bounds) {
    this.maxBytes = bounds.maxBytes
    this.fences = new Fences(bounds.maxMarkers)
    this.cells = new LRUCache({
      max: bounds.maxEntries,
      maxSize: bounds.maxBytes,
      dispose: (cell) => this.uncount(cell.entry)
    })
  }

  next(): Stamp {
    return ++this.sequence
  }

  peek(key: string): Entry | undefined {
    const cell = this.cells.get(key)
    if (cell === undefined) return undefined
    if (cell.checkedAt === this.fences.latest) return cell.entry
    if (!this.fences.admits(cell.entry.stamp, cell.entry.tags)) return undefined
    cell.checkedAt = this.fences.latest
    return cell.entry
  }

  read(key: string, tags: ReadonlyArray<string>): CacheStore.Lookup {
    const entry = this.peek(key)
    const beaten = entry === undefined && this.cells.delete(key)
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
    if (held && current.token !== token) return { _tag: "Busy", remaining: current.until - now, ended: Effect.never }
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
    const current = this.cells.peek(key)
    const newer = current !== undefined && current.entry.stamp > entry.stamp
    if (newer || entry.stamp <= this.fences.of(key, entry.tags)) return "refused"
    if (token === undefined) this.fences.write(key, entry.stamp)
    const size = overhead + key.length * 2 + sizeOf([entry.value, entry.tags], this.maxBytes)
    this.cells.set(key, { entry, checkedAt: this.fences.latest }, { size })
    if (!this.cells.has(key)) return "too_large"
    this.count(entry)
    return "stored"
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
        return { stamp, dropped: this.drop(this.keys().filter((key) => key.startsWith(target.prefix))) }
      case "All": {
        const dropped = this.drop(this.keys())
        this.fences.all(stamp)
        return { stamp, dropped }
      }
    }
  }

  held(): CacheStore.Held {
    return { entries: this.cells.size, bytes: this.cells.calculatedSize }
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

  private keys(): ReadonlyArray<string> {
    return Array.from(this.cells.keys())
  }

  /** Takes entries out; those that an invalidation of a tag had beaten before do not count again. */
  private drop(keys: ReadonlyArray<string>): number {
    let dropped = 0
    for (const key of keys) {
      const cell = this.cells.peek(key)
      if (cell !== undefined && this.fences.admits(cell.entry.stamp, cell.entry.tags)) dropped++
      this.cells.delete(key)
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
