/**
 * The embedded store: entries in this process, bounded by count and bytes, with
 * the same stamps, fences and leases that a shared store keeps.
 *
 * The least recently read entries leave first (`lru-cache`). An invalidation by
 * tag costs O(tags): it stamps the tags, and entries are checked when they are
 * read.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { LRUCache } from "lru-cache"
import { CacheConfig } from "./CacheConfig.ts"
import type { Entry, Stamp } from "./CacheEntry.ts"
import * as CacheStore from "./CacheStore.ts"
import { Fences } from "./internal/fences.ts"
import { sizeOf } from "./internal/sizeOf.ts"

export interface Options {
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

/** From this many leases on, those that ended by time are swept. */
const maxLeases = 1000

/** Envelope, tags array, map node and list links of one entry. */
const overhead = 220

class Memory {
  private readonly cells: LRUCache<string, Cell>
  private readonly fences: Fences
  private readonly leases = new Map<string, HeldLease>()
  /** Standing entries behind each tag in use; bounded by the entries and their tags. */
  private readonly population = new Map<string, Population>()
  private sequence: Stamp = 0

  constructor(options: Options) {
    this.fences = new Fences(options.maxMarkers)
    this.cells = new LRUCache({
      max: options.maxEntries,
      maxSize: options.maxBytes,
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

  lease(key: string, token: string, now: number, millis: number): CacheStore.Lease {
    const current = this.leases.get(key)
    const held = current !== undefined && now < current.until
    if (held && current.token !== token) return { _tag: "Busy", remaining: current.until - now }
    const stamp = held ? current.stamp : this.next()
    this.leases.set(key, { token, stamp, until: now + millis })
    if (this.leases.size > maxLeases) this.endLeases(now)
    return { _tag: "Granted", stamp }
  }

  release(key: string, token: string): void {
    if (this.leases.get(key)?.token === token) this.leases.delete(key)
  }

  fill({ entry, key, token }: CacheStore.Fill): CacheStore.Filled {
    if (token !== undefined) this.release(key, token)
    const current = this.cells.peek(key)
    const newer = current !== undefined && current.entry.stamp > entry.stamp
    if (newer || entry.stamp <= this.fences.of(key, entry.tags)) return "refused"
    this.cells.set(key, { entry, checkedAt: this.fences.latest }, { size: overhead + key.length + sizeOf(entry.value) })
    if (!this.cells.has(key)) return "too_large"
    this.count(entry)
    return "stored"
  }

  invalidate(target: CacheStore.Target): CacheStore.Invalidated {
    const stamp = this.next()
    switch (target._tag) {
      case "Key":
        this.fences.key(target.key, stamp)
        return { stamp, dropped: this.cells.delete(target.key) ? 1 : 0 }
      case "Tags":
        return { stamp, dropped: target.tags.reduce((sum, tag) => sum + this.dropTag(tag, stamp), 0) }
      case "Prefix":
        this.fences.prefix(target.prefix, stamp)
        return { stamp, dropped: this.dropPrefix(target.prefix) }
      case "All": {
        this.fences.all(stamp)
        const dropped = this.cells.size
        this.cells.clear()
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
  }

  private dropTag(tag: string, stamp: Stamp): number {
    const standing = this.population.get(tag)?.count ?? 0
    this.population.delete(tag)
    this.fences.tag(tag, stamp)
    return standing
  }

  private dropPrefix(prefix: string): number {
    let dropped = 0
    for (const key of this.cells.keys()) if (key.startsWith(prefix) && this.cells.delete(key)) dropped++
    return dropped
  }

  private count(entry: Entry): void {
    for (const tag of entry.tags) {
      const population = this.population.get(tag)
      if (population === undefined) this.population.set(tag, { count: 1, since: this.fences.ofTag(tag) })
      else population.count++
    }
  }

  /** An entry leaves; those that an invalidation of the tag took out before are not counted any more. */
  private uncount(entry: Entry): void {
    for (const tag of entry.tags) {
      const population = this.population.get(tag)
      if (population === undefined || entry.stamp <= population.since) continue
      if (--population.count === 0) this.population.delete(tag)
    }
  }
}

/** Makes an embedded store; time is read from the `Clock` only to end leases. */
export const make = (options: Options): CacheStore.Shape => {
  const memory = new Memory(options)
  return {
    local: "memory",
    shared: "memory",
    peek: (key) => memory.peek(key),
    read: (key, tags) => Effect.sync(() => memory.read(key, tags)),
    lease: (key, token, millis) => Effect.map(Clock.currentTimeMillis, (now) => memory.lease(key, token, now, millis)),
    release: (key, token) => Effect.sync(() => memory.release(key, token)),
    stamp: Effect.sync(() => memory.next()),
    fill: (fill) => Effect.sync(() => memory.fill(fill)),
    invalidate: (target) => Effect.sync(() => memory.invalidate(target)),
    held: Effect.sync(() => memory.held())
  }
}

/** The embedded store, sized by the settings. */
export const layer: Layer.Layer<CacheStore.CacheStore, never, CacheConfig> = Layer.effect(
  CacheStore.CacheStore,
  Effect.map(CacheConfig, make)
)
