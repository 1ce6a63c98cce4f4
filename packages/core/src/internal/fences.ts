/**
 * The stamps of invalidations, remembered in bounded memory.
 *
 * What is forgotten raises a floor: everything older than a forgotten invalidation
 * counts as invalidated. Forgetting so costs recomputes, never correctness.
 */
import type { Stamp } from "../CacheEntry.ts"

/** Latest stamp by name, oldest forgotten first. */
export class Marks {
  private readonly stamps = new Map<string, Stamp>()
  /** Goes from the oldest mark on: a new one each time would walk over all that were deleted. */
  private oldest = this.stamps.entries()
  /** Marks set since it last moved. Until then it keeps what the map has thrown away reachable, so it is renewed. */
  private idle = 0
  private floor: Stamp = 0
  private readonly max: number

  constructor(max: number) {
    this.max = max
  }

  /** The stamp at or before which computes are invalid for this name. */
  of(name: string): Stamp {
    return this.stamps.get(name) ?? this.floor
  }

  /** Whether the name itself was invalidated, as far as remembered. */
  has(name: string): boolean {
    return this.stamps.has(name)
  }

  /** Stamps grow but for what happened at the same time, so insertion order is about their order. */
  set(name: string, stamp: Stamp): void {
    const known = this.of(name)
    this.stamps.delete(name)
    this.stamps.set(name, Math.max(known, stamp))
    if (this.stamps.size <= this.max) {
      if (this.idle++ < this.max) return
      this.oldest = this.stamps.entries()
      this.idle = 0
      return
    }
    this.idle = 0
    const [oldest, forgotten] = this.oldest.next().value!
    this.stamps.delete(oldest)
    this.floor = Math.max(this.floor, forgotten)
  }

  get size(): number {
    return this.stamps.size
  }
}

const maxPrefixes = 1000

/** Every fence of a store: key, tags, prefixes, everything. */
export class Fences {
  private readonly keys: Marks
  private readonly writes: Marks
  private readonly tags: Marks
  private readonly prefixes = new Marks(maxPrefixes)
  private readonly prefixNames = new Set<string>()
  private everything: Stamp = 0
  /**
   * Raised by each invalidation by tag or of everything, and by whoever wants every entry looked at again: entries
   * checked at this version need no check again.
   */
  version = 0
  /** How many invalidations and writes there were. */
  told = 0

  constructor(maxMarkers: number) {
    this.keys = new Marks(maxMarkers)
    this.writes = new Marks(maxMarkers)
    this.tags = new Marks(maxMarkers)
  }

  key(key: string, stamp: Stamp): void {
    this.told++
    this.keys.set(key, stamp)
  }

  /** An explicit write beats every compute that began before it, even when its entry has left. */
  write(key: string, stamp: Stamp): void {
    this.told++
    this.writes.set(key, stamp - 1)
  }

  tag(tag: string, stamp: Stamp): void {
    this.told++
    this.tags.set(tag, stamp)
    this.version++
  }

  prefix(prefix: string, stamp: Stamp): void {
    this.told++
    this.prefixes.set(prefix, stamp)
    this.prefixNames.add(prefix)
    for (const name of this.prefixNames) if (!this.prefixes.has(name)) this.prefixNames.delete(name)
  }

  all(stamp: Stamp): void {
    this.told++
    this.everything = Math.max(this.everything, stamp)
    this.version++
  }

  /** The fence of entries that are already held; those dropped by key or prefix are gone. */
  ofTag(tag: string): Stamp {
    return Math.max(this.tags.of(tag), this.everything)
  }

  /** Whether an entry with these tags stands. */
  admits(stamp: Stamp, tags: ReadonlyArray<string>): boolean {
    if (stamp <= this.everything) return false
    for (const tag of tags) if (stamp <= this.tags.of(tag)) return false
    return true
  }

  /** The fence of a compute of this key with these tags. */
  of(key: string, tags: ReadonlyArray<string>): Stamp {
    let fence = Math.max(this.everything, this.keys.of(key), this.writes.of(key), this.prefixes.of(""))
    for (const tag of tags) fence = Math.max(fence, this.tags.of(tag))
    for (const prefix of this.prefixNames) if (key.startsWith(prefix)) fence = Math.max(fence, this.prefixes.of(prefix))
    return fence
  }

  /** Whether an invalidation named this key or its prefix: only for telling people why nothing is held. */
  named(key: string): boolean {
    return this.keys.has(key) || Array.from(this.prefixNames).some((prefix) => key.startsWith(prefix))
  }
}
