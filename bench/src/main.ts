/**
 * This cache beside its peers: `npm run bench`, `npm run bench -- redis-hit --json`.
 *
 * Ratios within a run are what counts; absolute times are weather.
 */
import { parseArgs } from "node:util"
import { Refused } from "./frame/process.ts"
import { race, type Result } from "./frame/race.ts"
import { redisOf } from "./frame/redis.ts"
import * as Table from "./frame/table.ts"
import type { Workload } from "./frame/workload.ts"
import { workloads } from "./workloads/index.ts"

/** What else can be run, by the first word: each takes the words after it. */
const modes: Readonly<Record<string, () => Promise<{ readonly main: (args: Array<string>) => Promise<void> }>>> = {
  curves: () => import("./curves/main.ts"),
  soak: () => import("./soak/main.ts")
}

/** How long a subject may take for one step, milliseconds. */
const patience = 180_000

const registry = new URL("workloads/index.ts", import.meta.url).href

interface Flags {
  readonly json: boolean
  readonly rounds: number | undefined
  readonly chart: string | undefined
  readonly subjects: ReadonlyArray<string> | undefined
}

const wholeRounds = (text: string): number => {
  const rounds = Number(text)
  if (Number.isInteger(rounds) && rounds >= 1) return rounds
  throw new RangeError(`bench: --rounds must be a whole number of at least 1, got ${text}`)
}

/** The wanted ones and the base. */
const subjectsOf = ({ base, subjects }: Workload, wanted: Flags["subjects"]): ReadonlyArray<string> =>
  Object.keys(subjects).filter((name) => name === base || (wanted?.includes(name) ?? true))

const measure = async (workload: Workload, rounds: number, wanted: Flags["subjects"]): Promise<Result> => {
  const redis = await redisOf(workload)
  try {
    return await race({ registry, workload, subjects: subjectsOf(workload, wanted), rounds, redis, patience })
  } finally {
    redis.stop()
  }
}

const print = (workload: Workload, rounds: number, result: Result, { json }: Flags): void =>
  console.log(
    json ? JSON.stringify({ bench: workload.name, rounds, ...result }) : `${Table.terminal(workload, rounds, result)}\n`
  )

const bench = async (names: ReadonlyArray<string>, flags: Flags): Promise<void> => {
  for (const name of names) {
    const { workload } = await workloads[name]!()
    const rounds = flags.rounds ?? workload.rounds
    console.error(`bench: measuring ${name} …`)
    try {
      print(workload, rounds, await measure(workload, rounds, flags.subjects), flags)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      process.exitCode = 1
      console.error(`bench: no figures for ${name}, because of ${error.message}`)
    }
  }
}

const main = async (): Promise<void> => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: "boolean", default: false },
      rounds: { type: "string" },
      chart: { type: "string" },
      subjects: { type: "string" }
    }
  })
  const known = Object.keys(workloads)
  const unknown = positionals.find((name) => !known.includes(name))
  if (unknown !== undefined) {
    const there = [...known, ...Object.keys(modes)].join(", ")
    throw new RangeError(`bench: there is no "${unknown}"; there are ${there}`)
  }
  await bench(positionals.length === 0 ? known : positionals, {
    json: values.json,
    rounds: values.rounds === undefined ? undefined : wholeRounds(values.rounds),
    chart: values.chart,
    subjects: values.subjects?.split(",")
  })
}

const [first = "", ...rest] = process.argv.slice(2)
if (Object.hasOwn(modes, first)) await (await modes[first]!()).main(rest)
else await main()
