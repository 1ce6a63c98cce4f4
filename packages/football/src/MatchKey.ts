/** Keys and tags of the markets of a match (spec §7). */
import type * as KeyFactory from "@smart-cache/core/KeyFactory"
import * as Events from "./Events.ts"

export interface Parts {
  readonly match: string
  /** Id of the market. */
  readonly market: string
  /** What else tells two values apart: the model, the language, … */
  readonly variant: string
}

/** `app:env:version:match:{id}:market:variant`; the keys of one match share a slot. */
export const key = (keys: KeyFactory.Shape, { market, match, variant }: Parts): string =>
  keys.key("match", match, market, variant)

/** The tag that an event drops when it affects the market. */
export const tag = ({ market, match }: Pick<Parts, "match" | "market">): string => Events.graph.tag(match, market)
