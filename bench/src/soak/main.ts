/**
 * The cache for minutes under load: `npm run bench -- soak [--minutes 10] [--rate 10000] [--json] [--chart DIR]`.
 *
 * Ends with 1 when a target is missed.
 */
import { fork } from "node:child_process"
import { once } from "node:events"
import { mkdirSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { writePage } from "../frame/chartPage.ts"
import { pictures } from "./chart.ts"
import { type Report, type Setup, targets, terminal } from "./report.ts"

const program = fileURLToPath(new URL("worker.ts", import.meta.url))

/** Node strips the types itself, as it does for the subjects of a race. */
const flags = ["--conditions=@smart-cache/source", "--expose-gc", "--disable-warning=ExperimentalWarning"]

/** Runs it in a process of its own; fails when that ends without a report. */
export const measure = async (setup: Setup): Promise<Report> => {
  const child = fork(program, [JSON.stringify(setup)], { execArgv: flags, stdio: ["ignore", 2, 2, "ipc"] })
  const ended = new AbortController()
  child.once("exit", (code, signal) => ended.abort(new Error(`the soak's process ended with ${code ?? signal}`)))
  try {
    const [report] = await once(child, "message", { signal: ended.signal }) as [Report]
    return report
  } finally {
    child.kill()
  }
}

const positive = (name: string, text: string): number => {
  const value = Number(text)
  if (value > 0 && value < Infinity) return value
  throw new RangeError(`soak: --${name} must be a positive number, got ${text}`)
}

export const main = async (args: Array<string>): Promise<void> => {
  const { values } = parseArgs({
    args,
    options: {
      minutes: { type: "string", default: "10" },
      rate: { type: "string", default: "10000" },
      json: { type: "boolean", default: false },
      chart: { type: "string" }
    }
  })
  if (values.chart !== undefined) mkdirSync(values.chart, { recursive: true })
  const setup: Setup = {
    seconds: 60 * positive("minutes", values.minutes),
    rate: positive("rate", values.rate),
    replicaLagMs: 0
  }
  console.error(`soak: ${setup.rate} reads a second for ${values.minutes} minutes …`)
  const report = await measure(setup)
  const judged = targets(report, setup)
  console.log(values.json ? JSON.stringify({ setup, report, targets: judged }) : terminal(report, setup))
  if (values.chart !== undefined) {
    console.error(`soak: drawn in ${writePage(values.chart, "soak", "The cache under load", pictures(report, judged))}`)
  }
  if (!judged.every(({ met }) => met)) process.exitCode = 1
}
