/** Where a moment lies on the way to the kickoff: the nearer, the wider. */
import * as GoldenHour from "@smart-cache/football/GoldenHour"

const minute = 60_000
const hour = 60 * minute

/** From here to there, in milliseconds before the kickoff. */
const farthest = 7 * 24 * hour
const latest = -2 * hour

/** Room that is left for the match itself. */
const afterShare = 0.12

const stretch = (before: number): number => Math.log1p(before / (5 * minute))

/** The share of the way, 0 at a week before and 1 at two hours after, of a time before the kickoff. */
export const position = (before: number): number => {
  if (before <= 0) return 1 - afterShare * (1 - Math.max(before, latest) / latest)
  return (1 - afterShare) * (1 - stretch(Math.min(before, farthest)) / stretch(farthest))
}

export interface Band {
  readonly name: string
  readonly from: number
  readonly to: number
}

/** The zones of the football preset, as shares of the way. */
export const bands: ReadonlyArray<Band> = GoldenHour.policy._tag !== "Zones" ? [] : [
  ...GoldenHour.policy.zones.map(({ name, within }, i, all) => ({
    name,
    from: position(within),
    to: position(all[i + 1]?.within ?? 0)
  })),
  { name: GoldenHour.policy.after, from: position(0), to: 1 }
]

export const ticks: ReadonlyArray<{ readonly label: string; readonly before: number }> = [
  { label: "3 d", before: 72 * hour },
  { label: "24 h", before: 24 * hour },
  { label: "6 h", before: 6 * hour },
  { label: "1 h", before: hour },
  { label: "15 min", before: 15 * minute },
  { label: "kickoff", before: 0 }
]
