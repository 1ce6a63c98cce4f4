/** Random trials of a store against the ledger. */
import { assert } from "@effect/vitest"
import type * as CacheStore from "@smart-cache/core/CacheStore"
import { Arbitrary, Clock, Effect, Option } from "effect"
import { integer, oneOf } from "../arbitraries.ts"
import { claim, type Compute, entryOf, Ledger, plain, subject } from "./Ledger.ts"
import { attempt, sure, type Time } from "./Time.ts"

const keys = ["a:1", "a:2", "b:1"]
const tagSets: ReadonlyArray<ReadonlyArray<string>> = [[], ["x"], ["y"], ["x", "y"]]

export const targets: ReadonlyArray<CacheStore.Target> = [
  ...keys.map((key): CacheStore.Target => ({ _tag: "Key", key })),
  ...tagSets.map((tags): CacheStore.Target => ({ _tag: "Tags", tags })),
  { _tag: "Prefix", prefix: "a:" },
  { _tag: "Prefix", prefix: "b" },
  { _tag: "Prefix", prefix: "" },
  { _tag: "All" }
]

export type Move =
  | { readonly _tag: "Begin"; readonly key: string; readonly tags: ReadonlyArray<string> }
  | { readonly _tag: "Write"; readonly key: string; readonly tags: ReadonlyArray<string> }
  | { readonly _tag: "Fill" | "Release" | "Again"; readonly which: number }
  | { readonly _tag: "Read"; readonly key: string; readonly tags: ReadonlyArray<string> }
  | { readonly _tag: "Invalidate"; readonly target: CacheStore.Target }
  | { readonly _tag: "Wait"; readonly leases: number }

const kinds = [
  "Begin",
  "Begin",
  "Begin",
  "Fill",
  "Fill",
  "Fill",
  "Read",
  "Read",
  "Write",
  "Invalidate",
  "Release",
  "Again",
  "Wait"
] as const

/** Moves, each more likely the more it can break. */
export const moves: Arbitrary.Arbitrary<ReadonlyArray<Move>> = Arbitrary.array(
  Arbitrary.map(
    Arbitrary.all([
      oneOf(...kinds),
      oneOf(...keys),
      oneOf(...tagSets),
      oneOf(...targets),
      integer(0, 3),
      oneOf(0.25, 0.5, 1)
    ]),
    ([kind, key, tags, target, which, leases]): Move => {
      switch (kind) {
        case "Begin":
        case "Write":
        case "Read":
          return { _tag: kind, key, tags }
        case "Invalidate":
          return { _tag: kind, target }
        case "Wait":
          return { _tag: kind, leases }
        default:
          return { _tag: kind, which }
      }
    }
  ),
  { maxLength: 60 }
)

/**
 * How much may be asked of the answers: `exact` of a store that remembers everything and never fails, `safe` of one
 * that forgets or is in trouble.
 */
export type Rigour = "exact" | "safe"

class Trial {
  private readonly ledger = new Ledger()
  /** Computes that may still fill, the latest first. */
  private readonly open: Array<Compute> = []
  private tokens = 0
  /** Keys whose entry was beaten, and not looked at since. */
  private readonly beatenUnseen = new Set<string>()
  /** The stamp of the last compute stored under a key; once beaten, whether it still bars older ones is the store's business. */
  private readonly newest = new Map<string, number>()
  private readonly store: CacheStore.Shape
  private readonly time: Time
  private readonly rigour: Rigour

  constructor(store: CacheStore.Shape, time: Time, rigour: Rigour) {
    this.store = store
    this.time = time
    this.rigour = rigour
  }

  move(move: Move): Effect.Effect<void> {
    switch (move._tag) {
      case "Begin":
        return this.begin(move.key, move.tags, `token ${++this.tokens}`)
      case "Write":
        return this.write(move.key, move.tags)
      case "Read":
        return this.read(move.key, move.tags)
      case "Invalidate":
        return this.invalidate(move.target)
      case "Wait":
        return this.time.elapse(Math.ceil(move.leases * this.time.lease))
      default: {
        const compute = this.open[move.which]
        if (compute === undefined) return Effect.void
        if (move._tag === "Fill") return this.fill(compute)
        if (compute.token === undefined) return Effect.void
        return move._tag === "Release"
          ? this.release(compute, compute.token)
          : this.begin(compute.key, compute.tags, compute.token)
      }
    }
  }

  private begin(key: string, tags: ReadonlyArray<string>, token: string): Effect.Effect<void> {
    return Effect.gen({ self: this }, function*() {
      const asked = yield* Clock.currentTimeMillis
      const leased = this.ledger.leased(key, asked)
      this.ledger.asking(token)
      const answer = yield* attempt(this.time, this.store.lease(claim(key, token, this.time.lease, tags)))
      if (Option.isNone(answer)) return
      const lease = answer.value
      const heard = yield* Clock.currentTimeMillis
      if (lease._tag === "Busy") {
        assert.isTrue(lease.remaining > 0 && lease.remaining <= this.time.lease, `${lease.remaining} ms remain`)
        if (this.rigour === "exact") assert.isTrue(leased, "nobody holds the lease that is busy")
      } else if (lease._tag === "Newer") assert.fail("nobody asked for what stands")
      else if (this.ledger.granted(key, token, lease.stamp, asked, heard, this.time.lease) === "new") {
        this.open.unshift(this.ledger.began(key, tags, lease.stamp, token))
      }
      this.ledger.answered(token)
    })
  }

