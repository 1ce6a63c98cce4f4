/** The zone table of a football match (24 h, 6 h, 1 h and 15 min before kickoff), as data for the suites of the core. */
import * as TtlPolicy from "@smart-cache/core/TtlPolicy"

export const minutes = (n: number): number => n * 60_000
export const hours = (n: number): number => n * 3_600_000

export const football: TtlPolicy.Policy = TtlPolicy.zones({
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
