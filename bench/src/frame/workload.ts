/**
 * What is measured: a workload, the subjects that do it, and what is asked of them.
 *
 * Each subject does its rounds in a process of its own; the parent has them take turns, one at a time.
 */

/** A subject at work. */
export interface Started {
  /**
   * Does the work once and says what it measured, by the names of the workload's measures.
   *
   * Throws when a value was wrong, a read failed or something was not set up as meant: there is no figure then.
   */
  readonly round: () => Promise<Readonly<Record<string, number>>>
  readonly stop: () => Promise<void>
}

/** One side of a comparison: a peer, a floor or a way to use this cache. */
export interface Subject {
  readonly name: string
  /** Called in the subject's own process; `redis` is the URL of a server when the workload asks for one. */
  readonly start: (redis: string) => Promise<Started>
}

export interface Measure {
  readonly name: string
  readonly unit: "ns" | "µs" | "ms" | "per second" | "bytes" | "count"
  readonly better: "less" | "more"
}

/** What this cache is to reach; `times` is relative to another subject's median in the same run. */
export type Target =
  & { readonly subject: string; readonly measure: string; readonly says: string }
  & ({ readonly limit: number } | { readonly times: number; readonly of: string })

export interface Workload {
  readonly name: string
  readonly title: string
  /** `fresh`: a flushed server before each round; `standing`: one server for all; `none`. */
  readonly redis: "none" | "standing" | "fresh"
  readonly measures: ReadonlyArray<Measure>
  /** Every subject by the module that exports it, so that a process loads one peer and no other. */
  readonly subjects: Readonly<Record<string, () => Promise<Subject>>>
  /** The subject whose median every ratio is to. */
  readonly base: string
  readonly targets: ReadonlyArray<Target>
  /** Rounds by default, at least five. */
  readonly rounds: number
}
