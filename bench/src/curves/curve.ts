/**
 * Cost as one thing grows, all else the same: a workload whose subjects are sizes, and what theory says of each measure.
 */
import type { Measure, Started, Workload } from "../frame/workload.ts"

/**
 * How a measure may grow with the size.
 *
 * - `flat`: not at all.
 * - `linear`: in proportion at most; a constant part makes it less.
 * - `level`: it never falls (of a throughput).
 * - `one`: it is 1, always.
 */
export type Growth = "flat" | "linear" | "level" | "one"

export interface Law {
  readonly measure: string
  readonly growth: Growth
  /** The measure that this one is divided by before it is judged. */
  readonly over?: string | undefined
  /** Why it should be so, in a few words. */
  readonly why: string
}

export interface Curve extends Workload {
  /** What grows, in the plural. */
  readonly x: string
  readonly sizes: ReadonlyArray<number>
  /** What a short look is content with. */
  readonly few: ReadonlyArray<number>
  readonly laws: ReadonlyArray<Law>
}

export interface Definition extends Omit<Curve, "subjects" | "base" | "targets" | "measures" | "rounds"> {
  readonly measures: ReadonlyArray<Pick<Measure, "name" | "unit">>
  /** Sets one size up, in a process of its own. */
  readonly start: (size: number, redis: string) => Promise<Started>
}

/** How a measure's unit says what is better. */
const better = ({ unit }: Pick<Measure, "unit">): Measure["better"] => unit === "per second" ? "more" : "less"

export const curve = ({ start, ...definition }: Definition): Curve => ({
  ...definition,
  measures: definition.measures.map((measure) => ({ ...measure, better: better(measure) })),
  subjects: Object.fromEntries(definition.sizes.map((size) => [
    String(size),
    async () => ({ start: (redis: string) => start(size, redis) })
  ])),
  base: String(definition.sizes[0]),
  targets: [],
  rounds: 9
})
