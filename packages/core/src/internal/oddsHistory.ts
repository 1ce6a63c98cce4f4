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
  private times = new Float64Array(8)
  private values = new Float64Array(8)
  private start = 0
  size = 0
  /** Of all samples but the newest, which may be what is judged. */
  private readonly past = new RunningMoments()
  /** Of all samples since the market was first observed. */
  speed = Speed.none

  private readonly maxSamples: number

  constructor(maxSamples: number) {
    this.maxSamples = maxSamples
  }

  private at(i: number): number {
    const slot = this.start + i
    return slot < this.values.length ? slot : slot - this.values.length
  }

  get firstTime(): number {
    return this.size === 0 ? Number.NaN : this.times[this.start]!
  }

  get lastTime(): number {
    return this.size === 0 ? Number.NaN : this.times[this.at(this.size - 1)]!
  }

  get last(): number {
    return this.size === 0 ? Number.NaN : this.values[this.at(this.size - 1)]!
  }

  push(time: number, odds: number): void {
    if (this.size > 0) {
      this.speed = this.speedWith(time, odds)
      this.past.add(this.last)
    }
    if (this.size === this.maxSamples) this.drop()
    else if (this.size === this.values.length) this.grow()
    const slot = this.at(this.size)
    this.times[slot] = time
    this.values[slot] = odds
    this.size++
  }

  /** Drops samples at or before a moment; the last one stays, because it is what the market says now. */
  expire(before: number): void {
    while (this.size > 1 && this.times[this.start]! <= before) this.drop()
  }

  /** The latest samples, so many at most, in order of time. */
  samples(limit: number): ReadonlyArray<{ readonly at: number; readonly odds: number }> {
    const length = Math.min(limit, this.size)
    return Array.from({ length }, (_, i) => {
      const slot = this.at(this.size - length + i)
      return { at: this.times[slot]!, odds: this.values[slot]! }
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
    for (let i = 0; i < samples; i++) sum += this.values[this.at(i)]!
    const mean = samples === 0 ? 0 : sum / samples
    let squares = 0
    for (let i = 0; i < samples; i++) squares += (this.values[this.at(i)]! - mean) ** 2
    this.past.begin(samples, mean, squares)
  }

  /** The speed once these odds are the next sample. */
  speedWith(time: number, odds: number): Speed {
    return this.size === 0 ? this.speed : this.speed.after((time - this.lastTime) / 1000, this.last, odds)
  }

  private drop(): void {
    // What is dropped alone was the newest.
    if (this.past.count > 0) this.past.remove(this.values[this.start]!)
    this.start = this.at(1)
    this.size--
  }

  private grow(): void {
    const capacity = Math.min(this.values.length * 2, this.maxSamples)
    const times = new Float64Array(capacity)
    const values = new Float64Array(capacity)
    for (let i = 0; i < this.size; i++) {
      times[i] = this.times[this.at(i)]!
      values[i] = this.values[this.at(i)]!
    }
    this.times = times
    this.values = values
    this.start = 0
  }
}
