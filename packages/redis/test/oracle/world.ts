/** What the processes read and invalidate, and how a run of them is described. */
import type { StoreName } from "./stores.ts"

/** Processes that read, compute and invalidate. */
export const processes = 4

export interface Line {
  readonly key: string
  readonly tags: ReadonlyArray<string>
  /** How often it is read, beside the others. */
  readonly weight: number
}

const matches = Array.from({ length: 16 }, (_, i) => `{m${i}}`)
const leagueOf = (match: number): string => `league:${match % 4}`

/** Keys that only one process invalidates and writes to, one after the other: what is written is then never old. */
export const ownKey = (process: number): string => `own:${process}`

/** Some keys share a slot with their tags and some do not; some have no tags; some are read so seldom that they grow old. */
export const lines: ReadonlyArray<Line> = [
  ...matches.flatMap((match, i) => [
    { key: `p:${match}:goals`, tags: [match, leagueOf(i)], weight: 160 / (i + 1) },
    { key: `p:${match}:cards`, tags: [match], weight: 80 / (i + 1) }
  ]),
  ...[0, 1].map((i) => ({ key: `plain:${i}`, tags: [], weight: 60 })),
  ...Array.from({ length: processes }, (_, i) => ({ key: ownKey(i), tags: [], weight: 60 })),
  ...[0, 1, 2, 3, 4, 5].map((i) => ({ key: `rare:${i}`, tags: ["rare"], weight: 0.4 }))
]

export const tags: ReadonlyArray<string> = [...matches, ...[0, 1, 2, 3].map(leagueOf), "rare"]

/** Whatever has a version: keys and tags. */
const subjects: ReadonlyArray<string> = [...lines.map(({ key }) => `key ${key}`), ...tags.map((tag) => `tag ${tag}`)]
export const subjectCount = subjects.length

const subjectOf = (name: string): number => {
  const at = subjects.indexOf(name)
  if (at < 0) throw new RangeError(`there is no ${name}`)
  return at
}
const subjectsByKey = new Map(
  lines.map(({ key, tags }) => [key, [`key ${key}`, ...tags.map((tag) => `tag ${tag}`)].map(subjectOf)])
)

/** Those on which the value of a line depends. */
export const subjectsOf = ({ key }: Line): ReadonlyArray<number> => subjectsByKey.get(key)!
export const keySubject = (key: string): number => subjectOf(`key ${key}`)
export const tagSubject = (tag: string): number => subjectOf(`tag ${tag}`)
export const nameOf = (subject: number): string => subjects[subject]!

/** A computed value: the rows of the versions of its key and tags, as they were when its compute began. */
export interface Seen {
  readonly seen: ReadonlyArray<number>
}

/** A run, the same for all its processes. */
export interface Plan {
  readonly url: string
  readonly namespace: string
  /** Path of the table. */
  readonly table: string
  readonly seed: string
  readonly store: StoreName
  readonly tiers: "redis" | "memory over redis"
  /** How many reads it takes: so many of all processes together, or as many as it takes to find a violation. */
  readonly until: number | "the first violation"
  /** Milliseconds after which it ends in any case. */
  readonly limit: number
  /** Milliseconds of every value. */
  readonly ttl: number
  /** Milliseconds; what memory serves may have been invalidated elsewhere for so long. */
  readonly staleness: number
  /** Readers at once in each process. */
  readonly readers: number
  /** Longest pause of a reader between two reads, milliseconds. */
  readonly pause: number
  /** Longest pause of a writer between two writes, milliseconds. */
  readonly quiet: number
}

export interface Job extends Plan {
  readonly process: number
  /** Milliseconds that its clock is off; it jumps to the other side again and again. */
  readonly skew: number
}

/** What the judge of one process found. */
export interface Found {
  /** Reads that were answered with a value. */
  readonly reads: number
  /** Of these, reads during which a step of the store failed. */
  readonly unjudged: number
  /** Reads that failed because their compute did, as some do. */
  readonly failed: number
  /** Readers who left before they were answered. */
  readonly left: number
  readonly violations: number
  /** Some of them, in words. */
  readonly examples: ReadonlyArray<string>
  /** Errors that nothing here brings about. */
  readonly surprises: ReadonlyArray<string>
  /** Reads older than something acknowledged before they began, by how long before. */
  readonly behind: ReadonlyArray<number>
  /** The longest of these, milliseconds. */
  readonly farthest: number
  /** Answers by reason, and by source. */
  readonly answers: Readonly<Record<string, number>>
}

export interface Report extends Found {
  /** Invalidations and explicit writes that were acknowledged. */
  readonly writes: number
  /** The cache's own. */
  readonly metrics: Readonly<Record<string, number>>
}

const sum = (numbers: ReadonlyArray<number>): number => numbers.reduce((a, b) => a + b, 0)

const sums = (records: ReadonlyArray<Readonly<Record<string, number>>>): Readonly<Record<string, number>> => {
  const names = new Set(records.flatMap((record) => Object.keys(record)))
  return Object.fromEntries(Array.from(names, (name) => [name, sum(records.map((record) => record[name] ?? 0))]))
}

/** What the processes of a run found together. */
export const total = (reports: ReadonlyArray<Report>): Report => ({
  reads: sum(reports.map(({ reads }) => reads)),
  unjudged: sum(reports.map(({ unjudged }) => unjudged)),
  failed: sum(reports.map(({ failed }) => failed)),
  left: sum(reports.map(({ left }) => left)),
  violations: sum(reports.map(({ violations }) => violations)),
  examples: reports.flatMap(({ examples }) => examples),
  surprises: reports.flatMap(({ surprises }) => surprises),
  behind: (reports[0]?.behind ?? []).map((_, i) => sum(reports.map(({ behind }) => behind[i]!))),
  farthest: Math.max(...reports.map(({ farthest }) => farthest)),
  answers: sums(reports.map(({ answers }) => answers)),
  writes: sum(reports.map(({ writes }) => writes)),
  metrics: sums(reports.map(({ metrics }) => metrics))
})
