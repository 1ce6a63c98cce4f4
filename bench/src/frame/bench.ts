/** Workloads one after the other, said and drawn; a workload whose subject is refused has no figures. */
import { mkdirSync } from "node:fs"
import { Refused } from "./process.ts"
import { race, type Result } from "./race.ts"
import { redisOf } from "./redis.ts"
import * as Table from "./table.ts"
import type { Registry, Workload } from "./workload.ts"

export interface Wanted {
  /** URL of the module that exports `workloads`. */
  readonly registry: string
  readonly workloads: Registry
  readonly names: ReadonlyArray<string>
  /** All by default; the base always takes part. */
  readonly subjects: ReadonlyArray<string> | undefined
  /** As the workload says by default. */
  readonly rounds: number | undefined
  readonly format: "table" | "json"
  /** Where pictures go, if they are wanted. */
  readonly chart: string | undefined
  /** How long a subject may take to start, and for a round, milliseconds. */
  readonly patience: number
}

export interface Report {
  readonly figures: (text: string) => void
  readonly news: (text: string) => void
}

interface Done {
  readonly workload: Workload
  readonly rounds: number
  readonly result: Result
}

const measure = async (name: string, wanted: Wanted): Promise<Done> => {
  const { patience, registry } = wanted
  const { workload } = await wanted.workloads[name]!()
  const rounds = wanted.rounds ?? workload.rounds
  const subjects = Object.keys(workload.subjects)
    .filter((subject) => subject === workload.base || (wanted.subjects?.includes(subject) ?? true))
  const redis = await redisOf(workload)
  try {
    return { workload, rounds, result: await race({ registry, workload, subjects, rounds, redis, patience }) }
  } finally {
    redis.stop()
  }
}

const written = ({ result, rounds, workload }: Done, format: Wanted["format"]): string =>
  format === "json"
    ? JSON.stringify({ bench: workload.name, rounds, ...result })
    : `${Table.terminal(workload, rounds, result)}\n`

/** Only when it is wanted: what draws is large. */
const draw = async (dir: string, all: ReadonlyArray<Done>): Promise<string> => {
  const [{ picture }, { writePage }] = await Promise.all([import("./chart.ts"), import("./chartPage.ts")])
  const pictures = all.map(({ result, rounds, workload }) => picture(workload, rounds, result))
  return writePage(dir, "bench", "This cache beside its peers", pictures)
}

/** Gives the names of the workloads that have no figures. */
export const bench = async (wanted: Wanted, { figures, news }: Report): Promise<ReadonlyArray<string>> => {
  // A folder that cannot be made is said before anything is measured for it.
  if (wanted.chart !== undefined) mkdirSync(wanted.chart, { recursive: true })
  const done: Array<Done> = []
  const refused: Array<string> = []
  for (const name of wanted.names) {
    news(`bench: measuring ${name} …`)
    try {
      const one = await measure(name, wanted)
      done.push(one)
      figures(written(one, wanted.format))
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      refused.push(name)
      news(`bench: no figures for ${name}, because of ${error.message}`)
    }
  }
  if (wanted.chart !== undefined && done.length > 0) news(`bench: drawn in ${await draw(wanted.chart, done)}`)
  return refused
}
