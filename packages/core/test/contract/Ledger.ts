/**
 * What must be true of any store, kept as a ledger of who began when.
 *
 * Computes are numbered in the order in which they heard of their stamp; an
 * invalidation that has returned has beaten every number given out before it was
 * asked for. Nothing here knows how a store works.
 */
import { assert } from "@effect/vitest"
import type { Entry, Stamp } from "@smart-cache/core/CacheEntry"
import type * as CacheStore from "@smart-cache/core/CacheStore"

export interface Compute {
  readonly number: number
  readonly key: string
  readonly tags: ReadonlyArray<string>
  readonly stamp: Stamp
  readonly token: string | undefined
}

/** The entry that a compute stores: its value is its number. */
export const entryOf = ({ number, stamp, tags }: Pick<Compute, "number" | "stamp" | "tags">): Entry<number> => ({
  value: number,
  createdAt: 0,
  freshUntil: 1e12,
  earlyFrom: 1e12,
  staleUntil: 2e12,
  deadline: Infinity,
  confirmed: false,
  delta: 1,
  stamp,
  tags
})

/** An entry as a plain object, however a store holds it. */
export const plain = (entry: Entry): Entry => {
  const { confirmed, createdAt, deadline, delta, earlyFrom, freshUntil, stamp, staleUntil, tags, value } = entry
  return { value, createdAt, freshUntil, earlyFrom, staleUntil, deadline, confirmed, delta, stamp, tags }
}

/** A key with tags, whose values are taken as they are. */
export const subject = (key: string, tags: ReadonlyArray<string> = []): CacheStore.Subject => ({
  key,
  tags,
  codec: undefined
})

/** The wish to compute a key whatever stands. */
export const claim = (
  key: string,
  token: string,
  millis: number,
  tags: ReadonlyArray<string> = []
): CacheStore.Claim => ({ ...subject(key, tags), token, millis, newerThan: Infinity })

interface Grant {
  readonly token: string
  readonly stamp: Stamp
  /** It lasts until then at least. */
  readonly until: number
  /** It lasts until then at most. */
  readonly latest: number
  /** Somebody tried to end it: from then on it may have ended, whatever was answered. */
  ended: boolean
}

export class Ledger {
  private numbers = 0
  private highest: Stamp = 0
  /** The highest stamp known when a token asked for a lease, until it is answered. */
  private readonly asked = new Map<string, Stamp>()
  private readonly barriers = new Map<string, number>()
  private readonly grants = new Map<string, Grant>()
  readonly computes: Array<Compute> = []
  /** What stands under each key, if the last fill was acknowledged and nothing beat it since. */
  readonly standing = new Map<string, Compute>()

  private barrier(name: string): number {
    return this.barriers.get(name) ?? 0
  }

  /** Numbers up to this one are beaten for the key and the tags. */
  beaten(key: string, tags: ReadonlyArray<string>): number {
    const prefixes = Array.from(this.barriers.keys()).filter((name) =>
      name.startsWith("prefix ") && key.startsWith(name.slice(7))
    )
    return Math.max(
      ...["all", `key ${key}`, `written ${key}`, ...prefixes, ...tags.map((tag) => `tag ${tag}`)].map((name) =>
        this.barrier(name)
      )
    )
  }

  /** A lease is about to be asked for; if nobody hears the answer, it may be the answer to the next question. */
  asking(token: string): void {
    if (!this.asked.has(token)) this.asked.set(token, this.highest)
  }

  answered(token: string): void {
    this.asked.delete(token)
  }

  /** A stamp was given out: later than every stamp that was known before it was first asked for. */
  began(key: string, tags: ReadonlyArray<string>, stamp: Stamp, token: string | undefined): Compute {
    const before = token === undefined ? this.highest : this.asked.get(token) ?? this.highest
    assert.isAbove(stamp, before, "a stamp is later than those before")
    this.highest = Math.max(this.highest, stamp)
    const compute = { number: ++this.numbers, key, tags, stamp, token }
    this.computes.push(compute)
    return compute
  }

  /** A lease was granted between the two moments; `again` when it is the one that the token had. */
  granted(key: string, token: string, stamp: Stamp, asked: number, heard: number, millis: number): "again" | "new" {
    const held = this.grants.get(key)
    this.grants.set(key, { token, stamp, until: asked + millis, latest: heard + millis, ended: false })
    if (held === undefined) return "new"
    const lasting = !held.ended && heard < held.until
    if (held.token !== token) assert.isFalse(lasting, "a lease is granted to one at a time")
    else if (lasting) assert.strictEqual(stamp, held.stamp, "the same token is granted the same lease")
    return held.token === token && stamp === held.stamp ? "again" : "new"
  }

  /** Whether somebody may hold the lease at a moment. */
  leased(key: string, now: number): boolean {
    const held = this.grants.get(key)
    return held !== undefined && !held.ended && now < held.latest
  }

  mayHaveEnded(key: string, token: string | undefined): void {
    const held = this.grants.get(key)
    if (held !== undefined && held.token === token) held.ended = true
  }

  /** An invalidation is about to be asked for; the answer is what it beats once it has returned. */
  invalidating(target: CacheStore.Target): () => void {
    const names = target._tag === "Key"
      ? [`key ${target.key}`]
      : target._tag === "Tags"
      ? target.tags.map((tag) => `tag ${tag}`)
      : target._tag === "Prefix"
      ? [`prefix ${target.prefix}`]
      : ["all"]
    const before = this.numbers
    return () => {
      for (const name of names) this.barriers.set(name, before)
      for (const [key, compute] of this.standing) {
        if (compute.number <= this.beaten(key, compute.tags)) this.standing.delete(key)
      }
    }
  }

  filled(compute: Compute, filled: CacheStore.Filled): void {
    if (filled !== "stored") return
    assert.isAbove(compute.number, this.beaten(compute.key, compute.tags), "a beaten compute is refused")
    const standing = this.standing.get(compute.key)
    if (standing !== undefined) assert.isAtLeast(compute.stamp, standing.stamp, "the newest start wins")
    this.standing.set(compute.key, compute)
    // An explicit write beats what began before it even when its entry has left.
    if (compute.token === undefined) this.barriers.set(`written ${compute.key}`, compute.number - 1)
  }

  /** Something is served under a key: it was computed after everything that beats it, and nothing newer stands. */
  served(key: string, entry: Entry | undefined): void {
    if (entry === undefined) return
    const compute = this.computes.find(({ number }) => number === entry.value)
    assert.isDefined(compute)
    assert.deepStrictEqual([entry.stamp, entry.tags], [compute!.stamp, compute!.tags])
    assert.strictEqual(compute!.key, key)
    assert.isAbove(compute!.number, this.beaten(key, compute!.tags), `${key} is served although it was invalidated`)
    const standing = this.standing.get(key)
    if (standing !== undefined) assert.isAtLeast(compute!.stamp, standing.stamp, "the newest start wins")
  }

  /** A fence refuses every compute that is beaten. */
  fenced(key: string, tags: ReadonlyArray<string>, fence: Stamp): void {
    const beaten = this.beaten(key, tags)
    for (const compute of this.computes) {
      if (compute.number <= beaten) {
        assert.isAtMost(compute.stamp, fence, "a fence is no lower than what it must refuse")
      }
    }
  }
}
