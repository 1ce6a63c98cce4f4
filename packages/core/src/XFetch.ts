/**
 * Early probabilistic refresh: pure formulas (Vattani, Chierichetti, Lowenstein,
 * "Optimal Probabilistic Cache Stampede Prevention", PVLDB 8(8), 2015).
 *
 * A read refreshes early when `now + lead ≥ expiry` with `lead = −βδ·ln(1 − u)`,
 * `u` uniform in [0, 1). Times in milliseconds.
 */

/** `βδ` is held to this share of the TTL, so that a slow compute with a short TTL does not refresh without end. */
export const maxShareOfTtl = 0.1

/**
 * A double in [0, 1) is a multiple of 2⁻⁵³, so `−ln(1 − u)` is at most `53·ln 2 ≈ 36.7`:
 * farther than this many `βδ` before the expiry no draw can trigger a refresh.
 */
export const maxLead = 53 * Math.LN2

/** `βδ` of an entry, held to its share of the TTL. */
export const scale = (beta: number, delta: number, ttl: number): number => Math.min(beta * delta, maxShareOfTtl * ttl)

/** How long before the expiry this read would refresh, for a draw in [0, 1). */
export const lead = (scale: number, draw: number): number => -scale * Math.log1p(-draw)

/** The probability that one read with `remaining` milliseconds of freshness refreshes early: `exp(−r/βδ)`. */
export const probability = (scale: number, remaining: number): number =>
  remaining <= 0 ? 1 : scale === 0 ? 0 : Math.exp(-remaining / scale)

/** The first moment at which any draw could refresh an entry that expires then. */
export const earliest = (scale: number, expiry: number): number => expiry - maxLead * scale

/** Smooths measured compute times: an exponentially weighted mean over successful computes, first value taken whole. */
export const smooth = (previous: number | undefined, measured: number): number =>
  previous === undefined ? measured : previous + 0.3 * (measured - previous)
