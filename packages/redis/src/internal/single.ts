/** The steps on one server: each is one script over all its keys. */
import type { Stamp } from "@smart-cache/core/CacheEntry"
import type { SmartCacheError } from "@smart-cache/core/CacheError"
import type * as CacheStore from "@smart-cache/core/CacheStore"
import * as Effect from "effect/Effect"
import { absurd, type Commands } from "./commands.ts"
import type { Keys } from "./keys.ts"
import * as Marks from "./marks.ts"
import * as News from "./news.ts"
import * as Plane from "./plane.ts"
import * as Steps from "./steps.ts"

/** How often a fill looks again at prefixes that change meanwhile. */
const looks = 3

class Single {
  private readonly commands: Commands
  private readonly keys: Keys
  private readonly lifetimes: Plane.Lifetimes
  private readonly marksOf = Marks.reader()
  /** The marks of everything and of prefixes as last seen; marks only rise, so what they beat stays beaten. */
  private all: string | undefined

  constructor(commands: Commands, keys: Keys, lifetimes: Plane.Lifetimes) {
    this.commands = commands
    this.keys = keys
    this.lifetimes = lifetimes
  }

  private marks(tags: ReadonlyArray<string>): ReadonlyArray<string> {
    return tags.map(this.keys.mark)
  }

  lease({ key, millis, newerThan, tags, token }: Plane.Wish): Effect.Effect<Plane.Answer, SmartCacheError> {
    const { all, lease, sequence, value } = this.keys
    const names = [value(key), lease(key), sequence, all, ...this.marks(tags)]
    const args = [
      token,
      Math.ceil(millis),
      newerThan === Infinity ? -1 : newerThan,
      this.lifetimes.marks,
      this.lifetimes.giant,
      Plane.tombstoneLife(this.lifetimes)
    ]
    return Steps.answered(this.commands, this.commands.run("lease", "smartCacheLease", names, args))
  }

  stamp({ tags }: Plane.About): Effect.Effect<Stamp, SmartCacheError> {
    const { all, sequence } = this.keys
    const names = [sequence, all, ...this.marks(tags)]
    return Effect.map(this.commands.run("stamp", "smartCacheStamp", names, [this.lifetimes.marks]), Number)
  }

  fill(stored: Plane.Stored, looked = 0): Effect.Effect<CacheStore.Filled, SmartCacheError> {
    const { key, stamp, token } = stored
    const fence = this.all === undefined ? 0 : Marks.fenceOf(this.marksOf(this.all), key)
    // What cannot be read as a mark beats everything, until it is gone: that only the server knows.
    if (looked === looks || (fence < Infinity && stamp <= fence)) {
      const refused = Effect.succeed("refused" as const)
      return token === undefined
        ? refused
        : Effect.andThen(Steps.release(this.commands, this.keys, key, token), refused)
    }
    return Effect.flatMap(this.store(stored), (reply) => {
      const [tag, all] = Array.isArray(reply) ? reply as ReadonlyArray<unknown> : []
      if (tag === "stored" || tag === "refused") return Effect.succeed(tag)
      if (tag !== "look" || typeof all !== "string") return absurd(this.commands, "fill")
      this.all = all
      return this.fill(stored, looked + 1)
    })
  }

  /** Stores under the marks of prefixes that were seen last: if they have changed, the server says so. */
  private store({ key, life, stamp, tags, text, token }: Plane.Stored): Effect.Effect<unknown, SmartCacheError> {
    const { all, hints, last, lease, news, sequence, value } = this.keys
    const { horizon } = this.lifetimes
    return this.commands.run(
      "fill",
      "smartCacheFill",
      [value(key), lease(key), sequence, all, last, ...this.marks(tags)],
      [
        token ?? "",
        hints,
        JSON.stringify(key),
        text,
        stamp,
        Plane.lifeOf(life, this.lifetimes),
        horizon,
        Plane.marksLife(life, this.lifetimes),
        this.all ?? "",
        news,
        token === undefined ? News.write({ _tag: "Written", key }) : ""
      ]
    )
  }

  invalidate(target: CacheStore.Target): Effect.Effect<Stamp, SmartCacheError> {
    const { last, news, sequence, value } = this.keys
    const what = News.write(target)
    const names = [sequence, last]
    const { marks } = this.lifetimes
    const run = () => {
      switch (target._tag) {
        case "Key":
          return this.commands.run("invalidate", "smartCacheBeatKey", [...names, value(target.key)], [
            news,
            what,
            Plane.tombstoneLife(this.lifetimes)
          ])
        case "Tags":
          return this.commands.run("invalidate", "smartCacheBeatTags", [...names, ...this.marks(target.tags)], [
            news,
            what,
            marks
          ])
        default:
          return Steps.beatMany(this.commands, this.keys, target, what)
      }
    }
    return Effect.map(run(), Number)
  }
}

export const make = (commands: Commands, keys: Keys, lifetimes: Plane.Lifetimes): Plane.Plane => {
  const single = new Single(commands, keys, lifetimes)
  return {
    sees: "all",
    lease: (wish) => single.lease(wish),
    release: (key, token) => Steps.release(commands, keys, key, token),
    stamp: (about) => single.stamp(about),
    fill: (stored) => single.fill(stored),
    invalidate: (target) => single.invalidate(target)
  }
}
