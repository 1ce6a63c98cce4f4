/** The contract of `CacheStore` over one plane: what is written down is encoded here, what is read is judged here. */
import type { Codec } from "@smart-cache/core/CacheCodec"
import type { Settings } from "@smart-cache/core/CacheConfig"
import type { Entry, Stamp } from "@smart-cache/core/CacheEntry"
import * as CacheError from "@smart-cache/core/CacheError"
import type * as CacheMetrics from "@smart-cache/core/CacheMetrics"
import type * as CacheStore from "@smart-cache/core/CacheStore"
import type { MemoryTier } from "@smart-cache/core/MemoryTier"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { Envelope } from "./envelope.ts"
import type { Keys } from "./keys.ts"
import * as Marks from "./marks.ts"
import { plainProblem } from "./plain.ts"
import type { Plane } from "./plane.ts"
import type { Reads, Texts } from "./reads.ts"
import type { Waiters } from "./waiters.ts"
import type { Watch } from "./watch.ts"

type SmartCacheError = CacheError.SmartCacheError

export interface Parts {
  readonly plane: Plane
  readonly reads: Reads
  readonly keys: Keys
  readonly envelope: Envelope
  readonly watch: Watch
  readonly waiters: Waiters
  /** What this process holds, if it holds anything. */
  readonly tier: MemoryTier | undefined
  readonly metrics: CacheMetrics.Shape
  readonly settings: Settings
}

/** What lies under a key: an entry with its value, a tombstone's stamp, or neither. */
interface Found {
  readonly entry: Entry | undefined
  readonly tombstone: Stamp
  /** The stamp of an entry that cannot be read. */
  readonly rubbish: Stamp | undefined
}

const nothing: Found = { entry: undefined, tombstone: 0, rubbish: undefined }

export class Store {
  private readonly parts: Parts
  private readonly marksOf = Marks.reader()

  constructor(parts: Parts) {
    this.parts = parts
  }

  shape(): CacheStore.Shape {
    const { plane, tier, watch } = this.parts
    return {
      local: tier === undefined ? "redis" : "memory",
      shared: "redis",
      peek: tier === undefined ? () => undefined : (key) => watch.trusted ? tier.peek(key) : undefined,
      read: (subject) => this.read(subject),
      lease: (claim) => this.lease(claim),
      release: (key, token) => plane.release(key, token),
      stamp: (subject) => plane.stamp(subject),
      fill: (fill) => this.fill(fill),
      invalidate: (target) =>
        Effect.map(plane.invalidate(target), (stamp) => {
          tier?.beat(target, stamp)
          return { stamp, dropped: undefined }
        }),
      held: Effect.sync(() => tier === undefined ? { entries: 0, bytes: 0 } : tier.held())
    }
  }

  private read(subject: CacheStore.Subject): Effect.Effect<CacheStore.Lookup, SmartCacheError> {
    const { keys, reads, tier } = this.parts
    const { codec, key, tags } = subject
    const era = tier?.era
    const names = [keys.value(key), keys.all, keys.sequence]
    for (const tag of tags) names.push(keys.mark(tag))
    return Effect.flatMap(reads.get(names), (texts) => {
      const found = this.decode(key, texts[0]!, codec)
      const marks = texts.slice(3)
      if (found.entry === undefined || alike(found.entry.tags, tags)) {
        return this.judge(subject, found, texts, marks, marks, era)
      }
      return Effect.flatMap(
        reads.get(found.entry.tags.map(keys.mark)),
        (own) => this.judge(subject, found, texts, marks, own, era)
      )
    })
  }

  /** Whether what was found stands by the marks of its own tags, and what fence a compute with the asked tags must pass. */
  private judge(
    { key }: CacheStore.Subject,
    { entry, rubbish, tombstone }: Found,
    [value, all, sequence]: Texts,
    asked: Texts,
    own: Texts,
    era: number | undefined
  ): Exit.Exit<CacheStore.Lookup> | Effect.Effect<CacheStore.Lookup, SmartCacheError> {
    const general = all == null ? Infinity : Marks.fenceOf(this.marksOf(all), key)
    // Whatever began before the last entry is refused, even when that one does not stand any more.
    const before = entry === undefined ? tombstone : entry.stamp - 1
    const fence = highest(Math.max(general, before), asked)
    const stands = entry !== undefined && entry.stamp > highest(general, own)
    if (stands) this.hold(key, entry, era)
    const lookup = (fence: Stamp): CacheStore.Lookup => ({
      entry: stands ? entry : undefined,
      invalidated: !stands && value !== null && rubbish === undefined,
      fence
    })
    if (fence < Infinity) return Exit.succeed(lookup(fence))
    // A mark is missing: whatever was beaten by it was beaten before now.
    const now = sequence == null ? Infinity : Marks.stampOf(sequence)
    return now < Infinity
      ? Exit.succeed(lookup(now))
      : Effect.map(this.parts.plane.stamp({ key, tags: [] }), lookup)
  }

