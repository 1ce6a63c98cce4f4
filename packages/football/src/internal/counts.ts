/** Distributions of small counts. The last cell of each means "this many or more", so that every one sums to 1. */

/** Poisson probabilities of 0 … `most`. */
export const poisson = (rate: number, most: number): Float64Array => {
  const cells = new Float64Array(most + 1)
  let p = Math.exp(-rate)
  let rest = 1
  for (let k = 0; k < most; k++) {
    cells[k] = p
    rest -= p
    p *= rate / (k + 1)
  }
  cells[most] = Math.max(0, rest)
  return cells
}

/** Binomial probabilities of 0 … `trials`. */
export const binomial = (trials: number, chance: number): Float64Array => {
  const cells = new Float64Array(trials + 1)
  let p = (1 - chance) ** trials
  for (let k = 0; k <= trials; k++) {
    cells[k] = p
    p *= ((trials - k) / (k + 1)) * (chance / (1 - chance))
  }
  return cells
}

/**
 * Beta-binomial probabilities of 0 … `trials`: a binomial whose chance differs from match to match.
 * `correlation`, in (0, 1), is that of two trials of one match.
 */
export const betaBinomial = (trials: number, chance: number, correlation: number): Float64Array => {
  const size = (1 - correlation) / correlation
  const alpha = chance * size
  const beta = size - alpha
  let p = 1
  for (let i = 0; i < trials; i++) p *= (beta + i) / (size + i)
  const cells = new Float64Array(trials + 1)
  for (let k = 0; k <= trials; k++) {
    cells[k] = p
    p *= ((trials - k) / (k + 1)) * ((alpha + k) / (beta + trials - k - 1))
  }
  return cells
}

/** Probability that the count exceeds the line. */
export const above = (cells: Float64Array, line: number): number => {
  let sum = 0
  for (let k = Math.max(0, Math.floor(line) + 1); k < cells.length; k++) sum += cells[k]!
  return sum
}
