/** X-Fetch's closed forms beside simulations that draw each read's lead by the core's own `XFetch`. */
import * as XFetch from "@smart-cache/core/XFetch"
import { type Draw, draws, gap } from "./chance.ts"
import * as ClosedForms from "./closedForms.ts"
import { type Claim, type Finding, judged } from "./finding.ts"

export interface Size {
  /** Single reads drawn for a probability. */
  readonly reads: number
  /** Expiries simulated for each other figure. */
  readonly cycles: number
}

/** A mean of so many independent values, and its standard error. */
interface Mean {
  readonly mean: number
  readonly error: number
}

const meanOf = (values: ReadonlyArray<number>): Mean => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)
  return { mean, error: Math.sqrt(variance / values.length) }
}

/** The error is that of the expected share, for a rare thing may not happen at all in few tries. */
const shareOf = (count: number, of: number, expected: number): Mean => ({
  mean: count / of,
  error: Math.sqrt(expected * (1 - expected) / of)
})

/** How many standard errors a measured mean may lie from its closed form. */
const tolerance = 4

const short = (x: number): string => `${Number(x.toPrecision(4))}`

const finding = (what: string, method: string, closed: number, { error, mean }: Mean): Finding => ({
  claim: `X-Fetch: ${what}`,
  method,
  asked: short(closed),
  measured: `${short(mean)} ± ${short(error)}`,
  ...judged(
    Math.abs(mean - closed) <= tolerance * error,
    `The simulation differs from the closed form by more than ${tolerance} standard errors.`
  ),
  figures: { closed, measured: mean, standard_error: error }
})

const refreshes = (draw: Draw, remaining: number): boolean => XFetch.lead(1, draw()) >= remaining

/** Reads until the first that refreshes, from `ttl` before the expiry on; how much is left then, 0 when none does. */
const firstRefresh = (draw: Draw, kappa: number, ttl: number): number => {
  for (let left = ttl - gap(draw) / kappa; left > 0; left -= gap(draw) / kappa) {
    if (refreshes(draw, left)) return left
  }
  return 0
}

/** So far before the expiry that an earlier refresh is rarer than one in a million cycles. */
const horizon = (kappa: number): number => Math.log(kappa) + 14

const times = <A>(count: number, make: () => A): ReadonlyArray<A> => Array.from({ length: count }, make)

/** δ of the examples with a time, seconds. */
const delta = 0.8

const early = ({ reads }: Size): ReadonlyArray<Finding> =>
  [0.1, 2, 4].map((seconds) => {
    const draw = draws(`early ${seconds}`)
    let count = 0
    for (let i = 0; i < reads; i++) if (XFetch.lead(delta, draw()) >= seconds) count++
    const expected = ClosedForms.early(seconds / delta)
    return finding(
      `P(a read refreshes ${seconds} s before the expiry), δ 0.8 s`,
      "exp(-r/βδ), beside the share of single reads whose lead reaches so far.",
      expected,
      shareOf(count, reads, expected)
    )
  })

/** The TTL in βδ, as the cache holds it at least. */
const ttl = 1 / XFetch.maxShareOfTtl

const none = ({ cycles }: Size): ReadonlyArray<Finding> =>
  [1, 2, 5].map((kappa) => {
    const draw = draws(`none ${kappa}`)
    const many = 10 * cycles
    const count = times(many, () => firstRefresh(draw, kappa, ttl)).filter((left) => left === 0).length
    const expected = ClosedForms.none(kappa, ttl)
    return finding(
      `P(nobody refreshes before the expiry), κ ${kappa}`,
      `exp(-κ(1-exp(-T/βδ))) with T = ${ttl} βδ, beside the share of TTLs with Poisson reads in which none refreshes.`,
      expected,
      shareOf(count, many, expected)
    )
  })

