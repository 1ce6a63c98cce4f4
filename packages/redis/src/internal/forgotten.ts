/**
 * What a server does not know any more of what is remembered here: by plain reads of stamps, which cost it a tenth of
 * the scripts that say things again.
 */
import type { Stamp } from "@smart-cache/core/CacheEntry"
import type { SmartCacheError } from "@smart-cache/core/CacheError"
import type * as CacheStore from "@smart-cache/core/CacheStore"
import slotOf from "cluster-key-slot"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { Shape as Client } from "../IoRedis.ts"
import type { Keys } from "./keys.ts"
import * as Marks from "./marks.ts"
import type * as News from "./news.ts"
import { farAhead } from "./plane.ts"
import { Reads } from "./reads.ts"
import * as RedisFault from "./redisFault.ts"

/** Something that was invalidated or written. */
export interface Known {
  readonly what: CacheStore.Target | News.What
  readonly stamp: Stamp
  /** When it was learnt last, nanoseconds of the monotonic clock. */
  at: bigint
}

export interface Found<K> {
  readonly forgotten: ReadonlySet<K>
  /** The first failure; of what could not be read, nothing is known. */
  readonly failed: Exit.Failure<unknown, SmartCacheError> | undefined
}

/** Commands under way at once. */
export const concurrency = 128

/** The last character of an entry's or a tombstone's stamp, which begins at the third. */
const lastOfHead = 17

/** Texts, or their heads, by name; `null` where there is none. */
type Texts = ReadonlyMap<string, string | null>
type Read = Effect.Effect<ReadonlyArray<readonly [name: string, text: string | null]>, SmartCacheError>

const readMarks = (client: Client) => (names: ReadonlyArray<string>): Read =>
  Effect.map(new Reads(client).get(names), (texts) => names.map((name, i) => [name, texts[i] ?? null] as const))

const isOfOtherType = ({ reason }: SmartCacheError): boolean =>
  reason._tag === "StoreFailed" && RedisFault.from(reason.cause).code === "WRONGTYPE"

const readHead = (client: Client) => (name: string): Read => {
  const head = client.use("recall", (redis) => redis.getrange(name, 0, lastOfHead))
  return Effect.map(
    Effect.catchIf(head, isOfOtherType, () => Effect.succeed("of another type")),
    (text) => [[name, text === "" ? null : text] as const]
  )
}

/** Whether a stamp on the server is as late; one from far ahead is none. */
const covers = (found: Stamp, { stamp }: Known): boolean => found >= stamp && found <= stamp + farAhead

class Search {
  private readonly client: Client
  private readonly keys: Keys
  private readonly since: bigint
  private readonly marksOf = Marks.reader()

  constructor(client: Client, keys: Keys, since: bigint) {
    this.client = client
    this.keys = keys
    this.since = since
  }

  /** Each read fails for itself: a master of a Cluster that stays away hides only what is there. */
  reads(known: Iterable<Known>): ReadonlyArray<Read> {
    const { all, mark, value } = this.keys
    const marks = new Set<string>()
    const values = new Set<string>()
    for (const { what } of known) {
      if (what._tag === "Tags") what.tags.forEach((tag) => marks.add(mark(tag)))
      else if (what._tag === "Key" || what._tag === "Written") values.add(value(what.key))
      else marks.add(all)
    }
    const groups = this.client.topology === "cluster" ? Map.groupBy(marks, slotOf).values() : [Array.from(marks)]
    return [...Array.from(groups, readMarks(this.client)), ...Array.from(values, readHead(this.client))]
  }

  isForgotten(known: Known, texts: Texts): boolean {
    const { what } = known
    switch (what._tag) {
      case "Key":
      case "Written":
        return this.isUnburied(known, texts.get(this.keys.value(what.key)))
      case "Tags":
        return what.tags.some((tag) => isUnmarked(known, texts.get(this.keys.mark(tag))))
      default: {
        // Where it is missing, it comes back at now, later than the sequence, and beats everything.
        const all = texts.get(this.keys.all)
        return all != null && !covers(Marks.fenceOf(this.marksOf(all), what._tag === "All" ? "" : what.prefix), known)
      }
    }
  }

  /** Without a tombstone, a compute that began before may fill, unless all those have ended. */
  private isUnburied(known: Known, head: string | null | undefined): boolean {
    if (head == null) return head === null && known.at >= this.since
    return !covers(Marks.stampOf(head.slice(2)), known)
  }
}

/** No entry stands without its mark; but what is held elsewhere does until it is told. */
const isUnmarked = (known: Known, mark: string | null | undefined): boolean =>
  mark !== undefined && !covers(Marks.stampOf(mark ?? ""), known)

/** Which of these the server has forgotten; tombstones of what was learnt before `since` (as `at`) may be missing. */
export const find = <K extends Known>(
  client: Client,
  keys: Keys,
  known: ReadonlyArray<K>,
  since: bigint
): Effect.Effect<Found<K>> => {
  const search = new Search(client, keys, since)
  return Effect.map(Effect.forEach(search.reads(known), Effect.exit, { concurrency }), (exits) => {
    const texts = new Map(exits.flatMap((exit) => Exit.isSuccess(exit) ? exit.value : []))
    return {
      forgotten: new Set(known.filter((each) => search.isForgotten(each, texts))),
      failed: exits.find(Exit.isFailure)
    }
  })
}
