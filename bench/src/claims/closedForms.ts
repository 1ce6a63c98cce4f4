/**
 * X-Fetch in closed form, times in units of βδ; κ = λβδ is the reads in one such unit.
 *
 * Reads come as a Poisson process, each refreshes early with probability exp(−r) when r is left to the expiry.
 */
import * as XFetch from "@smart-cache/core/XFetch"

const eulerGamma = 0.577_215_664_901_532_9

/** E₁(x) by its series; beyond 30 it is less than 1e-14. */
const expIntegral = (x: number): number => {
  if (x > 30) return 0
  let sum = -eulerGamma - Math.log(x)
  for (let k = 1, term = -1; k <= 200; k++) {
    term *= -x / k
    sum += term / k
  }
  return sum
}

/** That one read refreshes with so much left. */
export const early = (remaining: number): number => XFetch.probability(1, remaining)

/** That no read of a whole TTL refreshes before the expiry. */
export const none = (kappa: number, ttl: number): number => Math.exp(-kappa * -Math.expm1(-ttl))

/** Time of the first refresh before the expiry, 0 when there is none: its mean. */
export const meanGap = (kappa: number): number => Math.log(kappa) + eulerGamma + expIntegral(kappa)

/** The same when κ is large, a Gumbel variable: its standard deviation. */
export const gapDeviation = Math.PI / Math.sqrt(6)

/** Computes of one expiry when nobody coordinates them and a compute lasts so long. */
export const stampede = (duration: number): number => Math.exp(duration)

/** The size that this share of the stampedes does not exceed: they are geometric. */
export const stampedeQuantile = (duration: number, share: number): number =>
  1 + Math.max(0, Math.ceil(Math.log1p(-share) / Math.log(-Math.expm1(-duration))) - 1)

/** The same without X-Fetch: everybody who comes while the first computes. */
export const naive = (kappa: number, duration: number): number => 1 + kappa * duration

/** Refreshes in the time of one TTL, since each comes a gap early. */
export const load = (kappa: number, ttl: number): number => ttl / (ttl - meanGap(kappa))
