/** What a reader says about a match when it asks for a value. */
import type { ReadContext } from "@smart-cache/core/ReadContext"
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

/** What a cached value is about: a match, and the markets that it holds. */
export interface Subject {
  readonly match: string
  /** Ids of markets; an event that affects any of them drops the value. */
  readonly markets: ReadonlyArray<string>
}

/**
 * The same in the words of the core: the kickoff is the deadline, the lineup is what may be confirmed, every market of
 * the value is a tag, and odds are named as the tags are, because the volatility service knows no matches.
 */
export const toRead = ({ markets, match }: Subject, context: MatchContext): ReadContext => ({
  deadline: context.kickoff,
  confirmed: context.lineupConfirmed,
  odds: Object.fromEntries(
    Object.entries(context.odds).map(([market, odds]) => [MatchKey.tag({ match, market }), odds])
  ),
  tags: markets.map((market) => MatchKey.tag({ match, market }))
})
