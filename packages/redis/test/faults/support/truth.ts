/** What the caches of a test stand in for: a source whose values have versions, and which of them a reader may still be given. */
import { Effect } from "effect"

/** Part of every value: where it is seen, a value was seen. */
export const canary = "canary-of-a-value"

export interface Value {
  readonly version: number
  readonly text: string
}

interface Acknowledged {
  readonly at: number
  readonly version: number
  /** The cache that was told. */
  readonly by: number
}

const tagCount = 3

export class Truth {
  readonly keys: ReadonlyArray<string>
  private readonly versions = new Map<string, number>()
  private readonly acknowledged = new Map<string, Array<Acknowledged>>()
  computes = 0

  constructor(size: number) {
    this.keys = Array.from({ length: size }, (_, i) => `key:${i}`)
  }

  tagOf(key: string): string {
    return `tag:${Math.max(0, this.keys.indexOf(key)) % tagCount}`
  }

  keysOf(tag: string): ReadonlyArray<string> {
    return this.keys.filter((key) => this.tagOf(key) === tag)
  }

  /** The value as it is when the compute begins; it never fails, and now and then takes long enough to be overtaken. */
  compute(key: string): Effect.Effect<Value> {
    return Effect.suspend(() => {
      const millis = ++this.computes % 3 === 0 ? 60 : 5
      return Effect.as(Effect.sleep(millis), { version: this.versionOf(key), text: `${canary} of ${key}` })
    })
  }

  versionOf(key: string): number {
    return this.versions.get(key) ?? 0
  }

  /** The source changes; says what to acknowledge once the caches have been told. */
  change(keys: ReadonlyArray<string>): ReadonlyArray<readonly [key: string, version: number]> {
    return keys.map((key) => {
      const version = this.versionOf(key) + 1
      this.versions.set(key, version)
      return [key, version] as const
    })
  }

  /** An invalidation after these changes has been acknowledged to one of the caches. */
  acknowledge(changes: ReadonlyArray<readonly [key: string, version: number]>, by: number, at: number): void {
    for (const [key, version] of changes) {
      const known = this.acknowledged.get(key) ?? []
      known.push({ at, version, by })
      this.acknowledged.set(key, known)
    }
  }

  /** The oldest version that a read which begins now may be given, where others' invalidations may take `lag` ms to arrive. */
  floor(key: string, reader: number, now: number, lag: number): number {
    const known = this.acknowledged.get(key) ?? []
    return known.reduce(
      (floor, { at, by, version }) => at + (by === reader ? 0 : lag) <= now ? Math.max(floor, version) : floor,
      0
    )
  }
}
