/** Writers: make something old, invalidate it through their cache, and say so once that is acknowledged. */
import * as Invalidation from "@smart-cache/core/Invalidation"
import type * as SmartCache from "@smart-cache/core/SmartCache"
import { Effect } from "effect"
import type { Chance } from "./chance.ts"
import type { Table } from "./Table.ts"
import { type Job, keySubject, lines, ownKey, tags, tagSubject } from "./world.ts"

const shared = lines.map(({ key }) => key).filter((key) => !key.startsWith("own:"))
const prefixes = ["plain:", "p:{m0}", "p:{m1}:g"]

export class Writers {
  private readonly cache: SmartCache.Shape
  private readonly table: Table
  private readonly job: Job
  private readonly chance: Chance
  writes = 0

  constructor(cache: SmartCache.Shape, table: Table, job: Job, chance: Chance) {
    this.cache = cache
    this.table = table
    this.job = job
    this.chance = chance
  }

  /** Raises the subjects, runs the step, and acknowledges them when it has succeeded. */
  private write<A, E>(subjects: ReadonlyArray<number>, step: () => Effect.Effect<A, E>): Effect.Effect<void> {
    return Effect.suspend(() => {
      const versions = subjects.map((subject) => this.table.raise(subject))
      return Effect.match(step(), {
        // Whether it was carried out nobody knows, so nobody may rely on it.
        onFailure: () => {},
        onSuccess: () => {
          this.writes++
          subjects.forEach((subject, i) => this.table.acknowledge(subject, versions[i]!))
        }
      })
    })
  }

  private invalidate(subjects: ReadonlyArray<number>, what: Invalidation.Invalidation): Effect.Effect<void> {
    return this.write(subjects, () => this.cache.invalidate(what))
  }

  /** Invalidates something that others invalidate, too. */
  private common(): Effect.Effect<void> {
    const { chance } = this
    const draw = chance.next()
    if (draw < 0.4) {
      const key = chance.pick(shared)
      return this.invalidate([keySubject(key)], Invalidation.key(key))
    }
    if (draw < 0.93) {
      const named = [...new Set(chance.happens(0.7) ? [chance.pick(tags)] : [chance.pick(tags), chance.pick(tags)])]
      return this.invalidate(named.map(tagSubject), Invalidation.tags(...named))
    }
    const prefix = draw < 0.99 ? chance.pick(prefixes) : ""
    const concerned = shared.filter((key) => key.startsWith(prefix)).map(keySubject)
    return this.invalidate(concerned, prefix === "" ? Invalidation.all : Invalidation.prefix(prefix))
  }

  /** Writes to this process's key, or invalidates it; to be run by one at a time. */
  private own(): Effect.Effect<void> {
    const key = ownKey(this.job.process)
    const subject = keySubject(key)
    if (this.chance.happens(0.5)) return this.invalidate([subject], Invalidation.key(key))
    return this.write(
      [subject],
      () => this.cache.set(key, { seen: this.table.rows(this.table.truth(), [subject]) }, { tags: [] })
    )
  }

  private pause(): Effect.Effect<void> {
    return Effect.sleep(1 + this.chance.below(this.job.quiet))
  }

  readonly anything: Effect.Effect<void> = Effect.suspend(() => Effect.andThen(this.common(), this.pause()))
  readonly ours: Effect.Effect<void> = Effect.suspend(() => Effect.andThen(this.own(), this.pause()))
}
