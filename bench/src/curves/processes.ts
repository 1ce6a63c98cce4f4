/** More and more processes on one Redis: what they read in all, and what one stampede over all of them computes. */
import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { curve } from "./curve.ts"
import type { Order, Report, Setup } from "./processReader.ts"

const readMs = 300
const readers = 400

/** How long a process may take for an order, milliseconds. */
const patience = 60_000

const program = fileURLToPath(new URL("processReader.ts", import.meta.url))

/** The next report of a process; fails when it ends instead, or says nothing. */
const report = async (child: ChildProcess): Promise<Report> => {
  const ended = new AbortController()
  const signal = AbortSignal.any([AbortSignal.timeout(patience), ended.signal])
  const end = (code: number | null) => ended.abort(new Error(`a reading process ended with ${code}`))
  child.once("exit", end)
  try {
    const [message] = await once(child, "message", { signal }) as [Report]
    return message
  } finally {
    child.off("exit", end)
  }
}

const ask = async (children: ReadonlyArray<ChildProcess>, order: Order): Promise<ReadonlyArray<Report>> => {
  const answers = Promise.all(children.map(report))
  for (const child of children) child.send(order)
  return answers
}

const total = (reports: ReadonlyArray<Report>): number => reports.reduce((sum, { count }) => sum + count, 0)

const start = async (size: number, url: string) => {
  const setup: Setup = { url, namespace: `curves-${process.pid}` }
  const children = Array.from({ length: size }, () => fork(program, [JSON.stringify(setup)]))
  await Promise.all(children.map(report))
  let stampedes = 0
  return {
    round: async () => {
      const reads = total(await ask(children, { _tag: "Read", millis: readMs }))
      const order: Order = { _tag: "Stampede", key: `stampede:${stampedes++}`, readers: Math.ceil(readers / size) }
      return {
        "reads in all": reads / readMs * 1000,
        "computes of a stampede": total(await ask(children, order))
      }
    },
    stop: async () => {
      const ends = children.map((child) => once(child, "exit"))
      for (const child of children) child.disconnect()
      await Promise.all(ends)
    }
  }
}

export const workload = curve({
  name: "processes",
  title: `processes on one Redis, memory in none of them; stampedes of ${readers} readers`,
  x: "processes",
  sizes: [1, 2, 4, 8],
  few: [1, 2],
  redis: "standing",
  measures: [{ name: "reads in all", unit: "per second" }, { name: "computes of a stampede", unit: "count" }],
  laws: [
    { measure: "reads in all", growth: "level", why: "more until the processor's cores are all in use, then as many" },
    { measure: "computes of a stampede", growth: "one", why: "one lease for all" }
  ],
  start
})
