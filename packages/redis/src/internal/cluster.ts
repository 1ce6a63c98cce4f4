/**
 * The steps on a Cluster: slot by slot, in an order in which whatever fails in
 * between costs work and never serves what is beaten.
 *
 * A stamp is taken first, marks and tombstones follow, and news go out last: an
 * invalidation that has returned is in force everywhere.
 */
import type { Stamp } from "@smart-cache/core/CacheEntry"
import type { SmartCacheError } from "@smart-cache/core/CacheError"
import type * as CacheStore from "@smart-cache/core/CacheStore"
import slotOf from "cluster-key-slot"
import * as Effect from "effect/Effect"
import { absurd, type Commands } from "./commands.ts"
import type { Keys } from "./keys.ts"
import * as Marks from "./marks.ts"
import * as News from "./news.ts"
import * as Plane from "./plane.ts"
import type { Reads } from "./reads.ts"
import * as RedisFault from "./redisFault.ts"
import * as Steps from "./steps.ts"

const none: ReadonlyArray<string> = []
const everyone = { concurrency: "unbounded", discard: true } as const

class Cluster {
  private readonly commands: Commands
  private readonly reads: Reads
  private readonly keys: Keys
  private readonly lifetimes: Plane.Lifetimes
  private readonly marksOf = Marks.reader()

  constructor(commands: Commands, reads: Reads, keys: Keys, lifetimes: Plane.Lifetimes) {
    this.commands = commands
    this.reads = reads
    this.keys = keys
    this.lifetimes = lifetimes
  }

  lease({ key, millis, newerThan, tags, token }: Plane.Wish): Effect.Effect<Plane.Answer, SmartCacheError> {
    const { lease, value } = this.keys
    const floor = Math.min(newerThan, Number.MAX_SAFE_INTEGER)
    const take = (stamp: Stamp) =>
      this.commands.run("lease", "smartCacheLeaseAt", [value(key), lease(key)], [
        token,
        Math.ceil(millis),
        floor,
        stamp,
        this.lifetimes.giant,
        Plane.tombstoneLife(this.lifetimes)
      ])
    return Steps.answered(this.commands, Effect.flatMap(this.stamp({ tags }), take))
  }

  /**
   * A stamp, after marks that are missing have come back just before it.
   *
   * They come back later than a stamp that was taken before: what an invalidation in between has beaten, they beat.
   */
  stamp({ tags }: Pick<Plane.About, "tags">): Effect.Effect<Stamp, SmartCacheError> {
    if (tags.length === 0) return this.tick(0)
    return Effect.flatMap(this.tick(0), (stamp) =>
      Effect.flatMap(
        Effect.forEach(tags, (tag) => this.restore(tag, stamp), { concurrency: "unbounded" }),
        (marks) => {
          const floor = Math.max(...marks)
          return floor < stamp ? Effect.succeed(stamp) : this.tick(floor)
        }
      ))
  }

  /** A stamp later than a mark. */
  private tick(floor: Stamp): Effect.Effect<Stamp, SmartCacheError> {
    const { all, sequence } = this.keys
    const args = [this.lifetimes.marks, floor]
    return Effect.map(this.commands.run("stamp", "smartCacheStamp", [sequence, all], args), Number)
  }

  private restore(tag: string, stamp: Stamp): Effect.Effect<Stamp, SmartCacheError> {
    const args = [this.lifetimes.marks, String(stamp).padStart(16, "0")]
    return Effect.map(this.commands.run("stamp", "smartCacheRestore", [this.keys.mark(tag)], args), Number)
  }

  /** What the marks beat is refused before it is stored; what they beat meanwhile, no reader will take. */
  fill(stored: Plane.Stored): Effect.Effect<CacheStore.Filled, SmartCacheError> {
    const { key, stamp, tags, token } = stored
    const names = [this.keys.all, ...tags.map(this.keys.mark)]
    return Effect.flatMap(this.reads.get(names), ([all, ...marks]) => {
      const fence = Math.max(
        Marks.fenceOf(this.marksOf(all ?? ""), key),
        ...marks.map((mark) => Marks.stampOf(mark ?? ""))
      )
      if (stamp > fence) return this.put(stored)
      return token === undefined
        ? Effect.succeed("refused" as const)
        : Effect.as(Steps.release(this.commands, this.keys, key, token), "refused" as const)
    })
  }

