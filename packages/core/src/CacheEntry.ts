/**
 * What the cache holds about a key: the value and its envelope.
 */

/** A number from the store that orders computes and invalidations; larger is later (`DESIGN.md`, "Stamps"). */
export type Stamp = number

export interface Entry<out A = unknown> {
  readonly value: A
  /** When the compute ended, epoch milliseconds. */
  readonly createdAt: number
  /** Fresh while `now < freshUntil`. */
  readonly freshUntil: number
  /** Before this moment no draw can start an early refresh (X-Fetch's hard bound); never after `freshUntil`. */
  readonly earlyFrom: number
  /** Served stale while `now < staleUntil`; never before `freshUntil`. */
  readonly staleUntil: number
  /** Nothing is served from here on; `Infinity` without a deadline. */
  readonly deadline: number
  /** Whether the context was confirmed when the value was computed. */
  readonly confirmed: boolean
  /** Smoothed compute time in milliseconds (X-Fetch's δ). */
  readonly delta: number
  /** When the compute began, in the store's order. */
  readonly stamp: Stamp
  readonly tags: ReadonlyArray<string>
}
