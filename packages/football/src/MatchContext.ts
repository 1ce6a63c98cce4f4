/** What a reader says about a match when it asks for a value. */
import type * as Decision from "@smart-cache/core/Decision"
import type * as VixService from "@smart-cache/core/VixService"
import * as Schema from "effect/Schema"
import * as Markets from "./Markets.ts"
import * as MatchKey from "./MatchKey.ts"

/** The id of one of the 99 markets. */
export const MarketId = Schema.String.check(
  Schema.makeFilter((id) => Markets.byId.has(id) || `the id of one of the ${Markets.all.length} markets`)
)

/** Decimal odds. */
export const DecimalOdds = Schema.Finite.check(Schema.isGreaterThan(1))

export const MatchContext = Schema.Struct({
  /** Epoch milliseconds. */
  kickoff: Schema.Finite,
  lineupConfirmed: Schema.Boolean,
  /** Current odds by market id. */
  odds: Schema.Record(Schema.String, DecimalOdds).check(Schema.isPropertyNames(MarketId))
})

export type MatchContext = typeof MatchContext.Type

/**
 * The same in the words of the core: the kickoff is the deadline, the lineup is what may be confirmed, and odds are
 * named by match and market, as the tags are, because the volatility service knows no matches.
 */
export const toRead = (
  match: string,
  context: MatchContext
): Decision.Request & { readonly odds: VixService.Odds } => ({
  deadline: context.kickoff,
  confirmed: context.lineupConfirmed,
  odds: Object.fromEntries(
    Object.entries(context.odds).map(([market, odds]) => [MatchKey.tag({ match, market }), odds])
  )
})
