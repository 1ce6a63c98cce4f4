/** How long a prediction is fresh, by the time to kickoff (spec §2). */
import * as TtlPolicy from "@smart-cache/core/TtlPolicy"

/**
 * From six hours of freshness the day before to thirty seconds in the last quarter of an hour; nothing from the kickoff
 * on. A confirmed lineup doubles it.
 */
export const policy: TtlPolicy.Policy = TtlPolicy.zones({
  zones: [
    { name: "standard", within: "Infinity", ttl: "6 hours" },
    { name: "prematch", within: "24 hours", ttl: "1 hour" },
    { name: "active", within: "6 hours", ttl: "15 minutes" },
    { name: "golden", within: "1 hour", ttl: "60 seconds" },
    { name: "warmup", within: "15 minutes", ttl: "30 seconds" }
  ],
  after: "match_started",
  confirmedFactor: 2
})
