/** Those who wait for one flight until the same millisecond: a single timer ends their patience. */
import { each } from "./each.ts"
import type { Outcome } from "./flight.ts"

/** What a reader hears: how the flight ended, or that its time is up. */
export type News = Outcome | "late"

type Waiter = (news: News) => void

export class Crowd {
  private readonly waiters = new Set<Waiter>()
  private readonly disband: () => void

  /** Calls `disband` when nobody waits any more. */
  constructor(disband: () => void) {
    this.disband = disband
  }

  join(waiter: Waiter): void {
    this.waiters.add(waiter)
  }

  leave(waiter: Waiter): void {
    this.waiters.delete(waiter)
    if (this.waiters.size === 0) this.disband()
  }

  tell(news: News): void {
    // First: whoever hears it may come back at once, and is to find another one.
    this.disband()
    each(this.waiters, (waiter) => waiter(news))
    this.waiters.clear()
  }
}
