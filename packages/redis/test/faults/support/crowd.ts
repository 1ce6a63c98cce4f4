/** Readers and writers of caches while something goes wrong, and what became of each of their calls. */
import * as Invalidation from "@smart-cache/core/Invalidation"
import { Effect, Exit } from "effect"
import { type Tiers } from "../../support/shared.ts"
import { type Cached, staleness } from "./caches.ts"
import type { Truth } from "./truth.ts"

export interface Tally {
  /** Reads by where their value came from. */
  readonly sources: Record<string, number>
  /** Reads that failed, and those that were given what had been invalidated, the first of each: there should be none. */
  readonly failed: Array<string>
  readonly stale: Array<string>
  /** Milliseconds of the longest read. */
  slowest: number
}

export const tally = (): Tally => ({ sources: {}, failed: [], stale: [], slowest: 0 })

export const reads = ({ sources }: Tally): number => Object.values(sources).reduce((sum, n) => sum + n, 0)

export const hits = ({ sources }: Tally): number => (sources["memory"] ?? 0) + (sources["redis"] ?? 0)

/** A busy machine passes messages on a little late. */
const slack = 500

/** One read, with its outcome noted. */
export const read = (
  { cache }: Cached,
  reader: number,
  tiers: Tiers,
  truth: Truth,
  key: string,
  tally: Tally
): Effect.Effect<string> =>
  Effect.gen(function*() {
    const began = performance.now()
    const floor = truth.floor(key, reader, began, tiers === "redis" ? 0 : staleness + slack)
    const exit = yield* Effect.exit(cache.get(key, truth.compute(key), { tags: [truth.tagOf(key)] }))
    tally.slowest = Math.max(tally.slowest, performance.now() - began)
    if (Exit.isFailure(exit)) {
      if (tally.failed.length < 10) tally.failed.push(String(exit.cause))
      return "nothing"
    }
    const { metadata: { source }, value } = exit.value
    tally.sources[source] = (tally.sources[source] ?? 0) + 1
    const wrong = !(value.version >= floor) || !value.text.endsWith(` ${key}`)
    if (wrong && tally.stale.length < 10) {
      tally.stale.push(`${key} by ${reader} from ${source}: ${value.version} for at least ${floor}`)
    }
    return source
  })

export interface Written {
  acknowledged: number
  /** The reasons of those that failed. */
  readonly failed: Array<string>
  /** Milliseconds of the longest. */
  slowest: number
}

/** What a writer invalidates. */
export type Habit = "keys and tags" | "tags" | "nothing"

const invalidation = (truth: Truth, round: number, habit: Habit) => {
  const key = truth.keys[round % truth.keys.length]!
  const tag = truth.tagOf(key)
  return habit === "tags" || round % 2 === 0
    ? { what: Invalidation.tags(tag), keys: truth.keysOf(tag) }
    : { what: Invalidation.key(key), keys: [key] }
}

/** One change of the source, told to one of the caches. */
export const write = (
  { cache }: Cached,
  by: number,
  truth: Truth,
  round: number,
  habit: Habit,
  written: Written
): Effect.Effect<void> =>
  Effect.gen(function*() {
    const { keys, what } = invalidation(truth, round, habit)
    const changes = truth.change(keys)
    const began = performance.now()
    const exit = yield* Effect.exit(cache.invalidate(what))
    written.slowest = Math.max(written.slowest, performance.now() - began)
    if (Exit.isSuccess(exit)) {
      truth.acknowledge(changes, by, performance.now())
      written.acknowledged++
    } else {
      const reason = exit.cause.reasons[0]
      written.failed.push(reason?._tag === "Fail" ? reason.error.reason._tag : String(exit.cause))
    }
  })

/** Two readers for each cache and a few keys each, for ever. */
export const readers = (cacheds: ReadonlyArray<Cached>, tiers: Tiers, truth: Truth, tally: Tally) => {
  const loop = (cached: Cached, index: number, seat: number) =>
    Effect.gen(function*() {
      for (let turn = seat;; turn++) {
        const key = truth.keys[turn % truth.keys.length]!
        yield* read(cached, index, tiers, truth, key, tally)
        yield* Effect.sleep(4)
      }
    })
  const loops = cacheds.flatMap((cached, index) => [0, 3, 5].map((seat) => loop(cached, index, seat)))
  return Effect.all(loops, { concurrency: "unbounded", discard: true })
}

/** Changes by one cache after the other, for ever; each twice, so that the second finds computes under way. */
export const writer = (cacheds: ReadonlyArray<Cached>, truth: Truth, habit: Habit, written: Written) =>
  Effect.gen(function*() {
    if (habit === "nothing") return yield* Effect.never
    for (let round = 0;; round++) {
      const by = round % cacheds.length
      yield* write(cacheds[by]!, by, truth, round, habit, written)
      yield* Effect.sleep(20)
      yield* write(cacheds[by]!, by, truth, round, habit, written)
      yield* Effect.sleep(130)
    }
  })
