/**
 * Mean and standard deviation of samples that come and go, in constant time each (Welford, Technometrics 4(3), 1962).
 *
 * A sample that leaves takes out what it brought, but not the rounding errors that it made: one absurd value would spoil
 * the sums of all that follow. So they say when they are not to be trusted any more, and are then made anew in two passes:
 * when so little is left of them that errors of what they once were may show, and each time all samples have changed.
 */

/** Errors of the sums are about 2⁻⁵² of the largest that they were; of so small a share that is still negligible. */
const negligible = 2 ** -10

export class RunningMoments {
  count = 0
  mean = 0
  /** Sum of the squared distances from the mean. */
  private squares = 0
  /** The largest that the sum was, and how many samples have left, since the sums were made. */
  private peak = 0
  private left = 0

  /** Sample standard deviation (n − 1); 0 with fewer than two samples. */
  get sigma(): number {
    return this.count < 2 ? 0 : Math.sqrt(this.squares / (this.count - 1))
  }

  /** The standard deviation with one more sample. */
  sigmaWith(sample: number): number {
    const { count, mean, squares } = this
    return count === 0 ? 0 : Math.sqrt((squares + (sample - mean) ** 2 * count / (count + 1)) / count)
  }

  meanWith(sample: number): number {
    return this.mean + (sample - this.mean) / (this.count + 1)
  }

  add(sample: number): void {
    const distance = sample - this.mean
    this.mean += distance / ++this.count
    this.squares += distance * (sample - this.mean)
    if (this.squares > this.peak) this.peak = this.squares
  }

  remove(sample: number): void {
    this.left++
    if (--this.count === 0) return this.begin(0, 0, 0)
    const distance = sample - this.mean
    this.mean -= distance / this.count
    this.squares -= distance * (sample - this.mean)
  }

  /** Whether errors of what has left may show. */
  get doubtful(): boolean {
    return this.left > this.count || this.squares < this.peak * negligible
  }

  /** Starts from sums made in two passes. */
  begin(count: number, mean: number, squares: number): void {
    this.count = count
    this.mean = mean
    this.squares = squares
    this.peak = squares
    this.left = 0
  }
}
