/**
 * Cost as work grows: `npm run bench -- curves [NAME…] [--quick] [--rounds N] [--json] [--chart DIR]`.
 *
 * A point is a process of its own; the points of a curve take turns, round after round. A wrong value or a failed read
 * leaves a curve without figures and fails the command; a law that does not hold is said, and fails nothing.
 */
import { mkdirSync } from "node:fs"
import { parseArgs } from "node:util"
import { writePage } from "../frame/chartPage.ts"
import type { Row } from "../frame/figures.ts"
import { Refused } from "../frame/process.ts"
import { race } from "../frame/race.ts"
import { redisOf } from "../frame/redis.ts"
import { roundsOf } from "../frame/rounds.ts"
import { picture } from "./chart.ts"
import type { Curve } from "./curve.ts"
import { workloads } from "./index.ts"
import { sentence, type Verdict, verdicts } from "./laws.ts"
import * as Table from "./table.ts"

export interface Drawn {
  readonly curve: Curve
  readonly rows: ReadonlyArray<Row>
  readonly verdicts: ReadonlyArray<Verdict>
}

const registry = new URL("index.ts", import.meta.url).href

/** How long a point may take to fill up, and for a round, milliseconds. */
const patience = 600_000

/** Rejects with `Refused` when a value was wrong, a read failed or a point's process ended. */
export const measure = async (name: string, points: "all" | "few", rounds?: number): Promise<Drawn> => {
  const { workload: curve } = await workloads[name]!()
  const redis = await redisOf(curve)
  try {
    const sizes = points === "all" ? curve.sizes : curve.few
    const { rows } = await race({
      registry,
      workload: { ...curve, base: String(sizes[0]) },
      subjects: sizes.map(String),
      rounds: rounds ?? curve.rounds,
      redis,
      patience
    })
    return { curve, rows, verdicts: verdicts(curve, rows) }
  } finally {
    redis.stop()
  }
}

const sentences = ({ curve, verdicts }: Drawn) => verdicts.map((verdict) => sentence(curve, verdict))

const json = ({ curve, rows, verdicts }: Drawn, rounds: number): string =>
  JSON.stringify({ curve: curve.name, rounds, rows, verdicts })

export const main = async (args: Array<string>): Promise<void> => {
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      json: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      rounds: { type: "string" },
      chart: { type: "string" }
    }
  })
  const known = Object.keys(workloads)
  const unknown = positionals.find((name) => !known.includes(name))
  if (unknown !== undefined) throw new RangeError(`curves: there is no "${unknown}"; there are ${known.join(", ")}`)
  const rounds = values.rounds === undefined ? (values.quick ? 3 : 9) : roundsOf("curves", values.rounds)
  if (values.chart !== undefined) mkdirSync(values.chart, { recursive: true })
  const drawn: Array<Drawn> = []
  for (const name of positionals.length === 0 ? known : positionals) {
    console.error(`curves: measuring ${name} …`)
    try {
      const one = await measure(name, values.quick ? "few" : "all", rounds)
      drawn.push(one)
      console.log(
        values.json
          ? json(one, rounds)
          : `${Table.terminal(one.curve, rounds, one.rows)}\n${sentences(one).join("\n")}\n`
      )
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      process.exitCode = 1
      console.error(`curves: no figures for ${name}, because of ${error.message}`)
    }
  }
  if (values.chart === undefined) return
  const pictures = drawn.map((one) => picture(one.curve, one.rows, sentences(one)))
  console.error(`curves: drawn in ${writePage(values.chart, "curves", "Cost as work grows", pictures)}`)
}
