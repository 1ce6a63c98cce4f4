/** Readers: each reads again and again, in one of the ways in which a cache is read. */
import type { SmartCacheError } from "@smart-cache/core/CacheError"
import type { CacheResult } from "@smart-cache/core/CacheResult"
import type * as SmartCache from "@smart-cache/core/SmartCache"
import { Effect, Option } from "effect"
import type { Chance } from "./chance.ts"
import type { Judge } from "./Judge.ts"
import type { Table } from "./Table.ts"
import { type Job, type Line, lines, type Seen, subjectsOf } from "./world.ts"

const weights = lines.reduce((sum, { weight }) => sum + weight, 0)

const pickLine = (chance: Chance): Line => {
  let at = chance.below(weights)
  return lines.find(({ weight }) => (at -= weight) < 0) ?? lines[0]!
}

/** One read by anybody, to be repeated. */
export const reader = (
  cache: SmartCache.Shape,
  table: Table,
  judge: Judge,
  { pause }: Job,
  chance: Chance
): Effect.Effect<void> => {
  /** The truth as it was at the start, some time later; a few computes fail. */
  const compute = (line: Line): Effect.Effect<Seen, "failed"> =>
    Effect.suspend(() => {
      const seen = table.rows(table.truth(), subjectsOf(line))
      const value: Effect.Effect<Seen, "failed"> = chance.happens(0.01)
        ? Effect.fail("failed")
        : Effect.succeed({ seen })
      return Effect.andThen(Effect.sleep(5 + chance.below(35)), value)
    })
  const get = (line: Line): Effect.Effect<Option.Option<CacheResult<Seen>>, "failed" | SmartCacheError> => {
    const { key, tags } = line
    const context = chance.happens(0.005) ? { tags, refresh: "force" as const } : { tags }
    if (chance.happens(0.02)) {
      const computeAll = () => Effect.map(compute(line), (value) => new Map([[key, value]]))
      const many = cache.getMany([key], computeAll, context)
      return Effect.map(many, (results) => Option.fromNullishOr(results.get(key)))
    }
    const one = cache.get(key, compute(line), context)
    // Some leave before they are answered.
    return chance.happens(0.02) ? Effect.timeoutOption(one, chance.below(25)) : Effect.asSome(one)
  }
  return Effect.suspend(() => {
    const line = pickLine(chance)
    const beginning = judge.begin(line)
    const read = Effect.map(Effect.exit(get(line)), (end) => judge.end(beginning, end))
    return pause === 0 ? read : Effect.andThen(read, Effect.sleep(chance.below(pause)))
  })
}
