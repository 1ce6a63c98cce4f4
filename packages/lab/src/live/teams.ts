/** Finds matches by the names of their teams, as people write them. */
import type { Match } from "../DayFigures.ts"

export interface Teams {
  readonly home: string
  readonly away: string
}

/** Letters and digits alone: neither case nor accents nor points tell names apart. */
const plain = (name: string): string =>
  name.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^\p{L}\p{N}]/gu, "")

const pairing = ({ away, home }: Teams): string => `${home} v ${away}`

/** Whether a name is meant by another one: the whole of it, or a part that is not too short to mean anything. */
const means = (wanted: string, name: string): boolean =>
  wanted === plain(name) || wanted.length >= 3 && plain(name).includes(wanted)

/** The first match of these teams; names may be parts of the full ones where just one pairing has them. */
export const find = (matches: ReadonlyArray<Match>, { away, home }: Teams): Match | undefined => {
  const [wantedHome, wantedAway] = [plain(home), plain(away)]
  if (wantedHome === "" || wantedAway === "") return undefined
  const fitting = matches.filter((match) => means(wantedHome, match.home) && means(wantedAway, match.away))
  const exact = fitting.find((match) => plain(match.home) === wantedHome && plain(match.away) === wantedAway)
  return exact ?? (new Set(fitting.map(pairing)).size === 1 ? fitting[0] : undefined)
}

/** Pairs of letters that stand side by side. */
const pairs = (name: string): ReadonlySet<string> => {
  const letters = plain(name)
  return new Set(Array.from({ length: Math.max(0, letters.length - 1) }, (_, i) => letters.slice(i, i + 2)))
}

/** Share of the shorter name's pairs that the other one has, too: 0 to 1. */
const likeness = (a: string, b: string): number => {
  const [ofA, ofB] = [pairs(a), pairs(b)]
  const common = Array.from(ofA).filter((pair) => ofB.has(pair)).length
  return common === 0 ? 0 : common / Math.min(ofA.size, ofB.size)
}

/** Up to three different pairings whose names look most like these, each once, as `Home v Away`. */
export const similar = (matches: ReadonlyArray<Match>, { away, home }: Teams): ReadonlyArray<string> => {
  const scores = new Map(matches.map((match) => [
    pairing(match),
    Math.max(
      likeness(home, match.home) + likeness(away, match.away),
      // The other way round, and one of the two right, are worth showing, too.
      0.9 * (likeness(home, match.away) + likeness(away, match.home))
    )
  ]))
  return Array.from(scores).filter(([, score]) => score > 0.7).toSorted((a, b) => b[1] - a[1]).slice(0, 3)
    .map(([name]) => name)
}
