/**
 * This cache beside its peers: `npm run bench`, `npm run bench -- redis-hit --json`.
 *
 * Ratios within a run are what counts; absolute times are weather.
 */
import { parseArgs } from "node:util"
import { bench } from "./frame/bench.ts"
import { roundsOf } from "./frame/rounds.ts"
import { workloads } from "./workloads/index.ts"

/** What else can be run, by the first word: each takes the words after it. */
const modes: Readonly<Record<string, () => Promise<{ readonly main: (args: Array<string>) => Promise<void> }>>> = {
  compare: () => import("./compare/main.ts"),
  curves: () => import("./curves/main.ts"),
  profile: () => import("./profile/main.ts"),
  soak: () => import("./soak/main.ts"),
  work: () => import("./work/main.ts")
}

/** How long a subject may take for one step, milliseconds. */
const patience = 180_000

/** Names may have a comma in them, with a space or a digit behind it. */
const subjectsOf = async (names: ReadonlyArray<string>, text: string): Promise<ReadonlyArray<string>> => {
  const wanted = text.split(/,(?!\s|\d)/)
  const modules = await Promise.all(names.map((name) => workloads[name]!()))
  const known = [...new Set(modules.flatMap(({ workload }) => Object.keys(workload.subjects)))]
  const unknown = wanted.find((subject) => !known.includes(subject))
  if (unknown === undefined) return wanted
  throw new RangeError(`bench: nobody is called "${unknown}"; there are ${known.join("; ")}`)
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
  const names = positionals.length === 0 ? known : positionals
  const refused = await bench({
    registry: new URL("workloads/index.ts", import.meta.url).href,
    workloads,
    names,
    subjects: values.subjects === undefined ? undefined : await subjectsOf(names, values.subjects),
    rounds: values.rounds === undefined ? undefined : roundsOf("bench", values.rounds),
    format: values.json ? "json" : "table",
    chart: values.chart,
    patience
  }, { figures: console.log, news: console.error })
  if (refused.length > 0) process.exitCode = 1
}

const [first = "", ...rest] = process.argv.slice(2)
if (Object.hasOwn(modes, first)) await (await modes[first]!()).main(rest)
else await main()
