/**
 * The odds of one market over a sliding window: a ring that grows up to its
 * maximum, the moments of its samples, and the speed of the market's log-odds.
 */
import * as RunningMoments from "./runningMoments.ts"
import * as Speed from "./speed.ts"

/** Mean and sample standard deviation of the samples that count. */
export interface Moments {
  readonly samples: number
  readonly mean: number
  /** Sample standard deviation (n − 1); 0 with fewer than two samples. */
  readonly sigma: number
}

/** The moments come first: those of all samples but the newest, which may be what is judged. */
const speedAt = RunningMoments.width

/** Then the newest sample once more, because everything looks at it; both `NaN` before the first. */
const newestTime = speedAt + Speed.width
const newestOdds = newestTime + 1

/** Then the ring; at an even place, so that no sample lies across two lines of the processor's cache. */
const ring = 2 * Math.ceil((newestOdds + 1) / 2)

/**
 * Of thousands of markets none is in the processor's cache when its turn comes, so one array holds all: the moments,
 * the speed, and the time of each sample with its odds beside it.
 */
export class OddsHistory {
  private slots = 8
  private cells = new Float64Array(ring + 2 * this.slots)
  private start = 0
  size = 0

  private readonly maxSamples: number

  constructor(maxSamples: number) {
    this.maxSamples = maxSamples
    this.cells.fill(Number.NaN, newestTime, ring)
  }

  /** Of all samples since the market was first observed. */
  get speed(): Speed.Speed {
    return new Speed.Speed(this.cells, speedAt)
  }

  /** The slot of the sample that has `i` older ones. */
  private slotOf(i: number): number {
    const slot = this.start + i
    return slot < this.slots ? slot : slot - this.slots
  }

  private timeAt(i: number): number {
    return this.cells[ring + 2 * this.slotOf(i)]!
  }

  private oddsAt(i: number): number {
    return this.cells[ring + 2 * this.slotOf(i) + 1]!
  }

  get firstTime(): number {
    return this.size === 0 ? Number.NaN : this.timeAt(0)
  }

  get lastTime(): number {
    return this.cells[newestTime]!
  }

  get last(): number {
    return this.cells[newestOdds]!
  }

  push(time: number, odds: number): void {
    if (this.size > 0) {
      Speed.add(this.cells, speedAt, (time - this.lastTime) / 1000, this.last, odds)
      RunningMoments.add(this.cells, this.last)
    }
    if (this.size === this.maxSamples) this.drop()
    else if (this.size === this.slots) this.grow()
    const { cells } = this
    const cell = ring + 2 * this.slotOf(this.size++)
    cells[cell] = cells[newestTime] = time
    cells[cell + 1] = cells[newestOdds] = odds
  }

  /** Drops samples at or before a moment; the last one stays, because it is what the market says now. */
  expire(before: number): void {
    while (this.size > 1 && this.timeAt(0) <= before) this.drop()
  }

  /** The latest samples, so many at most, in order of time. */
  samples(limit: number): ReadonlyArray<{ readonly at: number; readonly odds: number }> {
    const length = Math.min(limit, this.size)
    return Array.from({ length }, (_, i) => {
      const older = this.size - length + i
      return { at: this.timeAt(older), odds: this.oddsAt(older) }
    })
  }

  /** Moments of all samples. */
  moments(): Moments {
    const { last, size: samples } = this
    if (samples === 0) return { samples, mean: Number.NaN, sigma: 0 }
    const sums = this.settled()
    return { samples, mean: RunningMoments.meanWith(sums, last), sigma: RunningMoments.sigmaWith(sums, last) }
  }

  /** Moments of all samples but the newest. */
  momentsBefore(): Moments {
    const sums = this.settled()
    const samples = RunningMoments.countOf(sums)
    return {
      samples,
      mean: samples === 0 ? Number.NaN : RunningMoments.meanOf(sums),
      sigma: RunningMoments.sigmaOf(sums)
    }
  }

  /** The cells, the sums in them to be trusted. */
  private settled(): Float64Array {
    const { cells } = this
    if (RunningMoments.doubtful(cells)) this.begin(RunningMoments.countOf(cells))
    return cells
  }

  /** Makes the moments of the first `samples` samples anew, in two passes. */
  private begin(samples: number): void {
    let sum = 0
    for (let i = 0; i < samples; i++) sum += this.oddsAt(i)
    const mean = samples === 0 ? 0 : sum / samples
    let squares = 0
    for (let i = 0; i < samples; i++) squares += (this.oddsAt(i) - mean) ** 2
    RunningMoments.begin(this.cells, samples, mean, squares)
  }

  /** The speed once these odds are the next sample. */
  speedWith(time: number, odds: number): Speed.Speed {
    if (this.size === 0) return this.speed
    const sums = this.cells.slice(speedAt, speedAt + Speed.width)
    Speed.add(sums, 0, (time - this.lastTime) / 1000, this.last, odds)
    return new Speed.Speed(sums, 0)
  }

  private drop(): void {
    RunningMoments.remove(this.cells, this.oddsAt(0))
    this.start = this.slotOf(1)
    this.size--
  }

  private grow(): void {
    const slots = Math.min(this.slots * 2, this.maxSamples)
    const cells = new Float64Array(ring + 2 * slots)
    const oldest = ring + 2 * this.start
    cells.set(this.cells.subarray(0, ring))
    cells.set(this.cells.subarray(oldest), ring)
    cells.set(this.cells.subarray(ring, oldest), ring + this.cells.length - oldest)
    this.cells = cells
    this.slots = slots
    this.start = 0
  }
}
