/**
 * Keys whose last compute failed: when to try again, and the failure itself while
 * it is remembered. Bounded; the least recently failed is forgotten first.
 */
import type * as Exit from "effect/Exit"
import { LRUCache } from "lru-cache"
import type { Settings } from "../CacheConfig.ts"
import { type Demand, type Departure, knows } from "./flight.ts"

interface Failure extends Departure {
  readonly count: number
  readonly at: number
  readonly retryAt: number
  readonly exit: Exit.Exit<never, unknown>
}

const maxFailures = 10_000

export class Failures {
  private readonly failures = new LRUCache<string, Failure>({ max: maxFailures })
  private readonly settings: Settings

  constructor(settings: Settings) {
    this.settings = settings
  }

  record(key: string, exit: Exit.Exit<never, unknown>, { fence, number }: Departure, now: number): void {
    const count = this.count(key) + 1
    const { retryBase, retryMax } = this.settings
    const retryAt = now + Math.min(retryBase * 2 ** (count - 1), retryMax)
    this.failures.set(key, { count, at: now, retryAt, fence, number, exit })
  }

  forget(key: string): void {
    this.failures.delete(key)
  }

  count(key: string): number {
    return this.failures.peek(key)?.count ?? 0
  }

  retryAt(key: string): number | undefined {
    return this.failures.peek(key)?.retryAt
  }

  backingOff(key: string, now: number): boolean {
    if (this.failures.size === 0) return false
    const failure = this.failures.peek(key)
    return failure !== undefined && now >= failure.at && now < failure.retryAt
  }

  remembered(key: string, demand: Demand, now: number): Exit.Exit<never, unknown> | undefined {
    const failure = this.failures.peek(key)
    return failure !== undefined && knows(failure, demand) && now - failure.at < this.settings.failureTtl
      ? failure.exit
      : undefined
  }
}
