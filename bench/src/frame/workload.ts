/**
 * What is measured: a workload, the subjects that do it, and what is asked of them.
 *
 * Each subject does its rounds in a process of its own; the parent has them take turns, one at a time.
 */

/** What a round measured, by the names of the workload's measures. */
export type Measured = Readonly<Record<string, number>>

/** A subject at work. */
export interface Started {
  /**
   * Does the work once and says what it measured: every measure of the workload, in its unit.
   *
   * Throws when a value was wrong, a read failed or something was not set up as meant: there is no figure then.
   */
  readonly round: () => Promise<Measured>
  readonly stop: () => Promise<void>
}

/** One side of a comparison: a peer, a floor or a way to use this cache. */
export interface Subject {
  /** Called in the subject's own process; `redis` is the URL of a server when the workload asks for one. */
  readonly start: (redis: string) => Promise<Started>
}

export interface Measure {
  readonly name: string
  readonly unit: "ns" | "µs" | "ms" | "per second" | "bytes" | "count" | "×" | "%"
  readonly better: "less" | "more"
}

/**
 * What this cache is to reach; `times` is relative to another subject's median in the same run. `limit` is the median's,
 * but that of a count holds in every round.
 */
export type Target =
  & { readonly subject: string; readonly measure: string; readonly says: string }
  & ({ readonly limit: number } | { readonly times: number; readonly of: string })

export interface Workload {
  readonly name: string
  readonly title: string
  /** `standing`: one server for all; `fresh`: the same, emptied before each round; `none`. */
  readonly redis: "none" | "standing" | "fresh"
  readonly measures: ReadonlyArray<Measure>
  /** Every subject under its name, by the module that exports it, so that a process loads one peer and no other. */
  readonly subjects: Readonly<Record<string, () => Promise<Subject>>>
  /** The subject whose median every ratio is to. */
  readonly base: string
  readonly targets: ReadonlyArray<Target>
  /** Rounds by default, at least five. */
  readonly rounds: number
}

/** Workloads by name, by the module that exports each. */
export type Registry = Readonly<Record<string, () => Promise<{ readonly workload: Workload }>>>