  private put(
    { key, life, stamp, tags, text, token }: Plane.Stored
  ): Effect.Effect<CacheStore.Filled, SmartCacheError> {
    const { hints, lease, mark, value } = this.keys
    const marksLife = Plane.marksLife(life, this.lifetimes)
    const put = this.commands.run("fill", "smartCacheFillAt", [value(key), lease(key)], [
      token ?? "",
      hints,
      JSON.stringify(key),
      text,
      stamp,
      Plane.lifeOf(life, this.lifetimes),
      this.lifetimes.horizon
    ])
    const outlast = (tag: string) =>
      this.commands.client.use("fill", (redis) => redis.pexpire(mark(tag), marksLife, "GT"))
    return Effect.flatMap(put, (reply) => {
      const [filled] = Array.isArray(reply) ? reply as ReadonlyArray<unknown> : []
      if (filled === "refused") return Effect.succeed(filled)
      if (filled !== "stored") return absurd(this.commands, "fill")
      const told = token === undefined ? this.tell(stamp, { _tag: "Written", key }) : Effect.void
      return Effect.as(Effect.andThen(told, Effect.forEach(tags, outlast, everyone)), filled)
    })
  }

  invalidate(target: CacheStore.Target): Effect.Effect<Stamp, SmartCacheError> {
    if (target._tag === "Prefix" || target._tag === "All") {
      return Effect.map(Steps.beatMany(this.commands, this.keys, target, News.write(target)), Number)
    }
    const beat = (stamp: Stamp) =>
      target._tag === "Key" ? this.beatKey(target.key, stamp) : this.beatTags(target.tags, stamp)
    return Effect.tap(
      this.stamp({ tags: none }),
      (stamp) => Effect.andThen(beat(stamp), this.tell(stamp, target))
    )
  }

  private beatKey(key: string, stamp: Stamp): Effect.Effect<void, SmartCacheError> {
    const args = [String(stamp).padStart(16, "0"), Plane.tombstoneLife(this.lifetimes)]
    return Effect.asVoid(this.commands.run("invalidate", "smartCacheBeatKeyAt", [this.keys.value(key)], args))
  }

  private beatTags(tags: ReadonlyArray<string>, stamp: Stamp): Effect.Effect<void, SmartCacheError> {
    const slots = Map.groupBy(tags.map(this.keys.mark), slotOf)
    const args = [String(stamp).padStart(16, "0"), this.lifetimes.marks]
    const beat = (marks: ReadonlyArray<string>) => this.commands.run("invalidate", "smartCacheBeatTagsAt", marks, args)
    const slot = (marks: ReadonlyArray<string>) =>
      Effect.catchIf(
        beat(marks),
        (error) => marks.length > 1 && RedisFault.isScattered(error),
        // The slot is moving, and only single keys of it are served.
        () => Effect.forEach(marks, (mark) => beat([mark]), everyone)
      )
    return Effect.forEach(slots.values(), slot, everyone)
  }

  private tell(stamp: Stamp, what: News.What | CacheStore.Target): Effect.Effect<void, SmartCacheError> {
    const { last, news, sequence } = this.keys
    const args = [news, String(stamp).padStart(16, "0"), News.write(what)]
    return Effect.asVoid(this.commands.run("tell", "smartCacheTell", [sequence, last], args))
  }
}

export const make = (commands: Commands, reads: Reads, keys: Keys, lifetimes: Plane.Lifetimes): Plane.Plane => {
  const cluster = new Cluster(commands, reads, keys, lifetimes)
  return {
    sees: "apart",
    lease: (wish) => cluster.lease(wish),
    release: (key, token) => Steps.release(commands, keys, key, token),
    stamp: (about) => cluster.stamp(about),
    fill: (stored) => cluster.fill(stored),
    invalidate: (target) => cluster.invalidate(target)
  }
}
