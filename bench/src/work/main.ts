/** `npm run bench -- work`: how much work a read is, in numbers that are the same on every machine. */
import { parseArgs } from "node:util"
import { redisServer } from "../redisServer.ts"
import type { Calls } from "./commands.ts"
import { measure, type Measured } from "./measure.ts"
import { kinds } from "./meter.ts"

const calls = (all: Calls): string => Object.entries(all).map(([name, times]) => `${times} ${name}`).join(" + ")

const whole = (bytes: number): string => Math.round(bytes).toLocaleString("en")

const columns = ["", ...kinds, "bytes", "writes", "commands (by scripts)"]
const widths = [52, ...kinds.map((kind) => kind.length), 15, 6, 0]

const line = (cells: ReadonlyArray<string>): string =>
  cells.map((cell, i) => i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)).join("  ").trimEnd()

const row = ({ bytes, counts, name }: Measured): string => {
  const scripted = Object.values(counts.scripted).reduce((sum, times) => sum + times, 0)
  return line([
    `  ${name}`,
    ...kinds.map((kind) => String(counts[kind])),
    bytes === undefined ? "" : `${whole(bytes.least)}–${whole(bytes.most)}`,
    String(counts.writes),
    `${calls(counts.sent)}${scripted > 0 ? ` (${scripted})` : ""}`
  ])
}

const print = (rows: ReadonlyArray<Measured>): void => {
  console.log(line(columns))
  for (const [place, all] of Map.groupBy(rows, ({ place }) => place)) {
    console.log(`in ${place}:`)
    for (const each of all) console.log(row(each))
  }
}

export const main = async (args: Array<string>): Promise<void> => {
  const { values: flags } = parseArgs({ args, options: { json: { type: "boolean", default: false } } })
  const server = await redisServer(undefined)
  try {
    const rows = await measure(server)
    if (flags.json) console.log(JSON.stringify(rows))
    else print(rows)
  } finally {
    server.stop()
  }
}