  private write(key: string, tags: ReadonlyArray<string>): Effect.Effect<void> {
    return Effect.flatMap(
      attempt(this.time, this.store.stamp(subject(key, tags))),
      (stamp) => Option.isNone(stamp) ? Effect.void : this.fill(this.ledger.began(key, tags, stamp.value, undefined))
    )
  }

  private fill(compute: Compute): Effect.Effect<void> {
    return Effect.gen({ self: this }, function*() {
      const { key, tags, token } = compute
      const standing = this.ledger.standing.get(key)
      const fill = this.store.fill({ key, codec: undefined, entry: entryOf(compute), token })
      const answer = yield* attempt(this.time, fill)
      this.ledger.mayHaveEnded(key, token)
      if (Option.isNone(answer)) {
        // Whether it was stored nobody knows; what stood may have been replaced by something newer.
        if (standing !== undefined && standing.stamp < compute.stamp) this.ledger.standing.delete(key)
        return
      }
      const filled = answer.value
      assert.notStrictEqual(filled, "too_large")
      const barred = (this.newest.get(key) ?? 0) > compute.stamp
      if (this.rigour === "exact" && (standing !== undefined || !barred)) {
        const refused = barred || compute.number <= this.ledger.beaten(key, tags)
        assert.strictEqual(filled, refused ? "refused" : "stored")
      }
      this.ledger.filled(compute, filled)
      if (filled === "refused") return
      this.newest.set(key, compute.stamp)
      this.beatenUnseen.delete(key)
    })
  }

  private release(compute: Compute, token: string): Effect.Effect<void> {
    return Effect.map(attempt(this.time, this.store.release(compute.key, token)), () => {
      this.ledger.mayHaveEnded(compute.key, token)
    })
  }

  private read(key: string, tags: ReadonlyArray<string>): Effect.Effect<void> {
    return Effect.gen({ self: this }, function*() {
      this.ledger.served(key, this.store.peek(key))
      const answer = yield* attempt(this.time, this.store.read(subject(key, tags)))
      if (Option.isNone(answer)) return
      const { entry, fence, invalidated } = answer.value
      this.ledger.served(key, entry)
      this.ledger.fenced(key, tags, fence)
      assert.isFalse(entry !== undefined && invalidated)
      if (this.rigour === "safe") return
      assert.strictEqual(entry?.value, this.ledger.standing.get(key)?.number)
      const held = this.store.local === "memory" ? entry : undefined
      const peeked = this.store.peek(key)
      assert.deepStrictEqual(peeked && plain(peeked), held && plain(held))
      const beaten = this.ledger.beaten(key, tags)
      for (const compute of this.ledger.computes) {
        // Of the tags of others a store may know nothing, and then says so by a high fence; what is older than
        // the last entry is refused anyway.
        const concerned = compute.key === key && compute.stamp >= (this.newest.get(key) ?? 0) &&
          tags.every((tag) => compute.tags.includes(tag))
        if (concerned && compute.number > beaten) {
          assert.isAbove(compute.stamp, fence, "a fence is no higher than it must be")
        }
      }
      if (this.beatenUnseen.has(key)) assert.isTrue(invalidated)
      this.beatenUnseen.delete(key)
    })
  }

  private invalidate(target: CacheStore.Target): Effect.Effect<void> {
    return Effect.gen({ self: this }, function*() {
      const before = new Map(this.ledger.standing)
      const returned = this.ledger.invalidating(target)
      const { dropped } = yield* sure(this.time, this.store.invalidate(target))
      returned()
      if (this.rigour === "safe") return
      const gone = Array.from(before.values()).filter(({ key }) => !this.ledger.standing.has(key))
      for (const { key } of gone) this.beatenUnseen.add(key)
      // Nobody need remember what stood when everything was dropped.
      if (target._tag === "All") this.beatenUnseen.clear()
      if (dropped === undefined) return
      if (target._tag === "Tags") {
        const carried = gone.reduce((sum, { tags }) => sum + tags.filter((tag) => target.tags.includes(tag)).length, 0)
        // An entry that another tag has beaten counts until somebody looks at it.
        assert.isTrue(
          dropped >= carried && dropped <= carried + 2 * this.beatenUnseen.size,
          `${dropped} for ${carried}`
        )
      } else assert.strictEqual(dropped, gone.length)
    })
  }
}

/** Plays the moves on a fresh store. */
export const play = (
  store: CacheStore.Shape,
  time: Time,
  rigour: Rigour,
  moves: ReadonlyArray<Move>
): Effect.Effect<void> => {
  const trial = new Trial(store, time, rigour)
  return Effect.forEach(moves, (move) => trial.move(move), { discard: true })
}
