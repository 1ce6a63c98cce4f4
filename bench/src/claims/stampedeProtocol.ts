/** What the stampede's parent and its reading processes tell each other. */

export interface Setup {
  readonly url: string
  readonly namespace: string
}

/** Read a key, so many at once. */
export interface Order {
  readonly key: string
  readonly readers: number
  /** When all processes begin, milliseconds of the machine's monotonic clock. */
  readonly at: number
  readonly computeMs: number
}

export type Report =
  | { readonly _tag: "Ready" }
  | { readonly _tag: "Done"; readonly computes: number; readonly values: ReadonlyArray<string> }

export const now = (): number => Number(process.hrtime.bigint()) / 1e6
