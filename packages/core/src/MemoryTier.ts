/**
 * Entries of one process, bounded by count and bytes, with the fences that they must
 * pass. Every step is synchronous.
 *
 * Whoever owns a tier tells it what was invalidated, with the store's stamps. A tier
 * in front of a shared store that may have missed a message distrusts everything that
 * it holds: nothing is thrown away, but nothing is answered until it is held again.
 */
import { LRUCache } from "lru-cache"
import type { Entry, Stamp } from "./CacheEntry.ts"
import type * as CacheStore from "./CacheStore.ts"
import { asIs } from "./internal/asIs.ts"
import { Fences } from "./internal/fences.ts"
import { Held } from "./internal/held.ts"
import { sizeOf } from "./internal/sizeOf.ts"
import { TagSets } from "./internal/tagSets.ts"

export interface Bounds {
  /** Most entries held. */
  readonly maxEntries: number
  /** Most bytes held, estimated from the values. */
  readonly maxBytes: number
  /** Invalidated keys and tags remembered; forgetting one only costs recomputes. */
  readonly maxMarkers: number
}

/** Envelope, key, map node and list links of one entry. */
const overhead = 200

export class MemoryTier {
  readonly fences: Fences
  private readonly entries: LRUCache<string, Held>
  private readonly tagSets = new TagSets()
  private readonly maxBytes: number
  /** Entries that were last found standing before this version of the fences are not answered any more. */
  private trusted = 0
  /** How often everything was distrusted; what was read in another era is not to be held. */
  era = 0

  /** Tells `left` of each entry that is pushed out, replaced or deleted. */
  constructor(bounds: Bounds, left?: (entry: Entry) => void) {
    this.maxBytes = bounds.maxBytes
    this.fences = new Fences(bounds.maxMarkers)
    this.entries = new LRUCache({
      max: bounds.maxEntries,
      maxSize: bounds.maxBytes,
      dispose: (held) => {
        this.tagSets.release(held.tags)
        left?.(held)
      }
    })
  }

  /** The standing entry of a key. */
  peek(key: string): Entry | undefined {
    const held = this.entries.get(key, asIs())
    return held === undefined || held.standing === this.fences.version || this.stands(held) ? held : undefined
  }

  /** Looks again at an entry that stood at another version of the fences. */
  private stands(held: Held): boolean {
    if (held.standing < this.trusted || !this.fences.admits(held.stamp, held.tags)) return false
    held.standing = this.fences.version
    return true
  }

  /** Whatever is held under a key, standing or not; its place in the order of use stays. */
  look(key: string): Entry | undefined {
    return this.entries.peek(key, asIs())
  }

  /** Holds an entry unless it is beaten or a newer one is held. */
  hold(key: string, entry: Entry): CacheStore.Filled {
    const current = this.entries.peek(key, asIs())
    if (current !== undefined && current.stamp > entry.stamp) return "refused"
    if (entry.stamp <= this.fences.of(key, entry.tags)) return "refused"
    const size = overhead + key.length * 2 + sizeOf([entry.value, entry.tags], this.maxBytes)
    const tags = this.tagSets.take(entry.tags)
    this.entries.set(key, new Held(entry, tags, this.fences.version), { size })
    if (this.entries.has(key)) return "stored"
    this.tagSets.release(tags)
    return "too_large"
  }

  /** Takes an entry out. */
  delete(key: string): boolean {
    return this.entries.delete(key)
  }

  /** Nothing that is held now is answered any more. */
  distrust(): void {
    this.era++
    this.trusted = ++this.fences.version
  }

  /** Something was invalidated at a stamp; may be told late, twice and in any order. */
  beat(target: CacheStore.Target, stamp: Stamp): void {
    switch (target._tag) {
      case "Key":
        this.fences.key(target.key, stamp)
        this.dropOlder([target.key], stamp)
        return
      case "Tags":
        for (const tag of target.tags) this.fences.tag(tag, stamp)
        return
      case "Prefix":
        this.fences.prefix(target.prefix, stamp)
        this.dropOlder(this.keys().filter((key) => key.startsWith(target.prefix)), stamp)
        return
      case "All":
        this.fences.all(stamp)
    }
  }

  /** A value was written to a key at a stamp: it beats every compute that began before. */
  overwrite(key: string, stamp: Stamp): void {
    this.fences.write(key, stamp)
    this.dropOlder([key], stamp - 1)
  }

  private dropOlder(keys: ReadonlyArray<string>, stamp: Stamp): void {
    for (const key of keys) if ((this.look(key)?.stamp ?? Infinity) <= stamp) this.delete(key)
  }

  keys(): ReadonlyArray<string> {
    return Array.from(this.entries.keys())
  }

  held(): CacheStore.Held {
    return { entries: this.entries.size, bytes: this.entries.calculatedSize }
  }
}
