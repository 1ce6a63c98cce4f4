/**
 * What this process knows to have been invalidated or written of late, to be said
 * again when the server may have forgotten it.
 *
 * A server that fails over loses what its replica had not yet received: entries that
 * were beaten stand again, although nobody who invalidated them was told so. Whoever
 * knows better says it again with the stamps of old, which changes nothing where
 * nothing was lost.
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
import { LRUCache } from "lru-cache"
import type { Commands } from "./commands.ts"
import type { Keys } from "./keys.ts"
import type { ScriptName } from "./lua.ts"
import * as News from "./news.ts"
import * as Plane from "./plane.ts"

type What = CacheStore.Target | News.What

interface Known {
  readonly what: What
  readonly stamp: Stamp
  /** When it was learnt, nanoseconds of the monotonic clock. */
  readonly at: bigint
}

/** Things remembered; the oldest go first. */
export const most = 1000

/**
 * Nanoseconds; longer than a failover takes, with the defaults of Sentinel too. A tombstone that has ended since is made
 * anew, which beats nothing that is held.
 */
const memory = 300_000_000_000n

/** Things said again at once. */
const concurrency = 64

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
    if ((this.known.peek(name)?.stamp ?? 0) > stamp) return
    this.known.set(name, { what, stamp, at: this.clock.monotonicTimeNanosUnsafe() })
  }

  /** Says again what is remembered; what the server had forgotten is news to all. */
  again(): Effect.Effect<void, SmartCacheError> {
    return Effect.suspend(() => {
      const since = this.clock.monotonicTimeNanosUnsafe() - memory
      const known = Array.from(this.known.values()).filter(({ at }) => at >= since)
      if (known.length === 0) return Effect.void
      const latest = written(Math.max(...known.map(({ stamp }) => stamp)))
      const advance = this.commands.run("recall", "smartCacheAdvance", [this.keys.sequence], [latest])
      // A master of a Cluster that stays away must not keep the others from learning theirs.
      const all = Effect.forEach([advance, ...known.map((each) => this.say(each))], Effect.exit, { concurrency })
      return Effect.flatMap(all, (exits) => exits.find(Exit.isFailure) ?? Effect.void)
    })
  }

  private say({ stamp, what }: Known): Effect.Effect<void, SmartCacheError> {
    const { last, news, sequence } = this.keys
    // Whoever held the value that was lost with its write learns that it is beaten.
    const told: What = what._tag === "Written" ? { _tag: "Key", key: what.key } : what
    return Effect.flatMap(this.beat(what, written(stamp)), (raised) =>
      raised
        ? Effect.asVoid(
          this.commands.run("recall", "smartCacheTell", [sequence, last], [news, written(stamp), News.write(told)])
        )
        : Effect.void)
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
