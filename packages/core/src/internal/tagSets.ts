/**
 * Equal tags, held once: entries of one thing carry the same few, in arrays made anew for each, and those parsed from a
 * store have strings of their own besides.
 */
import * as Hash from "effect/Hash"

interface TagSet {
  readonly tags: ReadonlyArray<string>
  users: number
}

const none: ReadonlyArray<string> = Object.freeze([])

/** Whether these are the same tags in the same order. */
export const alike = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): boolean =>
  a === b || (a.length === b.length && a.every((tag, at) => tag === b[at]))

export class TagSets {
  /** By hash. Of two sets with the same one the first is shared and the other is not: no entry minds. */
  private readonly sets = new Map<number, TagSet>()

  /**
   * The one array of these tags, in their order; nobody can change it, and no later change of what was given reaches it.
   * Held until it was given back as often as it was taken.
   */
  take(tags: ReadonlyArray<string>): ReadonlyArray<string> {
    if (tags.length === 0) return none
    const hash = Hash.array(tags)
    const set = this.sets.get(hash)
    if (set === undefined) {
      const own = Object.freeze(tags.slice())
      this.sets.set(hash, { tags: own, users: 1 })
      return own
    }
    if (!alike(set.tags, tags)) return Object.freeze(tags.slice())
    set.users++
    return set.tags
  }

  /** An array that was taken is needed once less. */
  release(tags: ReadonlyArray<string>): void {
    if (tags.length === 0) return
    const hash = Hash.array(tags)
    const set = this.sets.get(hash)
    if (set?.tags === tags && --set.users === 0) this.sets.delete(hash)
  }

  /** How many different ones there are. */
  get size(): number {
    return this.sets.size
  }
}
