/** The contract of `CacheStore` over one plane: what is written down is encoded here, what is read is judged here. */
import type { Codec } from "@smart-cache/core/CacheCodec"
import type { Settings } from "@smart-cache/core/CacheConfig"
import type { Entry, Stamp } from "@smart-cache/core/CacheEntry"
import * as CacheError from "@smart-cache/core/CacheError"
import type * as CacheMetrics from "@smart-cache/core/CacheMetrics"
import * as CacheStore from "@smart-cache/core/CacheStore"
import type { MemoryTier } from "@smart-cache/core/MemoryTier"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Envelope from "./envelope.ts"
import type { Keys } from "./keys.ts"
import * as Marks from "./marks.ts"
import { plainProblem } from "./plain.ts"
import { farAhead, type Plane } from "./plane.ts"
import type { Reads, Texts } from "./reads.ts"
import type { Waiters } from "./waiters.ts"
import type { Watch } from "./watch.ts"

type SmartCacheError = CacheError.SmartCacheError

export interface Parts {
  readonly plane: Plane
  readonly reads: Reads
  readonly keys: Keys
  readonly envelope: Envelope.Envelope
  readonly watch: Watch
  readonly waiters: Waiters
  /** What this process holds, if it holds anything. */
  readonly tier: MemoryTier | undefined
  readonly metrics: CacheMetrics.Shape
  readonly settings: Settings
  /** Milliseconds that one command of a read takes at most. */
  readonly readTimeout: number
}

/** The value and its marks, the marks of tags that were not asked for, and a stamp when marks and sequence are missing. */
const mostReads = 3

/** What lies under a key: an entry with its value, a tombstone's stamp, or neither. */
interface Found {
  readonly entry: Entry | undefined
  readonly tombstone: Stamp
  /** The stamp of an entry that cannot be read. */
  readonly rubbish: Stamp | undefined
}

/** Where the marks of tags begin among the names of a read. */
const marksFrom = 3

const nothing: Found = { entry: undefined, tombstone: 0, rubbish: undefined }

/** Below this share of reads that find something, reads ask for the lease as well; a script costs a server ten times a read. */
const few = 0.25
/** Reads over which the share is smoothed. */
const memory = 16

export class Store {
  private readonly parts: Parts
  private readonly marksOf = Marks.reader()
  private saidUnfit = false
  /** Share of reads that found something, lately. */
  private found = 0

  constructor(parts: Parts) {
    this.parts = parts
  }

  shape(): CacheStore.Shape {
    const { plane, reads, tier, watch } = this.parts
    return {
      local: tier === undefined ? "redis" : "memory",
      shared: "redis",
      peek: tier === undefined ? () => undefined : (key) => watch.trusted ? tier.peek(key) : undefined,
      read: CacheStore.endsWithin(
        mostReads * this.parts.readTimeout,
        (subject, applicant) => this.ready(() => this.read(subject, applicant))
      ),
      // What is asked for in one go is sent at its end.
      instant: () => reads.go,
      look: (subject) => this.ready(() => this.examine(subject)),
      lease: (claim) => this.ready(() => this.lease(claim)),
      release: (key, token) => plane.release(key, token),
      stamp: (subject) => plane.stamp(subject),
      fill: (fill) => this.ready(() => this.fill(fill)),
      invalidate: (target) =>
        Effect.map(plane.invalidate(target), (stamp) => {
          tier?.beat(target, stamp)
          watch.told(target, stamp)
          return { stamp, dropped: undefined }
        }),
      held: () => tier === undefined ? { entries: 0, bytes: 0 } : tier.held()
    }
  }

  private read(
    subject: CacheStore.Subject,
    applicant?: () => CacheStore.Applicant | undefined
  ): Effect.Effect<CacheStore.Lookup, SmartCacheError> {
    const { plane, reads, tier } = this.parts
    const era = tier?.era
    // Where most reads find nothing, asking for the lease at once saves the second question.
    const applies = plane.sees === "all" && this.found < few ? applicant?.() : undefined
    return applies !== undefined
      ? Effect.map(this.claim(subject, applies, era), this.noted)
      : Effect.flatMap(
        reads.get(this.names(subject)),
        (texts) => Effect.mapEager(this.look(subject, texts, era), this.noted)
      )
  }

  private readonly noted = (lookup: CacheStore.Lookup): CacheStore.Lookup => {
    this.found += ((lookup.entry === undefined ? 0 : 1) - this.found) / memory
    return lookup
  }

  /** Without an era, nothing is held: the codec may be another than that of whoever reads the value. */
  private examine(subject: CacheStore.Subject): Effect.Effect<CacheStore.Lookup, SmartCacheError> {
    return Effect.flatMap(this.parts.reads.get(this.names(subject)), (texts) => this.look(subject, texts, undefined))
  }

