/**
 * An entry as memory holds it: half the size of a plain one, and its times at hand.
 *
 * A whole number below 2³¹ lies in the object itself; any other number is a box of 16 bytes elsewhere in the heap, which
 * a read has to fetch. So times are kept as milliseconds from one another, and what does not fit costs its box.
 */
import type { Entry, Stamp } from "../CacheEntry.ts"

/** Creation times count from the first one there was in this process, whatever cache or clock it was of. */
let origin: number | undefined

const microsecond = 1000

export class Held implements Entry {
  readonly value: unknown
  readonly tags: ReadonlyArray<string>
  readonly stamp: Stamp
  private readonly created: number
  private readonly fresh: number
  private readonly early: number
  private readonly stale: number
  /** `undefined` for never. */
  private readonly ends: number | undefined
  private readonly deltaMicros: number
  /** Twice the version of the fences at which it was found standing, one more when confirmed. */
  private mark: number

  constructor(entry: Entry, tags: ReadonlyArray<string>, version: number) {
    const { createdAt } = entry
    this.value = entry.value
    this.tags = tags
    this.stamp = entry.stamp
    this.created = createdAt - (origin ??= createdAt)
    this.fresh = entry.freshUntil - createdAt
    this.early = entry.earlyFrom - createdAt
    this.stale = entry.staleUntil - createdAt
    this.ends = entry.deadline === Infinity ? undefined : entry.deadline - createdAt
    this.deltaMicros = Math.round(entry.delta * microsecond)
    this.mark = 2 * version + (entry.confirmed ? 1 : 0)
  }

  get createdAt(): number {
    return origin! + this.created
  }
  get freshUntil(): number {
    return this.createdAt + this.fresh
  }
  get earlyFrom(): number {
    return this.createdAt + this.early
  }
  get staleUntil(): number {
    return this.createdAt + this.stale
  }
  get deadline(): number {
    return this.ends === undefined ? Infinity : this.createdAt + this.ends
  }
  get confirmed(): boolean {
    return this.mark % 2 === 1
  }
  get delta(): number {
    return this.deltaMicros / microsecond
  }

  /** The version of the fences at which it was last found standing. */
  get standing(): number {
    return (this.mark - (this.mark & 1)) / 2
  }
  set standing(version: number) {
    this.mark = 2 * version + (this.mark & 1)
  }
}
