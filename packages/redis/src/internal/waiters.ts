/** Those who wait for somebody else's lease to end, by key; woken by a message, or by their own patience. */
import * as Deferred from "effect/Deferred"
import type * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { LRUCache } from "lru-cache"

/** A key that nobody was told about in so long is forgotten; those who wait for it ask again by themselves. */
const most = 10_000

export class Waiters {
  private readonly keys = new LRUCache<string, Deferred.Deferred<void>>({ max: most })

  /** Ends at the next message about the key; to be made before the lease is asked for, so that none is missed. */
  ended(key: string): Effect.Effect<void> {
    const known = this.keys.get(key)
    if (known !== undefined) return Deferred.await(known)
    const ended = Deferred.makeUnsafe<void>()
    this.keys.set(key, ended)
    return Deferred.await(ended)
  }

  wake(key: string): void {
    const ended = this.keys.peek(key)
    if (ended === undefined) return
    this.keys.delete(key)
    Deferred.doneUnsafe(ended, Exit.void)
  }
}
