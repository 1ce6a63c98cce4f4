/**
 * The closed vocabularies of the cache: every outcome a read can have, shared by
 * the decision, metadata, metrics, spans and tests (spec §1).
 */

/** How a read was answered. */
export type Strategy = "bypass" | "compute" | "serve_stale" | "serve_fresh"

/** Every strategy, in the order of the decision. */
export const strategies: ReadonlyArray<Strategy> = ["bypass", "compute", "serve_stale", "serve_fresh"]

/**
 * Why a read was answered that way.
 *
 * - `hit`: a fresh entry.
 * - `stale`: past its TTL, inside the stale window.
 * - `vix_warning`: fresh by its TTL, but older than a nervous market allows.
 * - `compute_failed`: the compute fails; an entry inside the fail-safe window stands in.
 * - `compute_slow`: the compute outlasted the soft (or hard) timeout; an entry stands in.
 * - `miss`, `too_stale`, `invalidated`: nothing usable was held.
 * - `deadline_passed`: the deadline of the read has passed; computed, never stored.
 * - `store_unavailable`: the store failed; computed as if nothing were held.
 * - `vix_panic`, `forced`, `disabled`: the cache was bypassed.
 */
export type Reason =
  | "hit"
  | "stale"
  | "vix_warning"
  | "compute_failed"
  | "compute_slow"
  | "miss"
  | "too_stale"
  | "invalidated"
  | "deadline_passed"
  | "store_unavailable"
  | "vix_panic"
  | "forced"
  | "disabled"

/** How a read with each reason was answered. */
export const strategyOf: Readonly<Record<Reason, Strategy>> = {
  hit: "serve_fresh",
  stale: "serve_stale",
  vix_warning: "serve_stale",
  compute_failed: "serve_stale",
  compute_slow: "serve_stale",
  miss: "compute",
  too_stale: "compute",
  invalidated: "compute",
  deadline_passed: "compute",
  store_unavailable: "compute",
  vix_panic: "bypass",
  forced: "bypass",
  disabled: "bypass"
}

/** Every reason, in the order in which they are numbered in the counters. */
export const reasons = Object.keys(strategyOf) as ReadonlyArray<Reason>

const answeredBy = (strategy: Strategy) => reasons.filter((reason) => strategyOf[reason] === strategy)

/** The reasons of each strategy. */
export const reasonsOf: Readonly<Record<Strategy, ReadonlyArray<Reason>>> = {
  bypass: answeredBy("bypass"),
  compute: answeredBy("compute"),
  serve_stale: answeredBy("serve_stale"),
  serve_fresh: answeredBy("serve_fresh")
}

/** Where the value came from; `in_flight` joined a compute that somebody else began. */
export type Source = "memory" | "redis" | "compute" | "in_flight"

/** How nervous the market is (spec §5); `unknown` is treated as `normal`. */
export type VixLevel = "unknown" | "normal" | "warning" | "panic"

/** Every level, calm first. */
export const vixLevels: ReadonlyArray<VixLevel> = ["unknown", "normal", "warning", "panic"]

/** Whether a read asked for a background refresh, and why: X-Fetch (`early`) or staleness. */
export type Refresh = "none" | "early" | "stale"