  /** What was read in an era that has ended may have been invalidated meanwhile by news that were missed. */
  private hold(key: string, entry: Entry, era: number | undefined): void {
    const { tier, watch } = this.parts
    if (tier !== undefined && watch.trusted && tier.era === era) tier.hold(key, entry)
  }

  private decode(key: string, text: string | null, codec: Codec | undefined): Found {
    if (text === null) return nothing
    const { envelope, metrics, watch } = this.parts
    const decoded = envelope.decode(key, text, watch.offset)
    switch (decoded._tag) {
      case "Tombstone":
        return { ...nothing, tombstone: decoded.stamp }
      case "Rubbish":
        metrics.add("payloads_refused", 1)
        return { ...nothing, rubbish: decoded.stamp ?? Infinity }
      case "Entry": {
        const { entry } = decoded
        if (codec === undefined) return { ...nothing, entry }
        try {
          return { ...nothing, entry: { ...entry, value: codec.decode(entry.value) } }
        } catch {
          metrics.add("payloads_refused", 1)
          return { ...nothing, rubbish: entry.stamp }
        }
      }
    }
  }

  private lease(claim: CacheStore.Claim): Effect.Effect<CacheStore.Lease, SmartCacheError> {
    const { key, millis, tags } = claim
    const ended = this.parts.waiters.ended(key)
    const era = this.parts.tier?.era
    return Effect.flatMap(
      this.parts.plane.lease(claim),
      (answer): Effect.Effect<CacheStore.Lease, SmartCacheError> => {
        if (answer._tag === "granted") return Effect.succeed({ _tag: "Granted", stamp: answer.stamp })
        if (answer._tag === "busy") {
          return Effect.succeed({ _tag: "Busy", remaining: Math.min(answer.remaining, millis), ended })
        }
        const { entry, rubbish } = this.decode(key, answer.text, claim.codec)
        if (entry === undefined) return this.lease({ ...claim, newerThan: rubbish ?? Infinity })
        const others = [...new Set([...tags, ...entry.tags])].filter((tag) => !answer.checked.includes(tag))
        return Effect.flatMap(this.fence(key, answer.all, others), (fence) => {
          if (entry.stamp <= fence) return this.lease({ ...claim, newerThan: entry.stamp })
          this.hold(key, entry, era)
          return Effect.succeed({ _tag: "Newer", entry })
        })
      }
    )
  }

  private fence(key: string, all: string, tags: ReadonlyArray<string>): Effect.Effect<Stamp, SmartCacheError> {
    const general = Marks.fenceOf(this.marksOf(all), key)
    if (tags.length === 0) return Effect.succeed(general)
    const { keys, reads } = this.parts
    return Effect.map(reads.get(tags.map(keys.mark)), (marks) => highest(general, marks))
  }

  private fill({ codec, entry, key, token }: CacheStore.Fill): Effect.Effect<CacheStore.Filled, SmartCacheError> {
    const { plane, settings, tier } = this.parts
    return Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const era = tier?.era
      const text = this.encode(key, entry, codec)
      if (text instanceof CacheError.SmartCacheError) return Effect.fail(text)
      if (text === "too_large") {
        return token === undefined ? Effect.succeed(text) : Effect.as(plane.release(key, token), text)
      }
      const life = Math.max(1, Math.min(entry.staleUntil + settings.failSafe, entry.deadline) - now)
      const stored = { key, tags: entry.tags, token, text, stamp: entry.stamp, life }
      return Effect.map(plane.fill(stored), (filled) => {
        if (filled === "stored" && token === undefined) tier?.overwrite(key, entry.stamp)
        if (filled === "stored") this.hold(key, entry, era)
        return filled
      })
    })
  }

  private encode(key: string, entry: Entry, codec: Codec | undefined): string | "too_large" | SmartCacheError {
    const problem = codec === undefined ? plainProblem(entry.value) : undefined
    if (problem !== undefined) {
      return unfit(new TypeError(`the value cannot be shared as it is: ${problem}; define the cache with a Schema`))
    }
    try {
      const value = codec === undefined ? entry.value : codec.encode(entry.value)
      return this.parts.envelope.encode(key, entry, value, this.parts.watch.offset)
    } catch (error) {
      // A Schema's message may show the value.
      return unfit(new TypeError(`the value could not be encoded (${error instanceof Error ? error.name : "thrown"})`))
    }
  }
}

const unfit = (cause: TypeError): SmartCacheError => CacheError.make({ _tag: "StoreFailed", operation: "fill", cause })

const alike = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): boolean =>
  a.length === b.length && a.every((tag, i) => tag === b[i])

/** The latest of some marks; one that is missing has beaten everything. */
const highest = (fence: Stamp, marks: Texts): Stamp => {
  let latest = fence
  for (const mark of marks) latest = Math.max(latest, mark === null ? Infinity : Marks.stampOf(mark))
  return latest
}
