/** A stampede in four processes on one Redis: a thousand readers in each, all at one moment. */
import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import type { Measured, Started, Subject, Workload } from "../frame/workload.ts"
import { token } from "../workload.ts"
import { computeTime, measures, now, readers, type Stampede } from "./stampedes.ts"
import { names, type StoreName } from "./stampedeStores.ts"

const processes = 4

/** From the order to the first read, so that every process has heard it. */
const notice = 50

export interface Setup {
  readonly name: StoreName
  readonly redis: string
}

/** Read a key at a moment of the machine's monotonic clock. */
export interface Order {
  readonly key: string
  readonly at: number
}

export type Answer = "ready" | Stampede & { readonly computes: number }

const program = fileURLToPath(new URL("stampedeReader.ts", import.meta.url))

/** The next answer of a process; rejects when it ends instead. A parent that waits too long is ended by its own. */
const answer = async (child: ChildProcess): Promise<Answer> => {
  const heard = new AbortController()
  const ended = once(child, "exit", heard).then(([code]) => {
    throw new Error(`a reading process ended with ${code}`)
  })
  try {
    const [said] = await Promise.race([once(child, "message", heard), ended])
    return said
  } finally {
    ended.catch(() => {})
    heard.abort()
  }
}

const stampede = async (children: ReadonlyArray<ChildProcess>, key: string): Promise<Measured> => {
  const answers = Promise.all(children.map(answer))
  const order: Order = { key, at: now() + notice }
  for (const child of children) child.send(order)
  const all = (await answers).map((each) => {
    if (each === "ready") throw new Error("a reading process began anew")
    return each
  })
  const first = Math.min(...all.map(({ started }) => started))
  return {
    "last reader": Math.max(...all.map(({ ended }) => ended)) - first,
    computes: all.reduce((sum, { computes }) => sum + computes, 0)
  }
}

const start = async (setup: Setup): Promise<Started> => {
  const options = { execArgv: process.execArgv, stdio: ["ignore", 2, 2, "ipc"] as const }
  const children = Array.from(
    { length: processes },
    () => fork(program, [JSON.stringify(setup)], { ...options, stdio: [...options.stdio] })
  )
  await Promise.all(children.map(answer))
  let keys = 0
  const next = () => stampede(children, `stampede:${token}:${++keys}`)
  for (let i = 0; i < 5; i++) await next()
  return {
    // The first one warms up what others have cooled down meanwhile.
    round: async () => {
      await next()
      return next()
    },
    stop: async () => {
      for (const child of children) child.disconnect()
    }
  }
}

const subject = (name: StoreName) => async (): Promise<Subject> => ({ start: (redis) => start({ name, redis }) })

export const workload: Workload = {
  name: "stampede-processes",
  title: `${processes} processes with ${readers} readers each of a missing key, one Redis, compute ${computeTime} ms`,
  redis: "standing",
  measures,
  subjects: Object.fromEntries(names.map((name) => [name, subject(name)])),
  base: "SET NX and poll",
  targets: [
    { subject: "smart-cache", measure: "computes", says: "one compute for all processes", limit: 1 },
    { subject: "smart-cache", measure: "last reader", says: "hardly later than the compute", limit: 62 }
  ],
  rounds: 15
}