  /** Times in Redis are the server's: nothing is read or written before its clock has been compared with this one. */
  private ready<A>(step: () => Effect.Effect<A, SmartCacheError>): Effect.Effect<A, SmartCacheError> {
    const { readTimeout, watch } = this.parts
    if (watch.measured) return step()
    const cause = "the server's clock is not known yet"
    return Effect.timeoutOrElse(Effect.andThen(watch.compare, Effect.suspend(step)), {
      duration: mostReads * readTimeout,
      orElse: () => Effect.fail(CacheError.make({ _tag: "StoreFailed", operation: "compare", cause, kind: "timeout" }))
    })
  }

  private claim(
    subject: CacheStore.Subject,
    applicant: CacheStore.Applicant,
    era: number | undefined
  ): Effect.Effect<CacheStore.Lookup, SmartCacheError> {
    const { plane, reads } = this.parts
    // As the reads of this go, so that those who come in it may share the answer.
    return Effect.flatMap(
      Effect.andThen(reads.goEnds, plane.lease({ ...subject, ...applicant, newerThan: 0 })),
      (answer) =>
        Effect.map(
          this.look(subject, answer.seen!, era),
          (lookup) => answer._tag === "granted" ? { ...lookup, granted: answer.stamp } : lookup
        )
    )
  }

  /** What a read asks for: the value, the marks of everything, the sequence, and from {@link marksFrom} those of the tags. */
  private names({ key, tags }: CacheStore.Subject): ReadonlyArray<string> {
    const { keys } = this.parts
    const names = [keys.value(key), keys.all, keys.sequence]
    for (const tag of tags) names.push(keys.mark(tag))
    return names
  }

  /** What the texts under the names of a subject say. */
  private look(
    subject: CacheStore.Subject,
    texts: Texts,
    era: number | undefined
  ): Effect.Effect<CacheStore.Lookup, SmartCacheError> {
    const { keys, reads } = this.parts
    const found = this.decode(subject, texts)
    const asked = highest(texts, marksFrom)
    if (found.entry === undefined || alike(found.entry.tags, subject.tags)) {
      return this.judge(subject, found, texts, asked, asked, era)
    }
    return Effect.flatMap(
      reads.get(found.entry.tags.map(keys.mark)),
      (own) => this.judge(subject, found, texts, asked, highest(own, 0), era)
    )
  }

  /** Whether what was found stands by the latest mark of its own tags, and what fence a compute with the asked tags must pass. */
  private judge(
    { key }: CacheStore.Subject,
    { entry, rubbish, tombstone }: Found,
    texts: Texts,
    asked: Stamp,
    own: Stamp,
    era: number | undefined
  ): Effect.Effect<CacheStore.Lookup, SmartCacheError> {
    const [value, all, sequence] = texts
    const general = all == null ? Infinity : Marks.fenceOf(this.marksOf(all), key)
    const stands = entry !== undefined && entry.stamp > Math.max(general, own)
    if (stands) this.hold(key, entry, era)
    // Whatever began before the last entry is refused, even when that one does not stand any more.
    const before = entry === undefined ? tombstone : entry.stamp - 1
    const fence = Math.max(general, before, asked)
    const invalidated = !stands && value !== null && rubbish === undefined
    const standing = stands ? entry : undefined
    if (fence < Infinity) return Exit.succeed({ entry: standing, invalidated, fence })
    // A mark is missing: whatever was beaten by it was beaten before now.
    const now = sequence == null ? Infinity : Marks.stampOf(sequence)
    return now < Infinity
      ? Exit.succeed({ entry: standing, invalidated, fence: now })
      : Effect.map(this.parts.plane.stamp({ key, tags: [] }), (fence) => ({ entry: standing, invalidated, fence }))
  }

  /** What was read in an era that has ended may have been invalidated meanwhile by news that were missed. */
  private hold(key: string, entry: Entry, era: number | undefined): void {
    const { tier, watch } = this.parts
    if (tier !== undefined && watch.trusted && tier.era === era) tier.hold(key, entry)
  }

  private decode({ codec, key }: CacheStore.Subject, [text, , sequence]: Texts): Found {
    if (text == null) return nothing
    const { envelope, metrics, watch } = this.parts
    const decoded = envelope.decode(key, text, watch.offset)
    const { stamp = 0 } = decoded._tag === "Entry" ? decoded.entry : decoded
    // No stamp can be so far ahead of the last one that was given: what has it could not be invalidated.
    if (sequence != null && stamp > Marks.stampOf(sequence) + farAhead) {
      metrics.add("payloads_refused", 1)
      return { ...nothing, rubbish: Infinity }
    }
    switch (decoded._tag) {
      case "Tombstone":
        return { ...nothing, tombstone: decoded.stamp }
      case "Rubbish":
        metrics.add("payloads_refused", 1)
        return { ...nothing, rubbish: decoded.stamp ?? Infinity }
      case "Entry": {
        try {
          const { entry } = decoded
          const createdAt = watch.past(entry.createdAt)
          if (codec === undefined && createdAt === entry.createdAt) return { ...nothing, entry }
          const value = codec === undefined ? entry.value : codec.decode(entry.value)
          return { ...nothing, entry: { ...entry, createdAt, value } }
        } catch {
          metrics.add("payloads_refused", 1)
          return { ...nothing, rubbish: stamp }
        }
      }
    }
  }

