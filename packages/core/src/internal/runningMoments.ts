/**
 * Mean and standard deviation of samples that come and go, in constant time each (Welford, Technometrics 4(3), 1962).
 *
 * A sample that leaves takes out what it brought, but not the rounding errors that it made: one absurd value would spoil
 * the sums of all that follow. So they say when they are not to be trusted any more, and are then made anew in two passes:
 * when so little is left of them that errors of what they once were may show, and each time all samples have changed.
 */

/** Errors of the sums are about 2⁻⁵² of the largest that they were; of so small a share that is still negligible. */
const negligible = 2 ** -10

/** Where each sum lies among those of the moments; `peak` is the largest that `squares` was, since the sums were made. */
const count = 0
const mean = 1
/** Sum of the squared distances from the mean. */
const squares = 2
const peak = 3
/** How many samples have left since the sums were made. */
const left = 4

/** The sums are the first of their owner's cells, so many, and lie beside what else it looks at. */
export const width = 5

export const countOf = (cells: Float64Array): number => cells[count]!

export const meanOf = (cells: Float64Array): number => cells[mean]!

/** Sample standard deviation (n − 1); 0 with fewer than two samples. */
export const sigmaOf = (cells: Float64Array): number =>
  cells[count]! < 2 ? 0 : Math.sqrt(cells[squares]! / (cells[count]! - 1))

/** The standard deviation with one more sample. */
export const sigmaWith = (cells: Float64Array, sample: number): number => {
  const n = cells[count]!
  return n === 0 ? 0 : Math.sqrt((cells[squares]! + (sample - cells[mean]!) ** 2 * n / (n + 1)) / n)
}

export const meanWith = (cells: Float64Array, sample: number): number =>
  cells[mean]! + (sample - cells[mean]!) / (cells[count]! + 1)

export const add = (cells: Float64Array, sample: number): void => {
  const distance = sample - cells[mean]!
  cells[mean]! += distance / ++cells[count]!
  cells[squares]! += distance * (sample - cells[mean]!)
  if (cells[squares]! > cells[peak]!) cells[peak] = cells[squares]!
}

export const remove = (cells: Float64Array, sample: number): void => {
  cells[left]!++
  if (--cells[count]! === 0) return begin(cells, 0, 0, 0)
  const distance = sample - cells[mean]!
  cells[mean]! -= distance / cells[count]!
  cells[squares]! -= distance * (sample - cells[mean]!)
}

/** Whether errors of what has left may show. */
export const doubtful = (cells: Float64Array): boolean =>
  cells[left]! > cells[count]! || cells[squares]! < cells[peak]! * negligible

/** Starts from sums made in two passes. */
export const begin = (cells: Float64Array, samples: number, average: number, squaredDistances: number): void => {
  cells[count] = samples
  cells[mean] = average
  cells[squares] = squaredDistances
  cells[peak] = squaredDistances
  cells[left] = 0
}