const gaps = ({ cycles }: Size): ReadonlyArray<Finding> => {
  const measure = (kappa: number) => {
    const draw = draws(`gap ${kappa}`)
    return times(cycles, () => firstRefresh(draw, kappa, horizon(kappa)))
  }
  const method = "ln κ + γ + E1(κ) in βδ, beside the mean of the first refresh's time before the expiry."
  const means = [1, 10, 100].map((kappa) =>
    finding(`mean gap, κ ${kappa}`, method, ClosedForms.meanGap(kappa), meanOf(measure(kappa)))
  )
  const dense = measure(1000)
  const { error, mean } = meanOf(dense)
  const long = 60
  const load = long / (long - mean)
  return [
    ...means,
    finding("mean gap, κ 1000", method, ClosedForms.meanGap(1000), { error, mean }),
    deviation(dense, mean),
    finding(
      "refreshes in a TTL of 60 βδ, κ 1000",
      "T/(T-E[G]), beside the refreshes in one TTL's time when each begins the next.",
      ClosedForms.load(1000, long),
      { mean: load, error: load * error / (long - mean) }
    )
  ]
}

const deviation = (gaps: ReadonlyArray<number>, mean: number): Finding => {
  const squares = meanOf(gaps.map((each) => (each - mean) ** 2))
  const deviation = Math.sqrt(squares.mean)
  return finding(
    "standard deviation of the gap, κ 1000",
    "π/√6 in βδ, as of a Gumbel variable, beside that of the simulated gaps.",
    ClosedForms.gapDeviation,
    { mean: deviation, error: squares.error / (2 * deviation) }
  )
}

/** How long computes last, in βδ: β = 2 and D = δ is half a unit, β = 1 and D = 3δ is three. */
const durations = [0.5, 1, 2, 3, 4] as const
const longest = 4

/** Computes that one expiry starts until each of the durations is over, if nobody is kept from computing. */
const uncoordinated = (draw: Draw, kappa: number): ReadonlyArray<number> => {
  const first = firstRefresh(draw, kappa, horizon(kappa))
  const sizes = durations.map(() => 1)
  for (let after = gap(draw) / kappa; after < longest; after += gap(draw) / kappa) {
    if (!refreshes(draw, first - after)) continue
    for (const [i, duration] of durations.entries()) if (after < duration) sizes[i]!++
  }
  return sizes
}

const stampedes = ({ cycles }: Size): ReadonlyArray<Finding> => {
  const draw = draws("stampedes")
  const sizes = times(cycles, () => uncoordinated(draw, 1000))
  const means = durations.map((duration, i) =>
    finding(
      `computes of one expiry without coordination, D = ${duration} βδ`,
      "exp(D/βδ), beside the reads of a Poisson process with κ 1000 that refresh from the first until it is done.",
      ClosedForms.stampede(duration),
      meanOf(sizes.map((each) => each[i]!))
    )
  )
  const beyond = ClosedForms.stampedeQuantile(1, 0.99)
  const chance = (-Math.expm1(-1)) ** beyond
  const rare = finding(
    `P(more than ${beyond} computes of one expiry), D = βδ`,
    "A geometric tail, (1-exp(-D/βδ))^n, beside the share of the same stampedes.",
    chance,
    shareOf(sizes.filter((each) => each[1]! > beyond).length, cycles, chance)
  )
  return [...means, rare]
}

const naive = ({ cycles }: Size): Finding => {
  const draw = draws("naive")
  const sizes = times(cycles, () => {
    let size = 1
    for (let after = gap(draw) / 1000; after < 1; after += gap(draw) / 1000) size++
    return size
  })
  return finding(
    "computes of one expiry without X-Fetch, κ 1000, D = βδ",
    "1 + λD, beside the reads that come while the first computes.",
    ClosedForms.naive(1000, 1),
    meanOf(sizes)
  )
}

const bound = ({ reads }: Size): Finding => {
  const draw = draws("bound")
  let most = 0
  for (let i = 0; i < reads; i++) most = Math.max(most, XFetch.lead(1, draw()))
  const reached = XFetch.lead(1, 1 - 2 ** -53)
  return {
    claim: "X-Fetch: the longest lead",
    method: "53 ln 2 in βδ, beside the lead of the largest double below 1 and the longest among the drawn ones.",
    asked: short(53 * Math.LN2),
    measured: `${short(reached)}; drawn at most ${short(most)}`,
    ...judged(
      Math.abs(reached - XFetch.maxLead) < 1e-9 && most <= XFetch.maxLead,
      "A lead exceeds what a double allows."
    ),
    figures: { closed: 53 * Math.LN2, measured: reached, longest_drawn: most }
  }
}

export const run: Claim<Size> = async (size) => [
  ...early(size),
  ...none(size),
  ...gaps(size),
  ...stampedes(size),
  naive(size),
  bound(size)
]
