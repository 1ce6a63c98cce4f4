/** What the soak is told and what it tells; milliseconds and bytes. */
import type { Strategy } from "@smart-cache/core/CacheOutcome"

export interface Setup {
  readonly seconds: number
  /** Reads a second. */
  readonly rate: number
  /** How old the state is that computes look at; above 0 the source breaks its word, and values are wrong. */
  readonly replicaLagMs: number
}

export interface Waits {
  readonly count: number
  readonly p50: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}

/** Sums over the drops of a hot key. */
export interface Stampedes {
  readonly count: number
  readonly computes: number
  readonly mostComputes: number
  readonly readers: number
  readonly mostReaders: number
}

/** The heap after a collection. */
export interface Sample {
  /** Seconds since the figures began. */
  readonly at: number
  readonly heap: number
}

/** What was done to the cache while it was read. */
export interface Disturbances {
  readonly drops: number
  readonly events: number
  readonly panics: number
  readonly sets: number
  readonly matches: number
}

export interface Report {
  /** Reads a second that were issued. */
  readonly rate: number
  /** From a hit's call to its result. */
  readonly hits: Waits
  /** The same from when the read was due: the driver's own tick is in it. */
  readonly hitsFromDue: Waits
  /** From when a read was due. */
  readonly byStrategy: Readonly<Record<Strategy, Waits>>
  /** Between two looks of a timer of so many milliseconds: on an idle loop, that long. */
  readonly loop: Waits & { readonly resolution: number }
  /** Processor time of the thread from one tick of the driver to the next: what it did itself to keep others waiting. */
  readonly turns: Waits
  /** Pauses of the collections that nobody asked for. */
  readonly gc: Waits
  readonly heap: ReadonlyArray<Sample>
  /** The last third's median against the first's: 0 is flat. */
  readonly heapGrowth: number
  readonly cores: number
  readonly computes: number
  /** Reads that asked for an early refresh. */
  readonly early: number
  readonly stampedes: Stampedes
  readonly disturbances: Disturbances
  readonly wrong: number
  readonly failed: number
  readonly unanswered: number
  /** What went wrong first. */
  readonly problem: string | undefined
}

export interface Target {
  readonly says: string
  readonly measured: string
  readonly met: boolean
}

export const millis = (ms: number): string =>
  ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : ms >= 1 ? `${ms.toFixed(1)} ms` : `${(ms * 1000).toFixed(1)} µs`

const number = (value: number): string => Math.round(value).toLocaleString("en")

const flat = 0.05

/** What nobody waited for was not measured. */
const p99 = ({ count, p99 }: Waits, below: number): Pick<Target, "measured" | "met"> =>
  count === 0 ? { measured: "none measured", met: false } : { measured: millis(p99), met: p99 < below }

/** What the run is held against. */
export const targets = (report: Report, { rate }: Setup): ReadonlyArray<Target> => [
  {
    says: `${number(rate)} reads a second`,
    measured: `${number(report.rate)}/s`,
    met: report.rate >= 0.99 * rate
  },
  { says: "P99 of hits < 1 ms", ...p99(report.hits, 1) },
  { says: "P99 of the event loop's delay < 20 ms", ...p99(report.loop, 20) },
  {
    says: `a flat heap, within ${100 * flat} %`,
    measured: `${(100 * report.heapGrowth).toFixed(1)} % from the first third to the last`,
    met: report.heap.length > 0 && Math.abs(report.heapGrowth) <= flat
  },
  { says: "no wrong value", measured: number(report.wrong), met: report.wrong === 0 },
  {
    says: "no failed read",
    measured: `${number(report.failed)} failed, ${number(report.unanswered)} never answered`,
    met: report.failed + report.unanswered === 0
  },
  {
    says: "one compute a stampede",
    measured: `at most ${report.stampedes.mostComputes} in ${report.stampedes.count}`,
    met: report.stampedes.count > 0 && report.stampedes.mostComputes <= 1
  }
]

const waits = ({ count, max, p50, p99, p999 }: Waits): string =>
  `P50 ${millis(p50)}, P99 ${millis(p99)}, P99.9 ${millis(p999)}, most ${millis(max)} (${number(count)})`

export const terminal = (report: Report, setup: Setup): string => {
  const { byStrategy, disturbances: by, loop, stampedes } = report
  const megabytes = report.heap.map(({ heap }) => (heap / 1e6).toFixed(1)).join(" ")
  return [
    `hits, the call itself      ${waits(report.hits)}`,
    `hits, from when due        ${waits(report.hitsFromDue)}`,
    ...Object.entries(byStrategy).map(([name, each]) => `${name}, from when due`.padEnd(26) + ` ${waits(each)}`),
    `event loop, every ${loop.resolution} ms    ${waits(loop)}`,
    `processor time of a turn   ${waits(report.turns)}`,
    `collections                ${waits(report.gc)}`,
    `heap after collection, MB  ${megabytes}`,
    `processor                  ${report.cores.toFixed(2)} cores, driver and source included`,
    `computes                   ${number(report.computes)}; ${number(report.early)} reads asked for an early refresh`,
    `stampedes                  ${stampedes.count} of up to ${number(stampedes.mostReaders)} readers, `
    + `${stampedes.computes} computes, at most ${stampedes.mostComputes} each`,
    `meanwhile                  ${by.drops} keys dropped, ${by.events} events, ${by.panics} panics, ${by.sets} sets, `
    + `${by.matches} matches begun`,
    ...report.problem === undefined ? [] : [`the first problem          ${report.problem}`],
    "",
    ...targets(report, setup).map(({ measured, met, says }) => `${met ? "✓ met   " : "✗ MISSED"} ${says}: ${measured}`)
  ].join("\n")
}
