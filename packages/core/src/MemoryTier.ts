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
import { Fences } from "./internal/fences.ts"
import { sizeOf } from "./internal/sizeOf.ts"

export interface Bounds {
  /** Most entries held. */
  readonly maxEntries: number
  /** Most bytes held, estimated from the values. */
  readonly maxBytes: number
  /** Invalidated keys and tags remembered; forgetting one only costs recomputes. */
  readonly maxMarkers: number
}

/** An entry, the version of the fences at which it was found standing, and the era in which it was held. */
interface Cell {
  readonly entry: Entry
  checkedAt: number
  readonly era: number
}

/** Envelope, map node and list links of one entry. */
const overhead = 220

export class MemoryTier {
  readonly fences: Fences
  private readonly cells: LRUCache<string, Cell>
  private readonly maxBytes: number
  /** How often everything was distrusted; what was read in another era is not to be held. */
  era = 0

  /** Tells `left` of each entry that is pushed out, replaced or deleted. */
  constructor(bounds: Bounds, left?: (entry: Entry) => void) {
    this.maxBytes = bounds.maxBytes
    this.fences = new Fences(bounds.maxMarkers)
    this.cells = new LRUCache({
      max: bounds.maxEntries,
      maxSize: bounds.maxBytes,
      ...(left !== undefined && { dispose: (cell: Cell) => left(cell.entry) })
    })
  }

  /** The standing entry of a key. */
  peek(key: string): Entry | undefined {
    const cell = this.cells.get(key)
    if (cell === undefined || cell.era !== this.era) return undefined
    if (cell.checkedAt === this.fences.version) return cell.entry
    if (!this.fences.admits(cell.entry.stamp, cell.entry.tags)) return undefined
    cell.checkedAt = this.fences.version
    return cell.entry
  }

  /** Whatever is held under a key, standing or not; its place in the order of use stays. */
  look(key: string): Entry | undefined {
    return this.cells.peek(key)?.entry
  }

  /** Holds an entry unless it is beaten or a newer one is held. */
  hold(key: string, entry: Entry): CacheStore.Filled {
    const current = this.cells.peek(key)
    if (current !== undefined && current.entry.stamp > entry.stamp) return "refused"
    if (entry.stamp <= this.fences.of(key, entry.tags)) return "refused"
    const size = overhead + key.length * 2 + sizeOf([entry.value, entry.tags], this.maxBytes)
    this.cells.set(key, { entry, checkedAt: this.fences.version, era: this.era }, { size })
    return this.cells.has(key) ? "stored" : "too_large"
  }

  /** Takes an entry out. */
  delete(key: string): boolean {
    return this.cells.delete(key)
  }

  /** Nothing that is held now is answered any more. */
  distrust(): void {
    this.era++
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
    return Array.from(this.cells.keys())
  }

  held(): CacheStore.Held {
    return { entries: this.cells.size, bytes: this.cells.calculatedSize }
  }
}
