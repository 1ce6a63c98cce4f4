/**
 * Whether a store that fails again and again may be asked, so that one that hangs does not cost every read its
 * timeout. Times are milliseconds of a clock that cannot go back.
 *
 * (Effect's `CircuitBreaker` does the same, at a third of what a Redis hit costs: see DESIGN.)
 */

/**
 * Keys in a row that must fail: one lost connection fails all that were on it, so fewer would open it for a blink; and one
 * key that nobody can read, however often it is asked for, must not cost the others the store.
 */
const trip = 5
/** Short enough that a restart is hardly noticed; doubled while probes fail, to where a dead store costs one slow read a half minute. */
const coolDown = { first: 1000, longest: 30_000 }

/** Says which step is told of: 0 when it was allowed because the breaker was closed, else the number of a probe. */
export type Pass = number

export class Breaker {
  private readonly probing: number
  /** What has failed since the last success; at most `trip`. */
  private readonly failing = new Set<string | symbol>()
  private opened = false
  private pause = 0
  /** When a probe may ask. */
  private due = 0
  private probes = 0
  /** The probes up to this one have led to the present rest. */
  private rested = 0

  /** A step ends within `probing` milliseconds; a probe that tells nothing in twice that is given up for the next. */
  constructor(probing: number) {
    this.probing = probing
  }

  get open(): boolean {
    return this.opened
  }

  /** Nothing has failed since the last success. */
  get untroubled(): boolean {
    return this.failing.size === 0
  }

  /** A pass to ask with, or none: while open, one step at a time may try, after the cool-down. */
  admit(now: () => number): Pass | undefined {
    if (!this.opened) return 0
    const at = now()
    if (at < this.due) return undefined
    this.due = at + 2 * this.probing
    return ++this.probes
  }

  /**
   * Whether that has opened it. What failed about the same before does not count again, what was about nothing in
   * particular does. What was asked before it opened, or before it rested, says nothing new.
   */
  failed(now: number, pass: Pass, about: string | undefined): boolean {
    if (this.opened) {
      if (pass > this.rested) this.rest(now, Math.min(2 * this.pause, coolDown.longest))
      return false
    }
    this.failing.add(about ?? Symbol())
    if (this.failing.size < trip) return false
    this.opened = true
    this.rest(now, coolDown.first)
    return true
  }

  /** Whether that has closed it: whatever was asked, the store answers. */
  answered(): boolean {
    const closed = this.opened
    this.opened = false
    this.failing.clear()
    return closed
  }

  private rest(now: number, pause: number): void {
    this.pause = pause
    this.due = now + pause
    this.rested = this.probes
  }
}
