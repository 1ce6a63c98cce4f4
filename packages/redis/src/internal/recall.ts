/**
 * What this process knows to have been invalidated or written of late, to be said
 * again when the server may have forgotten it.
 *
 * A server that fails over loses what its replica had not yet received: entries that
 * were beaten stand again, although nobody who invalidated them was told so. Whoever
 * knows better says it again with the stamps of old.
 *
 * Everybody does, at the worst moment: when the server has just come back. So plain
 * reads say first what was forgotten, each process asks at a moment of its own, and
 * what one has restored, the others find in its place.
 *
 * So an invalidation stays lost only if every process that knew of it has ended, or
 * has since forgotten it over a thousand others or five minutes.
 */
import type { Stamp } from "@smart-cache/core/CacheEntry"
import type { SmartCacheError } from "@smart-cache/core/CacheError"
import type * as CacheStore from "@smart-cache/core/CacheStore"
import slotOf from "cluster-key-slot"
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Random from "effect/Random"
import { LRUCache } from "lru-cache"
import type { Commands } from "./commands.ts"
import * as Forgotten from "./forgotten.ts"
import type { Keys } from "./keys.ts"
import type { ScriptName } from "./lua.ts"
import * as News from "./news.ts"
import * as Plane from "./plane.ts"

type What = CacheStore.Target | News.What

interface Known extends Forgotten.Known {
  /** It may have been restored by a script whose answer, or whose news, got lost: nobody will find it forgotten again. */
  untold: boolean
}

/** Things remembered; the oldest go first. */
export const most = 1000

/**
 * Nanoseconds; longer than a failover takes, with the defaults of Sentinel too. A tombstone that has ended since is made
 * anew, which beats nothing that is held.
 */
const memory = 300_000_000_000n

/** All that can be done is, whatever fails: a master of a Cluster that stays away must not keep the others from learning theirs. */
const succeedAll = (
  effects: ReadonlyArray<Effect.Effect<unknown, SmartCacheError>>,
  concurrency: number
): Effect.Effect<void, SmartCacheError> =>
  Effect.flatMap(
    Effect.forEach(effects, Effect.exit, { concurrency }),
    (exits) => Effect.asVoid(exits.find(Exit.isFailure) ?? Effect.void)
  )

const written = (stamp: Stamp): string => String(stamp).padStart(16, "0")

export class Recall {
  private readonly known = new LRUCache<string, Known>({ max: most })
  private readonly commands: Commands
  private readonly keys: Keys
  private readonly lifetimes: Plane.Lifetimes
  private readonly clock: Clock.Clock

  constructor(commands: Commands, keys: Keys, lifetimes: Plane.Lifetimes, clock: Clock.Clock) {
    this.commands = commands
    this.keys = keys
    this.lifetimes = lifetimes
    this.clock = clock
  }

  /** Remembers; of two about the same, the later. */
  note(what: What, stamp: Stamp): void {
    const name = News.write(what)
    const at = this.clock.monotonicTimeNanosUnsafe()
    const known = this.known.get(name)
    if (known === undefined || known.stamp < stamp) this.known.set(name, { what, stamp, at, untold: false })
    else if (known.stamp === stamp) known.at = at
  }

  /**
   * Says again what the server has forgotten of what is remembered, which is news to all.
   *
   * Stamps issued from now on are later than those of old, at once; the rest begins at a random moment within `spread`
   * (milliseconds).
   */
  again(spread = 0): Effect.Effect<void, SmartCacheError> {
    return Effect.suspend(() => {
      const known = this.recent()
      if (known.length === 0) return Effect.void
      const latest = written(Math.max(...known.map(({ stamp }) => stamp)))
      const advance = this.commands.run("recall", "smartCacheAdvance", [this.keys.sequence], [latest])
      const pause = spread > 0 ? Effect.flatMap(Random.nextBetween(0, spread), Effect.sleep) : Effect.void
      return succeedAll([advance, Effect.andThen(pause, this.restore())], 2)
    })
  }

  private recent(): ReadonlyArray<Known> {
    const since = this.clock.monotonicTimeNanosUnsafe() - memory
    return Array.from(this.known.values()).filter(({ at }) => at >= since)
  }

  /** Batch by batch, for what another process restores meanwhile; in an order of its own, for all not to restore the same. */
  private restore(): Effect.Effect<void, SmartCacheError> {
    return Effect.flatMap(Effect.suspend(() => Random.shuffle(this.recent())), (known) => {
      const batches = Array.from(
        { length: Math.ceil(known.length / Forgotten.concurrency) },
        (_, i) => this.restoreBatch(known.slice(i * Forgotten.concurrency, (i + 1) * Forgotten.concurrency))
      )
      return succeedAll(batches, 1)
    })
  }

  private restoreBatch(known: ReadonlyArray<Known>): Effect.Effect<void, SmartCacheError> {
    return Effect.suspend(() => {
      const { client } = this.commands
      const tombstones = BigInt(Plane.tombstoneLife(this.lifetimes)) * 1_000_000n
      const since = this.clock.monotonicTimeNanosUnsafe() - tombstones
      return Effect.flatMap(Forgotten.find(client, this.keys, known, since), ({ failed, forgotten }) => {
        const beaten = known.filter((each) => forgotten.has(each)).map((each) => this.say(each))
        const untold = known.filter((each) => each.untold && !forgotten.has(each)).map((each) => this.tell(each))
        return succeedAll([...beaten, ...untold, failed ?? Effect.void], Forgotten.concurrency)
      })
    })
  }

  private say(known: Known): Effect.Effect<void, SmartCacheError> {
    return Effect.suspend(() => {
      const { untold } = known
      known.untold = true
      return Effect.flatMap(this.beat(known.what, written(known.stamp)), (raised) => {
        if (raised || untold) return this.tell(known)
        // Another process has been faster, and tells.
        known.untold = false
        return Effect.void
      })
    })
  }

  private tell(known: Known): Effect.Effect<void, SmartCacheError> {
    const { last, news, sequence } = this.keys
    const { stamp, what } = known
    // Whoever held the value that was lost with its write learns that it is beaten.
    const told: What = what._tag === "Written" ? { _tag: "Key", key: what.key } : what
    const args = [news, written(stamp), News.write(told)]
    return Effect.map(this.commands.run("recall", "smartCacheTell", [sequence, last], args), () => {
      known.untold = false
    })
  }

  /** Whether anything was forgotten. */
  private beat(what: What, stamp: string): Effect.Effect<boolean, SmartCacheError> {
    const { all, mark, sequence, value } = this.keys
    const run = (name: ScriptName, keys: ReadonlyArray<string>, args: ReadonlyArray<string | number>) =>
      Effect.map(this.commands.run("recall", name, keys, args), (reply) => reply === 1)
    switch (what._tag) {
      case "Key":
      case "Written":
        return run("smartCacheBeatKeyAt", [value(what.key)], [stamp, Plane.tombstoneLife(this.lifetimes)])
      case "Tags": {
        const slots = Array.from(Map.groupBy(what.tags.map(mark), slotOf).values())
        const beat = (marks: ReadonlyArray<string>) => run("smartCacheBeatTagsAt", marks, [stamp, this.lifetimes.marks])
        return Effect.map(Effect.forEach(slots, beat), (raised) => raised.includes(true))
      }
      default: {
        const prefix = what._tag === "All" || what.prefix === "" ? "" : JSON.stringify(what.prefix)
        return run("smartCacheBeatManyAt", [sequence, all], [stamp, prefix, Plane.longestLife, Plane.maxPrefixes])
      }
    }
  }
}
