/**
 * Families that begin anew by the calendar (spec §8).
 */
import * as Cron from "effect/Cron"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import type { Family } from "../CacheCatalogue.ts"

/** In UTC. */
const calendar: ReadonlyArray<readonly [family: Family, cron: Cron.Cron]> = [
  ["vix", Cron.parseUnsafe("0 0 * * *", "UTC")],
  ["performance", Cron.parseUnsafe("0 * * * *", "UTC")]
]

/** Resets each family at its times, until the scope closes. */
export const schedule = (
  reset: (family: Family) => Effect.Effect<void>
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.forEach(
    calendar,
    ([family, cron]) => Effect.forkScoped(Effect.schedule(reset(family), Schedule.cron(cron))),
    { discard: true }
  )
