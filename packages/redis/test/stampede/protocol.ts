/** What a test and its reading processes tell each other. Times are milliseconds of the machine's monotonic clock. */
import type * as CacheConfig from "@smart-cache/core/CacheConfig"

export interface Setup {
  readonly url: string
  readonly namespace: string
  readonly config: CacheConfig.Options
}

/** How a compute spends its time: letting others run, or not. */
export type Compute = { readonly _tag: "Sleep" | "Stall"; readonly millis: number }

export interface Read {
  readonly _tag: "Read"
  readonly id: number
  readonly key: string
  /** So many at once. */
  readonly readers: number
  /** When they begin. */
  readonly at: number
  readonly compute: Compute
}

export type Order =
  | Read
  /** The readers of this read are interrupted. */
  | { readonly _tag: "Leave"; readonly id: number }
  | { readonly _tag: "Close" }

/** The last reader of a read was answered. */
export interface Done {
  readonly _tag: "Done"
  readonly id: number
  readonly at: number
  /** Different values among the answers, and their stamps. */
  readonly values: ReadonlyArray<string>
  readonly stamps: ReadonlyArray<number>
  /** Fills of this process that were refused so far. */
  readonly refused: number
}

export type Report =
  | { readonly _tag: "Ready" }
  | { readonly _tag: "Computing"; readonly id: number; readonly at: number }
  | Done

/** Comparable between the processes of one machine. */
export const now = (): number => Number(process.hrtime.bigint()) / 1e6
