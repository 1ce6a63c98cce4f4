/** The odds feed: what the market says, moved or not. */
import type * as VixService from "@smart-cache/core/VixService"
import * as MatchKey from "@smart-cache/football/MatchKey"
import * as Effect from "effect/Effect"
import type { World } from "../World.ts"

/** Markets whose price the feed reports. */
const fed = ["match-odds", "over-under-2-5-goals", "both-teams-to-score", "asian-handicap-home-0"]

export interface Reporting {
  readonly vix: Pick<VixService.Shape, "observe">
  readonly world: World
}

/** Reports the head markets of every match that has not kicked off. */
export const report = ({ vix, world }: Reporting, now: number) =>
  Effect.forEach(
    world.matches.filter((match) => now < world.kickoff(match.id)),
    ({ id }) =>
      Effect.forEach(fed, (market) =>
        vix.observe({ market: MatchKey.tag({ match: id, market }), odds: world.odds(id, market) }), { discard: true }),
    { discard: true }
  )