  private lease(claim: CacheStore.Claim): Effect.Effect<CacheStore.Lease, SmartCacheError> {
    const { plane, reads, tier, waiters } = this.parts
    const ended = waiters.ended(claim.key)
    const era = tier?.era
    return Effect.flatMap(plane.lease(claim), (answer): Effect.Effect<CacheStore.Lease, SmartCacheError> => {
      if (answer._tag === "granted") return Effect.succeed({ _tag: "Granted", stamp: answer.stamp })
      if (answer._tag === "busy") {
        const { remaining, stamp } = answer
        return Effect.succeed({ _tag: "Busy", stamp, remaining: Math.min(remaining, claim.millis), ended })
      }
      const { seen, text } = answer
      const texts = seen !== undefined
        ? Effect.succeed(seen)
        : Effect.map(reads.get(this.names(claim).slice(1)), (others) => [text, ...others])
      return Effect.flatMap(
        Effect.flatMap(texts, (texts) => this.look(claim, texts, era)),
        ({ entry, fence }) =>
          entry !== undefined && entry.stamp > fence
            ? Effect.succeed({ _tag: "Newer", entry })
            // It is beaten after all, or cannot be read: ask again as if it were not there.
            : this.lease({ ...claim, newerThan: Envelope.headStamp(text) ?? Infinity })
      )
    })
  }

  private fill(fill: CacheStore.Fill): Effect.Effect<CacheStore.Filled, SmartCacheError> {
    const { codec, entry, key, token } = fill
    const { plane, settings, tier, watch } = this.parts
    return Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const era = tier?.era
      const text = this.encode(key, entry, codec)
      if (text instanceof CacheError.SmartCacheError) {
        return Effect.andThen(this.sayUnfit(text), this.keepHere(fill, Effect.fail(text)))
      }
      if (text === "too_large") return this.keepHere(fill, Effect.succeed(text))
      const life = Math.max(1, Math.min(entry.staleUntil + settings.failSafe, entry.deadline) - now)
      const stored = { key, tags: entry.tags, token, text, stamp: entry.stamp, life }
      // A write that failed may have been done all the same: what memory has may be old, and is asked for again.
      const filling = token === undefined
        ? Effect.onError(plane.fill(stored), () => Effect.sync(() => tier?.delete(key)))
        : plane.fill(stored)
      return Effect.map(filling, (filled) => {
        // What refused a write is later still: either way, what was computed before is old.
        if (filled !== "too_large" && token === undefined) tier?.overwrite(key, entry.stamp)
        if (filled === "stored" && token === undefined) watch.told({ _tag: "Written", key }, entry.stamp)
        if (filled === "stored") this.hold(key, entry, era)
        return filled
      })
    })
  }

  /** A value that cannot be shared is held by the process that computed it, if that holds anything. */
  private keepHere<E>(
    { entry, key, token }: CacheStore.Fill,
    otherwise: Effect.Effect<CacheStore.Filled, E>
  ): Effect.Effect<CacheStore.Filled, E | SmartCacheError> {
    // An explicit write is for everybody, or it has failed.
    if (token === undefined) return otherwise
    const { plane, tier } = this.parts
    this.hold(key, entry, tier?.era)
    return Effect.andThen(plane.release(key, token), tier === undefined ? otherwise : Effect.succeed("stored" as const))
  }

  /** Says once what keeps a value from being shared: the next ones are mostly of the same cache. */
  private sayUnfit({ message }: SmartCacheError): Effect.Effect<void> {
    if (this.saidUnfit) return Effect.void
    this.saidUnfit = true
    return Effect.logWarning(`smart-cache: a value is not shared, every process computes it: ${message}`)
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

/** What is wrong with a value says nothing about the server. */
const unfit = (cause: TypeError): SmartCacheError =>
  CacheError.make({ _tag: "StoreFailed", operation: "fill", cause, kind: "unrelated" })

const alike = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): boolean =>
  a.length === b.length && a.every((tag, i) => tag === b[i])

/** The latest of the marks from a place on; one that is missing has beaten everything. */
const highest = (texts: Texts, from: number): Stamp => {
  let latest = 0
  for (let i = from; i < texts.length; i++) {
    const mark = texts[i]
    latest = Math.max(latest, mark == null ? Infinity : Marks.stampOf(mark))
  }
  return latest
}
