/**
 * What a reader says about a key, beside the key itself.
 */
import type { Codec } from "./CacheCodec.ts"
import type { Request } from "./Decision.ts"
import type { Odds } from "./VixService.ts"

export interface ReadContext extends Request {
  /** Current decimal odds of the markets that the value depends on; they become history. */
  readonly odds?: Odds | undefined
  /** Tags that a stored value carries; invalidating any of them drops it. */
  readonly tags?: ReadonlyArray<string> | undefined
  /** How a shared store writes the value down; without one it must be plain JSON. Typed caches bring their own. */
  readonly codec?: Codec | undefined
}
