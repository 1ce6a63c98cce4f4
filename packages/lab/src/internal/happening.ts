/** Something happens: to the world, and to the cache. */
import type { SmartCacheError } from "@smart-cache/core/CacheError"
import * as Invalidation from "@smart-cache/core/Invalidation"
import type * as SmartCache from "@smart-cache/core/SmartCache"
import * as Effect from "effect/Effect"
import type { World } from "../World.ts"
import type { WorldAction } from "../WorldAction.ts"

export interface Stage {
  readonly cache: Pick<SmartCache.Shape, "invalidate">
  readonly world: World
}

/**
 * The world changes first, then the cache hears of it: a compute that began before is beaten by its stamp.
 * What the invalidation came to, or nothing where the cache need not hear.
 */
export const happen = (
  { cache, world }: Stage,
  action: WorldAction
): Effect.Effect<Invalidation.Report | undefined, SmartCacheError> =>
  Effect.suspend(() => {
    world.apply(action)
    return action._tag === "Event"
      ? cache.invalidate(Invalidation.event(action.event, ...action.matches))
      : Effect.undefined
  })
