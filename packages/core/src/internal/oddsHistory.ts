/**
 * The odds of one market over a sliding window: a ring that grows up to its
 * maximum, the moments of its samples, and the speed of the market's log-odds.
 */
import { RunningMoments } from "./runningMoments.ts"
import { Speed } from "./speed.ts"

/** Mean and sample standard deviation of the samples that count. */
export interface Moments {
  readonly samples: number
  readonly mean: number
  /** Sample standard deviation (n − 1); 0 with fewer than two samples. */
  readonly sigma: number
}

export class OddsHistory {
  /** The time of each sample and its odds beside it: what is read together lies together. */
  private cells = new Float64Array(16)
  private slots = 8
  private start = 0
  size = 0
  /** Of all samples but the newest, which may be what is judged. */
  private readonly past = new RunningMoments()
  /** Of all samples since the market was first observed. */
  readonly speed = new Speed()

  private readonly maxSamples: number

  constructor(maxSamples: number) {
    this.maxSamples = maxSamples
  }

  /** Where the sample lies that has `i` older ones. */
  private at(i: number): number {
    const slot = this.start + i
    return slot < this.slots ? slot : slot - this.slots
  }

  private timeAt(i: number): number {
    return this.cells[2 * this.at(i)]!
  }

  private oddsAt(i: number): number {
    return this.cells[2 * this.at(i) + 1]!
  }

  get firstTime(): number {
    return this.size === 0 ? Number.NaN : this.timeAt(0)
  }

  get lastTime(): number {
    return this.size === 0 ? Number.NaN : this.timeAt(this.size - 1)
  }

  get last(): number {
    return this.size === 0 ? Number.NaN : this.oddsAt(this.size - 1)
  }

  push(time: number, odds: number): void {
    if (this.size > 0) {
      this.speed.add((time - this.lastTime) / 1000, this.last, odds)
      this.past.add(this.last)
    }
    if (this.size === this.maxSamples) this.drop()
    else if (this.size === this.slots) this.grow()
    const cell = 2 * this.at(this.size++)
    this.cells[cell] = time
    this.cells[cell + 1] = odds
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
    const past = this.settled()
    return { samples, mean: past.meanWith(last), sigma: past.sigmaWith(last) }
  }

  /** Moments of all samples but the newest. */
  momentsBefore(): Moments {
    const { count: samples, mean, sigma } = this.settled()
    return { samples, mean: samples === 0 ? Number.NaN : mean, sigma }
  }

  private settled(): RunningMoments {
    const { past } = this
    if (past.doubtful) this.begin(past.count)
    return past
  }

  /** Makes the moments of the first `samples` samples anew, in two passes. */
  private begin(samples: number): void {
    let sum = 0
    for (let i = 0; i < samples; i++) sum += this.oddsAt(i)
    const mean = samples === 0 ? 0 : sum / samples
    let squares = 0
    for (let i = 0; i < samples; i++) squares += (this.oddsAt(i) - mean) ** 2
    this.past.begin(samples, mean, squares)
  }

  /** The speed once these odds are the next sample. */
  speedWith(time: number, odds: number): Speed {
    return this.size === 0 ? this.speed : this.speed.after((time - this.lastTime) / 1000, this.last, odds)
  }

  private drop(): void {
    this.past.remove(this.oddsAt(0))
    this.start = this.at(1)
    this.size--
  }

  private grow(): void {
    const slots = Math.min(this.slots * 2, this.maxSamples)
    const cells = new Float64Array(2 * slots)
    const oldest = 2 * this.start
    cells.set(this.cells.subarray(oldest))
    cells.set(this.cells.subarray(0, oldest), this.cells.length - oldest)
    this.cells = cells
    this.slots = slots
    this.start = 0
  }
}
