/**
 * What the store knows of a key, as a read asks for it.
 */
import type * as Effect from "effect/Effect"
import type { SmartCacheError } from "../CacheError.ts"
import type { Lookup } from "../CacheStore.ts"
import { Known } from "./company.ts"
import type { Silence } from "./guarded.ts"
import type { Ticket } from "./leasing.ts"
import type { Read } from "./read.ts"
import type { Services } from "./services.ts"

const noTags: ReadonlyArray<string> = []

export class Inquiry {
  private readonly services: Services

  constructor(services: Services) {
    this.services = services
  }

  /** How long a reader may still wait. */
  patience({ began }: Read<unknown, unknown, unknown>, now: number): number {
    return Math.max(0, began + this.services.settings.hardTimeout - now)
  }

  /** Asks the whole store; the read may apply for the lease with it. */
  ask(
    read: Read<unknown, unknown, unknown>,
    now: number,
    applicant: (() => Ticket | undefined) | undefined
  ): Effect.Effect<Lookup | Silence, SmartCacheError> {
    const { guard, store } = this.services
    const { approach, context: { codec, tags = noTags }, key } = read
    // An invalidation of any tag of the compute under way concerns whoever would join it.
    const concerned = approach.tags.length === 0 || approach.tags === tags
      ? tags
      : [...new Set([...tags, ...approach.tags])]
    return guard.ask("read", key, () => store.read({ key, tags: concerned, codec }, applicant), {
      patience: this.patience(read, now),
      within: store.read.within
    })
  }

  /** What a store's answer says; while it is out of reach, what this process holds is what is known. */
  known(key: string, lookup: Lookup | Silence): Known {
    if (lookup === "silent") return new Known(this.services.store.peek(key), "ok", Infinity)
    const { entry, fence, invalidated } = lookup
    return new Known(entry, invalidated ? "invalidated" : "ok", Math.max(fence, entry?.stamp ?? 0))
  }
}
