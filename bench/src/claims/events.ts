/** Share of a match's markets that an event has computed again: read off the football graph. */
import * as Events from "@smart-cache/football/Events"
import { type Claim, judged, percent } from "./finding.ts"

const asked = 40

const shares = (): Readonly<Record<string, number>> => {
  const { affected, events, markets } = Events.graph
  return Object.fromEntries(events.map((event) => [event, 100 * (affected(event)?.length ?? 0) / markets.length]))
}

export const run: Claim<void> = async () => {
  const figures = shares()
  const all = Object.values(figures)
  const mean = all.reduce((sum, share) => sum + share, 0) / all.length
  const below = all.filter((share) => share <= asked).length
  const each = Object.entries(figures).map(([event, share]) => `${event} ${share.toFixed(1)}`).join(", ")
  return [{
    claim: "recomputation after an event",
    method: "Counts, for each event of the football graph, the markets that are reachable from it, of 99.",
    asked: `at most ${asked} %`,
    measured: `mean ${percent(mean)}; ${each}`,
    ...judged(
      all.every((share) => share <= asked),
      `It holds for ${below} of ${all.length} events (rain ${percent(figures["weather_rain"]!)}): `
        + "lineups, goals and lines price most markets, and leaving those alone would serve prices that are known to be wrong."
    ),
    figures: { mean, ...figures }
  }]
}
